from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, studentized_range

from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.covariance import LargeSample
from arena.analysis.ranks import critical_value, rank_sets
from arena.analysis.ratings import rate
from tests.arena.analysis.samples import simulated


def test_the_critical_value_of_equal_variances_is_tukeys() -> None:
    size = 6
    spread = np.full(size * (size - 1) // 2, np.sqrt(2.0))
    found = critical_value(np.eye(size), spread, 0.95, seed=0)
    assert found == pytest.approx(studentized_range.ppf(0.95, size, np.inf) / np.sqrt(2), abs=0.03)


def test_two_contestants_use_the_normal_quantile() -> None:
    assert critical_value(np.eye(2), np.array([1.4]), 0.95, seed=0) == pytest.approx(norm.ppf(0.975))


def test_far_apart_contestants_have_one_rank_each_and_close_ones_share() -> None:
    theta = np.array([5.0, 0.05, -0.05, -5.0])
    sets = rank_sets(theta, LargeSample(np.eye(4) * 0.1), np.arange(4), 0.95, seed=0)
    assert sets.best.tolist() == [1, 2, 2, 4]
    assert sets.worst.tolist() == [1, 3, 3, 4]


def test_rank_sets_cover_all_true_ranks_at_once() -> None:
    rng = np.random.default_rng(1)
    theta, sigma = np.array([0.6, 0.3, 0.3, 0.0, -0.5]), np.diag([0.01, 0.02, 0.03, 0.02, 0.01])
    covered = 0
    for _ in range(200):
        drawn = rng.multivariate_normal(theta, sigma)
        sets = rank_sets(drawn, LargeSample(sigma), np.arange(5), 0.95, seed=0)
        best, worst = 1 + (theta[None] > theta[:, None]).sum(axis=1), 5 - (theta[None] < theta[:, None]).sum(axis=1)
        covered += bool(((sets.best <= worst) & (sets.worst >= best)).all())
    assert covered >= 185


def test_the_point_estimates_rank_is_within_its_set() -> None:
    found = rate(reduce_votes(simulated(12, 5), raters=True))
    for row in found.contestants:
        assert (row.rank_lower or 0) <= (row.rank or 0) <= (row.rank_upper or 9)


def test_equal_estimates_share_the_better_rank() -> None:
    counts = from_cells(["a", "b", "a", "c"], ["b", "a", "c", "a"], ["model_a"] * 4, [6, 2, 6, 2])
    assert [rate(counts).find(name).rank for name in "abc"] == [1, 2, 2]
