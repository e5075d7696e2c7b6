from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from arena.analysis.elo import games_of, rate_elo, run, shuffled
from arena.analysis.results import Ci, Method, Options
from arena.analysis.votes import encode_votes
from arena.errors import DataError
from tests.arena.analysis.samples import simulated

ELO = Options(method=Method.ELO, elo_shuffles=20)


def test_three_games_by_hand() -> None:
    votes = pd.DataFrame(
        {"model_a": ["x", "y", "x"], "model_b": ["y", "x", "y"], "winner": ["model_a", "tie", "model_b"]}
    )
    found = rate_elo(votes, ELO).ratings
    x = 2.0  # K/2 for a win among equals
    x += 4 * (0.5 - 1 / (1 + 10 ** (-2 * x / 400)))
    x += 4 * (0 - 1 / (1 + 10 ** (-2 * x / 400)))
    assert found.find("x").rating == pytest.approx(1000 + x, abs=1e-9)
    assert found.find("y").rating == pytest.approx(1000 - x, abs=1e-9)
    assert found.ci is Ci.NONE and "K = 4" in found.warnings[0]


def test_all_orders_at_once_play_the_same_game_as_one_by_one() -> None:
    games = games_of(encode_votes(simulated(6, 4)), ELO)
    rng, again = np.random.default_rng(5), np.random.default_rng(5)
    many = shuffled(games, 4.0, 3, rng)
    orders = np.tile(np.arange(games.left.size, dtype=np.int32), (3, 1))
    again.permuted(orders, axis=1, out=orders)
    for points, order in zip(many, orders, strict=True):
        one = type(games)(games.size, games.left[order], games.right[order], games.score[order], 0.0)
        assert np.allclose(points, run(one, 4.0), atol=1e-9)


def test_the_mean_over_orders_is_the_same_whatever_the_tables_order() -> None:
    votes = simulated(10, 3)
    plain = rate_elo(votes, Options(method=Method.ELO, elo_shuffles=200))
    turned = rate_elo(votes[::-1], Options(method=Method.ELO, elo_shuffles=200))
    assert plain.ratings.find("m0").rating != pytest.approx(turned.ratings.find("m0").rating, abs=0.5)
    error = plain.spread["m0"] / np.sqrt(200)
    assert plain.mean["m0"] == pytest.approx(turned.mean["m0"], abs=5 * error)


def test_counted_rows_are_played_as_often_as_they_count() -> None:
    votes = pd.DataFrame(
        {"model_a": ["x", "x"], "model_b": ["y", "y"], "winner": ["model_a", "model_b"], "count": [3, 1]}
    )
    long = pd.DataFrame({"model_a": ["x"] * 4, "model_b": ["y"] * 4, "winner": ["model_a"] * 3 + ["model_b"]})
    assert rate_elo(votes, ELO).ratings.find("x").rating == rate_elo(long, ELO).ratings.find("x").rating
    with pytest.raises(DataError, match="whole numbers"):
        rate_elo(votes.assign(count=[1.5, 1]), ELO)


def test_a_position_advantage_makes_left_wins_worth_less() -> None:
    votes = simulated(20, 3)
    plain, placed = rate_elo(votes, ELO), rate_elo(votes, Options(method=Method.ELO, position=True, elo_shuffles=5))
    assert placed.ratings.position is not None and placed.ratings.position.estimate > 0
    assert placed.ratings.find("m0").rating != plain.ratings.find("m0").rating


def test_an_anchor_is_put_at_a_thousand() -> None:
    found = rate_elo(simulated(6, 3), Options(method=Method.ELO, anchor="m2", elo_shuffles=5)).ratings
    assert found.find("m2").rating == 1000


def test_intervals_are_refused() -> None:
    with pytest.raises(DataError, match="no intervals"):
        rate_elo(simulated(3, 2), Options(method=Method.ELO, ci=Ci.MODEL))
