from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from arena.analysis import covariance, glm
from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.design import build
from arena.analysis.family import Family, cumulants
from arena.analysis.ratings import rate
from arena.analysis.results import ELO, Ci, Options
from tests.arena.analysis.samples import simulated


@pytest.mark.parametrize("family", list(Family))
def test_the_sandwich_adds_up_single_votes(family: Family) -> None:
    design = build(reduce_votes(simulated(6, 4)), family, position=True)
    fit = glm.maximise(design)
    bread = covariance.model_based(design, fit).matrix
    now = cumulants(family, *design.predict(fit.beta))
    meat = np.zeros_like(bread)
    for row, votes in enumerate(design.votes):
        for outcome, n in enumerate(votes):
            residual = np.zeros((design.left.size, family.dimension))
            residual[row] = family.outcomes[outcome] - now.mean[row]
            score = design.pull(residual)
            meat += n * np.outer(score, score)
    assert np.allclose(covariance.sandwich(design, fit).matrix, bread @ meat @ bread)


def test_the_binomial_proportions_error_comes_out() -> None:
    counts = from_cells(["x", "x"], ["y", "y"], ["model_a", "model_b"], [30, 10])
    for ci in (Ci.MODEL, Ci.SANDWICH):
        found = rate(counts, Options(ci=ci, anchor="y")).find("x")
        assert found.se == pytest.approx(np.sqrt(1 / 30 + 1 / 10))
        assert found.upper == pytest.approx(1000 + ELO * (np.log(3) + norm.ppf(0.975) * np.sqrt(1 / 30 + 1 / 10)))


def test_an_anchor_has_no_error_and_the_others_that_of_the_difference() -> None:
    counts = reduce_votes(simulated(8, 3), raters=True)
    found = rate(counts, Options(anchor="m1"))
    assert (found.find("m1").theta, found.find("m1").se, found.find("m1").lower) == (0.0, 0.0, 1000.0)
    other = rate(counts, Options(anchor="m0"))
    assert found.find("m0").se == pytest.approx(other.find("m1").se)
    assert found.find("m0").theta == pytest.approx(-(other.find("m1").theta or 0))
    assert found.gauge == "anchor: m1"


def test_without_intervals_nothing_is_claimed() -> None:
    found = rate(reduce_votes(simulated(8, 3)), Options(ci=Ci.NONE))
    assert {(row.se, row.lower, row.rank_lower) for row in found.contestants} == {(None, None, None)}
