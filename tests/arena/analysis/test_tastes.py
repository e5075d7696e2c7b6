from __future__ import annotations

import numpy as np
import pytest

from arena.analysis.estimation import estimate
from arena.analysis.ratings import measure
from arena.analysis.results import Ci, Options
from arena.analysis.tastes import Population


def test_without_tastes_the_pseudo_true_value_is_the_parameter() -> None:
    theta = np.array([0.5, 0.1, -0.6])
    assert np.allclose(Population(theta, 0.0, 0.0, (10,)).pseudo_true(), theta)


def test_tastes_and_ties_draw_the_marginal_difference_towards_zero() -> None:
    theta = np.array([0.4, -0.4])
    plain, tied, tasted = (
        Population(theta, sd, ties, (10,)).pseudo_true()[0] for sd, ties in ((0, 0), (0, 0.2), (0.7, 0.2))
    )
    assert plain > tied > tasted > 0.2


def test_a_large_sample_estimates_the_pseudo_true_value() -> None:
    population = Population(np.array([0.5, 0.0, -0.5]), 0.7, 0.2, (30,) * 20_000)
    whole, split = population.draw(np.random.default_rng(0))
    assert whole.votes.sum() == split.votes.sum() == 600_000
    assert estimate(whole).fit.beta == pytest.approx(population.pseudo_true(), abs=0.02)


def test_the_default_interval_covers_where_the_naive_one_fails() -> None:
    population = Population(np.array([0.4, -0.4]), 0.7, 0.2, tuple(np.geomspace(4, 120, 12).round().astype(int)))
    contrast, truth = np.array([[1.0, -1.0]]), np.array([1.0, -1.0]) @ population.pseudo_true()
    rng = np.random.default_rng(0)
    hits = {Ci.MODEL: 0, Ci.CLUSTER: 0}
    for _ in range(300):
        whole, split = population.draw(rng)
        found = estimate(whole)
        for ci in hits:
            uncertainty = measure(whole, split, found, Options(ci=ci))
            assert uncertainty is not None
            bounds = uncertainty.bounds(contrast, contrast @ found.fit.beta, 0.95)
            hits[ci] += bool(bounds.lower[0] <= truth <= bounds.upper[0])
    assert hits[Ci.MODEL] / 300 < 0.8
    assert 0.91 < hits[Ci.CLUSTER] / 300 < 0.99
