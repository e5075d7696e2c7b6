"""Exact intervals of a proportion."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import betaincinv


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionInterval:
    """A proportion k of n with its interval; all null-free for n > 0."""

    k: int
    n: int
    level: float
    lower: float
    upper: float

    @property
    def share(self) -> float:
        """The point estimate k/n."""
        return self.k / self.n


def clopper_pearson(k: int, n: int, level: float = 0.95) -> ProportionInterval:
    """The exact interval of Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404.

    Raises:
        ValueError: not 0 <= k <= n, or n = 0.
    """
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"expected 0 <= k <= n and n > 0, got k={k}, n={n}")
    tail = (1 - level) / 2
    lower = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    upper = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))
    return ProportionInterval(k=k, n=n, level=level, lower=lower, upper=upper)
