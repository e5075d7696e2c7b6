"""The statistics of a stranger's recount: textbook formulas with the standard library and scipy, nothing of ours."""

from __future__ import annotations

from functools import cache
from math import inf, log, sqrt

from scipy.optimize import brentq
from scipy.stats import binom, binomtest, chi2, fisher_exact, norm

Z = norm.ppf(0.975)
ELO = 400 / log(10)
LEVEL = 0.05


def likelihood_interval(k: float, n: float) -> tuple[float, float]:
    """In the share rather than in the log-odds: all shares whose deviance is at most chi-square's 95% point."""
    share, most = k / n, chi2.ppf(0.95, 1)

    def deviance(at: float) -> float:
        parts = [x * log(x / n / to) for x, to in ((k, at), (n - k, 1 - at)) if x > 0]
        return 2 * sum(parts) - most

    low = brentq(deviance, 1e-15, share, xtol=1e-16, rtol=1e-14) if k else 0.0
    high = 1.0 if k == n else brentq(deviance, share, 1 - 1e-15, xtol=1e-16, rtol=1e-14)
    return (log(low / (1 - low)) if k else -inf, inf if k == n else log(high / (1 - high)))


def newcombe(a: int, b: int, c: int, n: int) -> list[float]:
    if n == 0:
        return [-1.0, 1.0]
    d = n - a - b - c
    (l1, u1), (l2, u2) = (binomtest(x, n).proportion_ci(0.95, "wilson") for x in (a + b, a + c))
    p1, p2 = (a + b) / n, (a + c) / n
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    cross = a * d - b * c
    phi = 0.0 if margins == 0 else (max(cross - n / 2, 0) if cross > 0 else cross) / sqrt(margins)
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    return [p1 - p2 - sqrt(max(down, 0)), p1 - p2 + sqrt(max(up, 0))]


def tango(b: int, c: int, n: int) -> list[float]:
    """The score statistic with the restricted maximum found by its likelihood equation, and inverted by bisection."""
    if n == 0:
        return [-1.0, 1.0]

    def score(delta: float) -> float:
        """Standardised distance of b - c from n delta."""
        lean = (2 * n - b + c) * delta - b - c
        q = (sqrt(max(lean**2 + 8 * n * c * delta * (1 - delta), 0.0)) - lean) / (4 * n)
        variance = n * (2 * q + delta * (1 - delta))
        gap = b - c - n * delta
        return gap / sqrt(variance) if variance > 1e-300 else (0.0 if gap == 0 else inf if gap > 0 else -inf)

    middle = (b - c) / n
    return [bisect(lambda d: score(d) - Z, -1.0, middle), bisect(lambda d: score(d) + Z, middle, 1.0)]


def bisect(falls, low: float, high: float) -> float:
    """Where a falling function passes 0; the end at which it has not, if it does nowhere."""
    if falls(high) > 0:
        return high
    if falls(low) < 0:
        return low
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if falls(middle) > 0 else (low, middle)
    return (low + high) / 2


def power(n: int, p: float) -> float:
    """Rejected are both tails whose chance under a fair coin is at most 2.5% each."""
    if n == 0:
        return 0.0
    tail = binom.ppf(LEVEL / 2, n, 0.5) - (binom.cdf(binom.ppf(LEVEL / 2, n, 0.5), n, 0.5) > LEVEL / 2)
    return float(binom.cdf(tail, n, p) + binom.sf(n - tail - 1, n, p)) if tail >= 0 else 0.0


@cache
def needed(most: int = 700) -> dict:
    """The last number of people whose power is too small, and one more; far beyond the last of them."""
    found: dict[str, dict[str, int]] = {}
    for p in ("0.60", "0.65", "0.70", "0.75", "0.83"):
        powers = [power(n, float(p)) for n in range(most)]
        found[p] = {str(t): 1 + max(n for n in range(most) if powers[n] < t / 100) for t in (80, 90)}
    return found


def narrowest(share: float) -> int:
    """By the closed form of Wilson's width, person by person."""
    n = 1
    while 2 * Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n) > 0.2:
        n += 1
    return n


def coin(k: int, n: int) -> float:
    return float(binomtest(k, n).pvalue) if n else 1.0


def fisher_p(first: tuple[int, int], second: tuple[int, int]) -> float:
    return float(fisher_exact([first, second]).pvalue)


def finite(value: float) -> float | None:
    return None if abs(value) == inf else value
