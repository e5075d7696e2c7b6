"""Ranks with their uncertainty: a simultaneous set of possible ranks for every contestant.

Two contestants differ when |difference| / se exceeds the critical value of the largest such ratio over all pairs
(single-step max-|t|, Tukey's idea for any covariance; Hothorn, Bretz and Westfall 2008, doi:10.1002/bimj.200810425),
found by simulation. A rank set then runs from 1 + (those surely better) to all - (those surely worse), and all sets
cover all true ranks at once with the level's probability (Klein, Wright and Wieczorek 2020, doi:10.1111/rssa.12532).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

from arena.analysis.arrays import Floats, Ints
from arena.analysis.covariance import Variance

DRAWS = 10_000
DRAWN_CELLS = 100_000_000
"""Pairs x draws are kept under this; with 300 contestants the critical value's error is then still under 0.03."""
BLOCK = 500
Singles = NDArray[np.float32]
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
    critical = critical_value(sigma, spread, level, seed)
    reach = _limits(critical, _pair_freedom(variance, members[i], members[j]))
    # A pair without a variance cannot be told apart, whatever its estimates.
    gap = np.where(np.isinf(reach), 0.0, theta[members[i]] - theta[members[j]])
    reach = np.where(np.isinf(reach), 1.0, reach) * np.maximum(spread, 1e-300)
    better = np.bincount(j[gap > reach], minlength=size) + np.bincount(i[-gap > reach], minlength=size)
    worse = np.bincount(i[gap > reach], minlength=size) + np.bincount(j[-gap > reach], minlength=size)
    return RankSets(1 + better, size - worse, critical)


def critical_value(sigma: Floats, spread: Floats, level: float, seed: int) -> float:
    """Quantile of the largest |z_i - z_j| / spread over all pairs under the covariance `sigma`.

    Drawn in single precision, some draws at a time so that they stay in the cache.
    """
    size = len(sigma)
    if size == 2:
        return float(norm.isf((1 - level) / 2))
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(sigma)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))).astype(np.float32)
    table = np.zeros((size, size), np.float32)
    table[np.triu_indices(size, 1)] = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    draws = max(2 * BLOCK, min(DRAWS, DRAWN_CELLS // spread.size))
    largest = [
        _largest(root @ rng.standard_normal((size, BLOCK), dtype=np.float32), table) for _ in range(-(-draws // BLOCK))
    ]
    return float(np.quantile(np.concatenate(largest)[:draws], level))


def _largest(z: Singles, inverse: Singles) -> Singles:
    """Largest standardised difference of each draw (a column of z)."""
    most = np.zeros(z.shape[1], np.float32)
    for first in range(len(z) - 1):
        gaps = np.abs(z[first + 1 :] - z[first])
        gaps *= inverse[first, first + 1 :, None]
        np.maximum(most, gaps.max(axis=0), out=most)
    return most


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
