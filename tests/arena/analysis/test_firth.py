from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from arena.analysis import bootstrap, firth, glm
from arena.analysis.counts import Counts, from_cells
from arena.analysis.design import build
from arena.analysis.estimation import estimate, pairs_of
from arena.analysis.family import Family
from arena.analysis.pairs import Pairs
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options


def pairs(size: int, seed: int, share: float = 1.0, most: int = 3) -> Pairs:
    """A connected table of few votes, separated more often than not."""
    rng = np.random.default_rng(seed)
    i, j = np.triu_indices(size, 1)
    kept = (rng.random(i.size) < share) | (j == i + 1)
    votes = rng.integers(0, most + 1, (3, kept.sum())).astype(float)
    votes[0, votes.sum(axis=0) == 0] = 1
    return Pairs(size, i[kept], j[kept], *votes)


def penalised(table: Pairs, theta: np.ndarray) -> float:
    """The penalised likelihood written out, with the first contestant's direction left out of the information."""
    wins, losses = table.halved()
    p = 1 / (1 + np.exp(theta[table.j] - theta[table.i]))
    x = np.zeros((table.i.size, table.size))
    x[range(table.i.size), table.i], x[range(table.i.size), table.j] = 1, -1
    information = (x.T * (table.n * p * (1 - p))) @ x
    penalty = np.linalg.slogdet(information[1:, 1:])[1] / 2
    return float(wins @ np.log(p) + losses @ np.log(1 - p) + penalty)


@pytest.mark.parametrize(("size", "seed"), [(2, 0), (3, 1), (6, 2), (9, 3)])
def test_the_estimate_is_the_maximum_of_the_penalised_likelihood_written_out(size: int, seed: int) -> None:
    table = pairs(size, seed, 0.6)
    found = firth.maximise(table)
    free = minimize(lambda theta: -penalised(table, theta), np.zeros(size), method="BFGS", options={"gtol": 1e-7})
    assert found.converged
    assert np.allclose(free.x - free.x.mean(), found.theta, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 25), st.integers(0, 10_000), st.floats(0.05, 1.0))
def test_the_quick_way_and_newtons_in_general_find_the_same(size: int, seed: int, share: float) -> None:
    table = pairs(size, seed, share)
    design = build(counts_of(table), Family.HALF_TIES)
    quick, general = firth.maximise(pairs_of(design)), glm.maximise(design, firth=True)
    assert quick.converged
    assert np.allclose(quick.theta, general.beta, atol=1e-9)
    assert quick.log_likelihood == pytest.approx(general.log_likelihood, rel=1e-9, abs=1e-9)


def test_a_hundred_contestants_in_a_chain_of_wins_have_finite_log_odds() -> None:
    size = 100
    i = np.arange(size - 1)
    table = Pairs(size, i, i + 1, np.ones(size - 1), np.zeros(size - 1), np.zeros(size - 1))
    found = firth.maximise(table)
    # Each link by itself is one win of one vote: half a win more to each side makes 1.5 against 0.5.
    assert found.converged
    assert np.allclose(np.diff(found.theta), -np.log(3), atol=1e-8)


def test_replicates_of_a_penalised_fit_are_penalised_fits() -> None:
    counts = from_cells(["a", "b", "a"], ["b", "c", "c"], ["model_a"] * 3, [40, 30, 50])
    found = rate(counts, Options(ci=Ci.BOOTSTRAP, bootstraps=50))
    assert found.separated and found.infinite_replicates == 0
    assert all(row.lower is not None and row.upper is not None for row in found.contestants)


def test_replicates_that_lose_a_contestant_are_infinite() -> None:
    counts = from_cells(["a", "a"], ["b", "c"], ["model_a"] * 2, [200, 1])
    found = rate(counts, Options(ci=Ci.BOOTSTRAP, bootstraps=200))
    assert 0.25 < found.infinite_replicates / 200 < 0.5  # exp(-1) of them do not draw the one vote of c
    assert all(row.lower is None and row.upper is None for row in found.contestants)


def test_only_the_separated_group_is_penalised_in_replicates() -> None:
    counts = from_cells(["a", "b", "x"], ["b", "a", "y"], ["model_a"] * 3, [30, 10, 50])
    design = build(counts, Family.HALF_TIES)
    drawn: list[np.ndarray] = []

    def sample(rng: np.random.Generator) -> np.ndarray:
        drawn.append(bootstrap.votes_sampler(design)(rng))
        return drawn[-1]

    replicates = bootstrap.replicate(design, estimate(design), sample, 5, seed=0)
    for beta, votes in zip(replicates.betas, drawn, strict=True):
        (wins, losses, _), (more, _, _) = votes
        assert beta[0] - beta[1] == pytest.approx(np.log(wins / losses), abs=1e-6)
        assert beta[2] - beta[3] == pytest.approx(np.log(2 * more + 1), abs=1e-6)


def counts_of(table: Pairs) -> Counts:
    """The same votes as a count table."""
    names = [f"m{k:02d}" for k in range(table.size)]
    left, right = [names[k] for k in table.i], [names[k] for k in table.j]
    return from_cells(
        left * 3,
        right * 3,
        ["model_a"] * len(left) + ["model_b"] * len(left) + ["tie"] * len(left),
        np.concatenate([table.wins, table.losses, table.ties]).tolist(),
    )


def test_a_few_votes_beside_very_many_are_not_drowned() -> None:
    counts = from_cells(["x", "x", "y"], ["y", "y", "z"], ["model_a", "model_b", "model_a"], [1e12, 3e11, 1])
    found = rate(counts, Options(ci=Ci.NONE))
    theta = {row.name: row.theta or 0.0 for row in found.contestants}
    assert found.separated and found.converged
    assert theta["x"] - theta["y"] == pytest.approx(np.log(10 / 3), abs=1e-8)
    assert theta["y"] - theta["z"] == pytest.approx(np.log(3), abs=1e-8)
