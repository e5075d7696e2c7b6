"""Intervals of a proportion from k of n: exact, score and Jeffreys. Shared by ratings, rates and the study."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import betainccinv, betaincinv, ndtri  # scipy.stats takes a second to import


class Interval(StrEnum):
    """How the bounds are found."""

    CLOPPER_PEARSON = "clopper-pearson"
    WILSON = "wilson"
    JEFFREYS = "jeffreys"


@dataclass(frozen=True, slots=True)
class Proportion:
    """k of n with bounds; `estimate` is None for n = 0, whose bounds are 0 and 1."""

    k: float
    n: float
    lower: float
    upper: float
    level: float
    interval: Interval

    @property
    def estimate(self) -> float | None:
        """The share itself."""
        return self.k / self.n if self.n else None


def proportion(k: float, n: float, *, level: float = 0.95, interval: Interval = Interval.CLOPPER_PEARSON) -> Proportion:
    """The share of k in n with an interval; Clopper-Pearson never covers less than its level."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion.")
    tail = (1 - level) / 2
    if n == 0:
        low, high = 0.0, 1.0
    elif interval is Interval.WILSON:
        low, high = _wilson(k, n, float(-ndtri(tail)))
    else:
        add = 0.0 if interval is Interval.CLOPPER_PEARSON else 0.5
        low, high = _beta(k, n, tail, add)
    return Proportion(k, n, low, high, level, interval)


def _beta(k: float, n: float, tail: float, add: float) -> tuple[float, float]:
    """Beta quantiles: Clopper-Pearson's for add = 0; Jeffreys' posterior for 1/2, closed at 0 and n as is usual."""
    more = 1.0 if add == 0 else add
    low = 0.0 if k == 0 else float(betaincinv(k + add, n - k + more, tail))
    high = 1.0 if k == n else float(betainccinv(k + more, n - k + add, tail))
    return low, high


def _wilson(k: float, n: float, z: float) -> tuple[float, float]:
    share = k / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, float(centre - reach)), min(1.0, float(centre + reach))
