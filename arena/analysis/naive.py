"""Two tests that must not be used on a dozen paired answers, so that it can be said what they would have claimed."""

from __future__ import annotations

from math import erfc, sqrt


def naive_independent(first: int, second: int, n: int) -> float:
    """Pearson's chi-square without correction, as if two groups of n different people had answered."""
    yes, no = first + second, 2 * n - first - second
    if yes == 0 or no == 0:
        return 1.0
    return _upper_tail(2 * n * (first - second) ** 2 / (yes * no))


def naive_paired(b: int, c: int) -> float:
    """McNemar's chi-square without correction, far outside the numbers that it is for."""
    return _upper_tail((b - c) ** 2 / (b + c)) if b + c else 1.0


def _upper_tail(chi_square: float) -> float:
    """Of chi-square with one degree of freedom."""
    return erfc(sqrt(chi_square / 2))
