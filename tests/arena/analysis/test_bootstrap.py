from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arena.analysis import bootstrap
from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.design import build
from arena.analysis.estimation import estimate
from arena.analysis.family import Family
from arena.analysis.glm import maximise
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options
from tests.arena.analysis.samples import simulated


@pytest.mark.parametrize("family", list(Family))
def test_a_replicate_is_the_maximum_for_its_own_counts(family: Family) -> None:
    design = build(reduce_votes(simulated(15, 4)), family, position=True)
    found = estimate(design)
    drawn = []

    def sample(rng: np.random.Generator) -> np.ndarray:
        drawn.append(bootstrap.votes_sampler(design)(rng))
        return drawn[-1]

    replicates = bootstrap.replicate(design, found, sample, 5, seed=3)
    for beta, votes in zip(replicates.betas, drawn, strict=True):
        exact = maximise(replace(design, votes=votes))
        assert np.allclose(beta, exact.beta, atol=3e-6)
        assert votes.sum() == design.votes.sum()


def test_the_same_seed_gives_the_same_bounds_and_another_gives_others() -> None:
    counts = reduce_votes(simulated(10, 3), raters=True)
    for ci in (Ci.BOOTSTRAP, Ci.RATER_BOOTSTRAP):
        first, second = (rate(counts, Options(ci=ci, bootstraps=50, seed=7)) for _ in range(2))
        assert first == second
        assert rate(counts, Options(ci=ci, bootstraps=50, seed=8)).contestants != first.contestants


def test_bootstrap_errors_agree_with_the_sandwiches() -> None:
    counts = reduce_votes(simulated(60, 3, uneven=1), raters=True)
    for ci, other in ((Ci.BOOTSTRAP, Ci.SANDWICH), (Ci.RATER_BOOTSTRAP, Ci.CLUSTER)):
        drawn, derived = rate(counts, Options(ci=ci, bootstraps=600)), rate(counts, Options(ci=other))
        assert drawn.find("m0").se == pytest.approx(derived.find("m0").se, rel=0.12)


def test_raters_are_drawn_with_all_their_votes() -> None:
    counts = reduce_votes(simulated(4, 3, lone=5), raters=True)
    whole, split = build(counts.without_raters(), Family.HALF_TIES), build(counts, Family.HALF_TIES)
    sample = bootstrap.raters_sampler(whole, split)
    rng = np.random.default_rng(0)
    mean = np.mean([sample(rng) for _ in range(4000)], axis=0)
    assert np.allclose(mean, whole.votes, rtol=0.25, atol=0.6)


def test_replicates_without_an_estimate_are_infinite_and_counted() -> None:
    # One loss against nine wins: about a third of the replicates have no loss at all.
    counts = from_cells(["x", "x"], ["y", "y"], ["model_a", "model_b"], [9, 1])
    found = rate(counts, Options(ci=Ci.BOOTSTRAP, bootstraps=400))
    assert 0.25 < found.infinite_replicates / 400 < 0.45
    assert found.find("x").upper is None and found.find("x").lower is not None
    assert found.find("y").lower is None and found.find("y").upper is not None
    assert any("no finite estimate" in warning for warning in found.warnings)


def test_progress_is_told_after_each_replicate() -> None:
    told: list[tuple[int, int]] = []
    rate(
        reduce_votes(simulated(6, 3)),
        Options(ci=Ci.BOOTSTRAP, bootstraps=4),
        lambda done, total: told.append((done, total)),
    )
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
