"""Fragility of an exact test: the fewest answers that, had they been the other ones, would turn the verdict over.

Walsh and others (2014), doi:10.1016/j.jclinepi.2013.10.019. None: no change of answers does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import product

from arena.analysis.exact import binomial, mainland_gart, mcnemar

LEVEL = 0.05


@lru_cache(maxsize=1024)
def of_preference(k: int, n: int) -> int | None:
    """Changed preferences, of k of n, until the binomial test says the other thing."""
    clear = binomial(k, n) <= LEVEL
    return _fewest(abs(other - k) for other in range(n + 1) if (binomial(other, n) <= LEVEL) is not clear)


@lru_cache(maxsize=1024)
def of_pairs(b: int, c: int, n: int) -> int | None:
    """Changed yes or no answers until McNemar's test does; one answer moves one person into or out of b or c."""
    clear = mcnemar(b, c) <= LEVEL
    tables = ((x, y) for x in range(n + 1) for y in range(n + 1 - x))
    return _fewest(abs(x - b) + abs(y - c) for x, y in tables if (mcnemar(x, y) <= LEVEL) is not clear)


@lru_cache(maxsize=1024)
def of_sequences(ab: tuple[int, int], ba: tuple[int, int]) -> int | None:
    """Changed preferences until Mainland and Gart's test does."""
    clear = mainland_gart(ab, ba) <= LEVEL
    first, second = sum(ab), sum(ba)
    others = product(range(first + 1), range(second + 1))
    return _fewest(
        abs(x - ab[0]) + abs(y - ba[0])
        for x, y in others
        if (mainland_gart((x, first - x), (y, second - y)) <= LEVEL) is not clear
    )


def _fewest(found: Iterable[int]) -> int | None:
    return min(found, default=None)
