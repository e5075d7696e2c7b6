from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from arena.analysis import laplacian
from arena.analysis.bradley_terry import maximise
from arena.analysis.counts import reduce_votes
from arena.analysis.pairs import Pairs, fold
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options
from tests.arena.analysis.samples import STIGLER, WIKIPEDIA, paired, simulated


def test_stiglers_citations_come_out_as_published() -> None:
    found = rate(paired(STIGLER), Options(ci=Ci.MODEL, anchor="Biometrika"))
    published = {
        "Biometrika": (0.0, 0.0),
        "Comm. Statist.": (-2.94907249684391, 0.102545335369857),
        "JASA": (-0.479569769751992, 0.0605887292396263),
        "JRSS-B": (0.268954055819472, 0.0708299651057058),
    }
    for name, (theta, se) in published.items():
        assert found.find(name).theta == pytest.approx(theta, abs=1e-12)
        assert found.find(name).se == pytest.approx(se, abs=1e-8)


def test_wikipedias_players_come_out_as_published() -> None:
    theta = maximise(fold(paired(WIKIPEDIA))).theta
    assert np.round(np.exp(theta), 3).tolist() == [0.640, 1.043, 0.660, 2.270]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), st.integers(3, 8))
def test_the_gradient_is_zero_at_the_estimate(seed: int, size: int) -> None:
    pairs = random_pairs(seed, size)
    found = maximise(pairs)
    wins, losses = pairs.halved()
    p = 1 / (1 + np.exp(found.theta[pairs.j] - found.theta[pairs.i]))
    score = wins - (wins + losses) * p
    gradient = np.bincount(pairs.i, score, size) - np.bincount(pairs.j, score, size)
    assert found.converged
    assert abs(found.theta.sum()) < 1e-12
    # A log-odds off by 1e-11 moves it by up to a quarter of that per vote.
    assert np.abs(gradient).max() < 1e-11 * pairs.n.sum() / 4


def test_a_general_minimiser_finds_the_same_maximum() -> None:
    pairs = fold(reduce_votes(simulated(20, 5)))

    def loss(theta: np.ndarray) -> float:
        wins, losses = pairs.halved()
        eta = theta[pairs.i] - theta[pairs.j]
        return float(wins @ np.logaddexp(0, -eta) + losses @ np.logaddexp(0, eta))

    free = minimize(loss, np.zeros(5), method="BFGS", options={"gtol": 1e-9})
    found = maximise(pairs)
    assert np.allclose(free.x - free.x.mean(), found.theta, atol=1e-6)
    assert found.log_likelihood == pytest.approx(-free.fun, rel=1e-12)


@pytest.mark.parametrize("size", [laplacian.DENSE + 60, laplacian.SQUARE + 100])
def test_many_contestants_are_solved_by_conjugate_gradients_to_the_same_exactness(size: int) -> None:
    pairs = ring(size)
    found = maximise(pairs)
    wins, losses = pairs.halved()
    p = 1 / (1 + np.exp(found.theta[pairs.j] - found.theta[pairs.i]))
    score = wins - (wins + losses) * p
    gradient = np.bincount(pairs.i, score, size) - np.bincount(pairs.j, score, size)
    assert found.converged
    # A log-odds off by 1e-11 moves it by up to a quarter of that per vote.
    assert np.abs(gradient).max() < 1e-11 * pairs.n.sum() / 4


def test_a_far_start_converges_too() -> None:
    pairs = fold(paired(STIGLER))
    far = maximise(pairs, start=np.array([40.0, -40.0, 40.0, -40.0]))
    assert far.converged
    assert np.allclose(far.theta, maximise(pairs).theta, atol=1e-11)


def random_pairs(seed: int, size: int) -> Pairs:
    rng = np.random.default_rng(seed)
    i, j = np.triu_indices(size, 1)
    wins, losses, ties = rng.integers(1, 30, (3, i.size)).astype(float)
    return Pairs(size, i, j, wins, losses, ties)


def ring(size: int) -> Pairs:
    """Each contestant meets some forty others at random."""
    rng = np.random.default_rng(1)
    keys = np.unique([a * size + b for a, b in np.sort(rng.integers(0, size, (20 * size, 2))).tolist() if a != b])
    theta = rng.normal(0, 1, size)
    i, j = keys // size, keys % size
    n = rng.integers(1, 20, keys.size)
    wins = rng.binomial(n, 1 / (1 + np.exp(theta[j] - theta[i]))).astype(float)
    return Pairs(size, i, j, wins, n - wins, np.ones(keys.size))


def test_seven_losses_beside_a_million_million_wins_count() -> None:
    table = (("x", "y", 1e12, 3e11), ("y", "z", 1e12, 7))
    found = rate(paired(table), Options(ci=Ci.NONE))
    theta = {row.name: row.theta or 0.0 for row in found.contestants}
    assert found.converged
    assert theta["x"] - theta["y"] == pytest.approx(np.log(10 / 3), abs=1e-9)
    assert theta["y"] - theta["z"] == pytest.approx(np.log(1e12 / 7), abs=1e-9)


def test_a_start_near_the_maximum_is_no_reason_to_stop_short_of_it() -> None:
    one = Pairs(2, np.array([0]), np.array([1]), np.array([9900.0]), np.array([100.0]), np.array([0.0]))
    truth = np.array([1, -1]) * np.log(99) / 2
    found = maximise(one, truth + np.array([4e-4, -4e-4]))
    assert np.allclose(found.theta, truth, rtol=0, atol=1e-11)
