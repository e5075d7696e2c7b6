"""Standard errors and intervals of contrasts, from a covariance or from bootstrap replicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, t

from arena.analysis.arrays import Floats
from arena.analysis.bootstrap import Replicates
from arena.analysis.covariance import Variance


@dataclass(frozen=True, slots=True)
class Bounds:
    """Standard errors, degrees of freedom and intervals of some contrasts; NaN where one cannot be estimated."""

    se: Floats
    df: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """A covariance, and the replicates behind it where it came from a bootstrap."""

    variance: Variance
    replicates: Replicates | None = None

    def bounds(self, contrasts: Floats, values: Floats, level: float) -> Bounds:
        """Intervals of contrasts (a row each) around their estimates."""
        nothing = ~contrasts.any(axis=1)  # the anchor against itself
        square = ((contrasts @ self.variance.matrix) * contrasts).sum(axis=1)
        df = np.where(nothing, np.inf, self.variance.degrees_of_freedom(contrasts))
        se = np.where(np.isnan(df), np.nan, np.sqrt(np.maximum(square, 0.0)))
        if self.replicates is not None:
            found = np.array([self.replicates.interval(row, level) for row in contrasts])
            return Bounds(se, df, found[:, 0], found[:, 1])
        reach = se * two_sided(df, level)
        return Bounds(se, df, values - reach, values + reach)


def two_sided(df: Floats, level: float) -> Floats:
    """Quantiles of t for a two-sided interval; of the normal for infinite degrees of freedom, NaN for NaN."""
    tail = (1 - level) / 2
    quantiles = np.full(df.size, norm.isf(tail))
    quantiles[np.isfinite(df)] = t.isf(tail, df[np.isfinite(df)])
    quantiles[np.isnan(df)] = np.nan
    return quantiles
