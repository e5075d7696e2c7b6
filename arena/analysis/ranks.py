"""Ranks with their uncertainty: a simultaneous set of possible ranks for every contestant.

Two contestants differ when |difference| / se exceeds the critical value of the largest such ratio over all pairs
(single-step max-|t|, Tukey's idea for any covariance; Hothorn, Bretz and Westfall 2008, doi:10.1002/bimj.200810425),
found by simulation. A rank set then runs from 1 + (those surely better) to all - (those surely worse), and all sets
cover all true ranks at once with the level's probability (Klein, Wright and Wieczorek 2020, doi:10.1111/rssa.12532).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

from arena.analysis.arrays import Floats, Ints
from arena.analysis.covariance import Variance

DRAWS = 10_000
DRAWN_CELLS = 400_000_000
"""Pairs x draws are kept under this; the critical value's error is then still under 0.02."""
BLOCK = 4_000_000
EXACT_PAIRS = 200
"""Up to this many pairs each has degrees of freedom of its own; beyond, the smaller of its two contestants'."""


@dataclass(frozen=True, slots=True)
class RankSets:
    """Best and worst rank of each contestant that the data allow, and the normal critical value that was used."""

    best: Ints
    worst: Ints
    critical: float


def rank_sets(theta: Floats, variance: Variance, members: Ints, level: float, seed: int) -> RankSets:
    """Rank sets of the contestants `members`, a connected component, in their order."""
    size = members.size
    i, j = np.triu_indices(size, 1)
    sigma = variance.matrix[np.ix_(members, members)]
    spread = np.sqrt(np.maximum(sigma[i, i] + sigma[j, j] - 2 * sigma[i, j], 0.0))
    critical = critical_value(sigma, i, j, spread, level, seed)
    reach = _limits(critical, _pair_freedom(variance, members[i], members[j]))
    unknown = np.isinf(reach)
    gap = np.where(unknown, 0.0, theta[members[i]] - theta[members[j]])
    reach = np.where(unknown, 1.0, reach * spread)
    better = np.bincount(j[gap > reach], minlength=size) + np.bincount(i[-gap > reach], minlength=size)
    worse = np.bincount(i[gap > reach], minlength=size) + np.bincount(j[-gap > reach], minlength=size)
    return RankSets(1 + better, size - worse, critical)


def critical_value(sigma: Floats, i: Ints, j: Ints, spread: Floats, level: float, seed: int) -> float:
    """Quantile of the largest |z| over all pairs under the covariance `sigma`."""
    if i.size == 1:
        return float(norm.isf((1 - level) / 2))
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(sigma)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = max(1000, min(DRAWS, DRAWN_CELLS // i.size))
    inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    largest = []
    step = max(1, BLOCK // i.size)
    for start in range(0, draws, step):
        z = root @ rng.standard_normal((len(sigma), min(step, draws - start)))
        largest.append((np.abs(z[i] - z[j]) * inverse[:, None]).max(axis=0))
    return float(np.quantile(np.concatenate(largest), level))


def _limits(critical: float, freedom: Floats) -> Floats:
    """The critical value's tail probability as a t quantile per pair; infinite where the pair has no variance."""
    limits = np.full(freedom.size, critical)
    finite = np.isfinite(freedom)
    limits[finite] = t.isf(norm.sf(critical), freedom[finite])
    limits[np.isnan(freedom)] = np.inf
    return limits


def _pair_freedom(variance: Variance, i: Ints, j: Ints) -> Floats:
    parameters = len(variance.matrix)
    if i.size > EXACT_PAIRS:
        own = variance.degrees_of_freedom(np.eye(int(max(i.max(), j.max())) + 1, parameters))
        return np.minimum(own[i], own[j])  # NaN stays NaN
    contrasts = np.zeros((i.size, parameters))
    contrasts[np.arange(i.size), i] = 1
    contrasts[np.arange(i.size), j] = -1
    return variance.degrees_of_freedom(contrasts)
