from __future__ import annotations

import numpy as np
import pytest

from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.fragility import fragility
from arena.analysis.ratings import rate
from tests.arena.analysis.samples import simulated


def test_two_contestants_change_places_when_the_leads_wins_are_gone() -> None:
    found = fragility(from_cells(["x", "x"], ["y", "y"], ["model_a", "model_b"], [60, 40]))
    assert (found.first, found.second, found.clear) == ("x", "y", True)
    assert found.votes_first == 20
    assert found.votes_clarity == fewest_to_blur(60, 40)
    assert found.raters_first is None


def fewest_to_blur(wins: int, losses: int) -> int:
    z = 1.959963984540054
    return next(k for k in range(wins) if np.log((wins - k) / losses) <= z * np.sqrt(1 / (wins - k) + 1 / losses))


def test_an_unclear_lead_becomes_clear_when_some_votes_against_it_go() -> None:
    found = fragility(from_cells(["x", "x"], ["y", "y"], ["model_a", "model_b"], [30, 22]))
    assert not found.clear
    assert found.votes_clarity is not None and 0 < found.votes_clarity < 10


def test_one_rater_can_carry_the_lead() -> None:
    raters = ["fan", *(f"r{k}" for k in range(8)), *(f"r{k}" for k in range(8))]
    outcomes = ["model_a"] * 9 + ["model_b"] * 8
    counts = from_cells(["x"] * 17, ["y"] * 17, outcomes, [60, *[5] * 8, *[6] * 8], raters)
    found = fragility(counts)
    assert (found.first, found.raters_first) == ("x", 1)


def test_the_numbers_suffice_with_several_contestants() -> None:
    votes = simulated(10, 4, sd=0.3)
    found = fragility(reduce_votes(votes, raters=True))
    first = rate(reduce_votes(votes, raters=True)).contestants[0].name
    assert found.first == first
    assert found.votes_first is not None and 0 < found.votes_first < len(votes)
    assert found.raters_first is None or 0 < found.raters_first <= 10


def test_a_lead_without_any_loss_cannot_be_turned() -> None:
    found = fragility(from_cells(["x"], ["y"], ["model_a"], [50]))
    assert found.votes_first is None


@pytest.mark.parametrize("wins", [51, 55, 80])
def test_a_larger_lead_takes_more_votes(wins: int) -> None:
    smaller = fragility(from_cells(["x"] * 2, ["y"] * 2, ["model_a", "model_b"], [wins, 40])).votes_first or 0
    larger = fragility(from_cells(["x"] * 2, ["y"] * 2, ["model_a", "model_b"], [wins + 5, 40])).votes_first or 0
    assert larger == smaller + 5


def test_the_votes_that_matter_most_are_removed_first() -> None:
    left, right = ["x", "y", "x", "z", "y", "z"], ["y", "x", "z", "x", "z", "y"]
    n = [30.0, 24.0, 60.0, 20.0, 52.0, 20.0]
    found = fragility(from_cells(left, right, ["model_a"] * 6, n))

    def leads(removed: int) -> bool:
        fewer = rate(from_cells(left, right, ["model_a"] * 6, [n[0] - removed, *n[1:]]))
        return (fewer.find("x").theta or 0) > (fewer.find("y").theta or 0)

    direct = next(removed for removed in range(1, 30) if not leads(removed))
    assert found.first == "x" and found.votes_first is not None
    assert found.votes_first <= direct


@pytest.mark.parametrize("seed", range(3))
def test_a_clear_lead_is_blurred_before_it_is_turned(seed: int) -> None:
    found = fragility(reduce_votes(simulated(40, 4, seed=seed, sd=0.2), raters=True))
    assert found.clear
    assert found.votes_first is not None and found.votes_clarity is not None
    assert 0 < found.votes_clarity <= found.votes_first
    assert found.raters_first is None or 0 < (found.raters_clarity or 0) <= found.raters_first


def test_who_is_first_does_not_need_an_interval() -> None:
    alone = from_cells(["x", "x"], ["y", "y"], ["model_a", "model_b"], [60, 40], ["r", "r"])  # one rater: none is known
    found = fragility(alone)
    assert (found.clear, found.votes_first) == (False, 20)
