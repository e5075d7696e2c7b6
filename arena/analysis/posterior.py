"""The Bayesian reading of k of n under the uniform prior."""

from __future__ import annotations

from fractions import Fraction
from math import comb


def above_half(k: int, n: int) -> float:
    """P(p > 1/2) for p from Beta(k+1, n-k+1), which is P(K <= k) of n + 1 tosses of a fair coin."""
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion.")
    return float(Fraction(sum(comb(n + 1, i) for i in range(k + 1)), 2 ** (n + 1)))
