"""Intervals for the difference of two shares that the same people gave.

Of n people, `a` said yes of both, `b` of the first alone, `c` of the second alone; the difference is (b - c) / n.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from scipy.optimize import brentq
from scipy.special import ndtri

from arena.analysis.proportions import Interval, Proportion, proportion


class PairedInterval(StrEnum):
    """How the bounds are found."""

    NEWCOMBE = "newcombe"
    TANGO = "tango"


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of paired shares with its bounds; `estimate` is None for nobody, whose bounds are -1 and 1."""

    b: int
    c: int
    n: int
    estimate: float | None
    lower: float
    upper: float
    level: float
    interval: PairedInterval


def newcombe(a: int, b: int, c: int, n: int, *, level: float = 0.95) -> Difference:
    """Method 10 of Newcombe (1998), doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.

    Wilson intervals (no continuity correction) of the two shares, squared and added with their correlation phi, whose
    numerator loses n/2 where it is positive, but not its sign.
    """
    _check(a, b, c, n)
    if n == 0:
        return Difference(b, c, n, None, -1.0, 1.0, level, PairedInterval.NEWCOMBE)
    first = proportion(a + b, n, level=level, interval=Interval.WILSON)
    second = proportion(a + c, n, level=level, interval=Interval.WILSON)
    phi = correlation(a, b, c, n)
    theta = (b - c) / n
    (down1, up1), (down2, up2) = _reach(first), _reach(second)
    lower = theta - sqrt(down1**2 - 2 * phi * down1 * up2 + up2**2)
    upper = theta + sqrt(up1**2 - 2 * phi * up1 * down2 + down2**2)
    return Difference(b, c, n, theta, lower, upper, level, PairedInterval.NEWCOMBE)


def correlation(a: int, b: int, c: int, n: int) -> float:
    """Newcombe's phi of method 10; 0 where a margin is empty."""
    d = n - a - b - c
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    if margins == 0:
        return 0.0
    product = float(a * d - b * c)
    if product > 0:
        product = max(product - n / 2, 0.0)
    return float(product / sqrt(margins))


def tango(b: int, c: int, n: int, *, level: float = 0.95) -> Difference:
    """The score interval of Tango (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B.

    The bounds are the differences whose score statistic, at the restricted maximum likelihood, is +z and -z.
    """
    _check(0, b, c, n)
    if n == 0:
        return Difference(b, c, n, None, -1.0, 1.0, level, PairedInterval.TANGO)
    theta = (b - c) / n
    z = float(-ndtri((1 - level) / 2))
    return Difference(b, c, n, theta, _score_bound(b, c, n, z), -_score_bound(c, b, n, z), level, PairedInterval.TANGO)


def _score_bound(b: int, c: int, n: int, z: float) -> float:
    """The lower bound; at the edges, where the variance at the estimate is 0, by the closed form."""
    if c == n:
        return -1.0
    if b == n:
        return (n - z**2) / (n + z**2)
    if b == c == 0:
        return -(z**2) / (n + z**2)
    return float(brentq(_excess, -1.0, (b - c) / n, args=(b, c, n, z), xtol=1e-14, rtol=1e-14))


def _excess(delta: float, b: int, c: int, n: int, z: float) -> float:
    """Distance of theta from delta less z standard errors at delta; it falls from above 0 to below."""
    return b - c - n * delta - z * sqrt(max(n * (2 * _restricted(delta, b, c, n) + delta * (1 - delta)), 0.0))


def _restricted(delta: float, b: int, c: int, n: int) -> float:
    """Maximum likelihood of the share with the second alone, given the difference delta (Tango's equation 5)."""
    two = 2 * n
    slope = -b - c + (two - b + c) * delta
    constant = -c * delta * (1 - delta)
    root = sqrt(max(slope**2 - 4 * two * constant, 0.0))
    return (root - slope) / (2 * two)


def _reach(found: Proportion) -> tuple[float, float]:
    share = found.k / found.n
    return share - found.lower, found.upper - share


def _check(a: int, b: int, c: int, n: int) -> None:
    if min(a, b, c) < 0 or a + b + c > n:
        raise ValueError(f"{a}, {b} and {c} are no parts of {n} people")
