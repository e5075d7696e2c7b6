"""Power of the exact two-sided binomial test of a preference, and how many people it takes."""

from __future__ import annotations

from functools import cache
from math import ceil, exp, log, sqrt

from scipy.special import bdtr, bdtrc

from arena.analysis.proportions import Interval, proportion

MOST = 200_000
"""Beyond this many people the search gives up: such a preference is not for a study to find."""


def critical(n: int, alpha: float = 0.05) -> int:
    """The smallest k > n/2 at which k of n is significant; n + 1 where not even all of n are."""
    k = n // 2 + 1
    while k <= n and 2 * bdtrc(k - 1, n, 0.5) > alpha:
        k += 1
    return k


def power(n: int, p: float, alpha: float = 0.05) -> float:
    """Chance that the test is significant, on either side, when each of n people prefers the one with chance p."""
    return _power(n, p, critical(n, alpha))


@cache
def needed(p: float, target: float, alpha: float = 0.05) -> int:
    """The smallest n from which the power is at least `target` for every larger n too (it is a saw-tooth).

    Beyond a horizon Hoeffding's bound (1963, doi:10.1080/01621459.1963.10500830) keeps it there, so nothing larger has
    to be tried. Raises ValueError where that is beyond `MOST`.
    """
    last, k, n = 0, 1, 0
    for n in range(1, _horizon(p, target, alpha) + 1):
        while k <= n and 2 * bdtrc(k - 1, n, 0.5) > alpha:
            k += 1
        if _power(n, p, k) < target:
            last = n
    return last + 1


def needed_for_width(share: float, width: float, level: float = 0.95) -> int:
    """The smallest n whose Wilson interval around this share is at most `width` wide."""
    n = 1
    while _width(n, share, level) > width:
        n = max(n + 1, int(n * min(2.0, _width(n, share, level) / width)))
    while n > 1 and _width(n - 1, share, level) <= width:
        n -= 1
    return n


def _width(n: int, share: float, level: float) -> float:
    found = proportion(share * n, n, level=level, interval=Interval.WILSON)
    return found.upper - found.lower


def _power(n: int, p: float, k: int) -> float:
    if k > n:
        return 0.0
    return float(bdtrc(k - 1, n, p) + bdtr(n - k, n, p))


def _horizon(p: float, target: float, alpha: float) -> int:
    """An n from which on the power is at least `target`, by Hoeffding on both the critical value and the power."""
    lead = abs(p - 0.5)
    if lead == 0:
        raise ValueError("no number of people finds a preference of one half")
    # k_crit <= n/2 + sqrt(n log(2/alpha) / 2) + 1, and P(K < k_crit) <= exp(-2 n gap^2).
    n = ceil(((sqrt(log(2 / alpha) / 2) + sqrt(log(1 / (1 - target)) / 2)) / lead) ** 2)
    while n <= MOST:
        gap = lead - sqrt(log(2 / alpha) / (2 * n)) - 1 / n
        if gap > 0 and exp(-2 * n * gap**2) <= 1 - target:
            return n
        n += max(1, n // 50)
    raise ValueError(f"a preference of {p} takes more than {MOST} people")
