"""Bradley-Terry with two contestants: one parameter, the log-odds t that one is preferred, from k of n.

The log-likelihood is k t - n log(1 + e^t). Firth's penalty (1993, doi:10.1093/biomet/80.1.27) adds half the logarithm
of the information, which is half a win and half a loss more: (k + 1/2) t - (n + 1) log(1 + e^t).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, log, log1p, sqrt

from scipy.optimize import brentq
from scipy.special import ndtri


@dataclass(frozen=True, slots=True)
class LogOdds:
    """An estimate on the logit scale and its bounds; infinite where all said the same, without a penalty."""

    estimate: float
    lower: float
    upper: float
    level: float
    method: str


def wald(k: float, n: float, *, level: float = 0.95) -> LogOdds:
    """Estimate plus and minus z standard errors, sqrt(1/k + 1/(n-k)); says nothing at k = 0 and k = n."""
    t = _peak(k, n)
    if abs(t) == inf:
        return LogOdds(t, -inf, inf, level, "wald")
    reach = float(-ndtri((1 - level) / 2)) * sqrt(1 / k + 1 / (n - k))
    return LogOdds(t, t - reach, t + reach, level, "wald")


def profile(k: float, n: float, *, level: float = 0.95) -> LogOdds:
    """All t whose likelihood is not significantly below the maximum (the likelihood ratio against chi-square, 1 df)."""
    return _likelihood_interval(k, n, level, "profile")


def firth(k: float, n: float, *, level: float = 0.95) -> LogOdds:
    """The same with Firth's penalty, from the penalised maximum; always finite.

    Heinze and Schemper (2002), doi:10.1002/sim.1047.
    """
    return _likelihood_interval(k + 0.5, n + 1, level, "firth")


def _likelihood_interval(k: float, n: float, level: float, method: str) -> LogOdds:
    t = _peak(k, n)
    drop = float(ndtri((1 - level) / 2)) ** 2 / 2
    floor = _best(k, n) - drop

    def above(at: float) -> float:
        return k * at - n * _softplus(at) - floor

    start = 0.0 if abs(t) == inf else t
    lower = -inf if k == 0 else _root(above, start, -1.0)
    upper = inf if k == n else _root(above, start, 1.0)
    return LogOdds(t, lower, upper, level, method)


def _root(above: Callable[[float], float], start: float, direction: float) -> float:
    """Where the likelihood crosses its floor, outwards from the start."""
    step = direction
    while above(start + step) > 0:
        step *= 2
    inside = start
    if above(start) < 0:  # only where the maximum is at infinity: the crossing lies towards it
        inside = start - step
        while above(inside) < 0:
            inside -= step
    return float(brentq(above, inside, start + step, xtol=1e-14, rtol=1e-14))


def _peak(k: float, n: float) -> float:
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"{k} of {n} is no proportion.")
    if k == 0:
        return -inf
    return inf if k == n else log(k / (n - k))


def _best(k: float, n: float) -> float:
    """The maximum of the log-likelihood."""
    return sum(x * log(x / n) for x in (k, n - k) if x > 0)


def _softplus(t: float) -> float:
    return max(t, 0.0) + log1p(exp(-abs(t)))
