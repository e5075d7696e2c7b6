"""Exact two-sided tests of counts, in whole numbers: nothing is rounded before the last step.

A two-sided p adds up all outcomes that are at most as probable as the one found (Fisher's rule, as in R's binom.test
and fisher.test); for a fair coin that is twice the smaller tail.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import comb


@lru_cache(maxsize=4096)
def binomial(k: int, n: int) -> float:
    """P of a split at least as lopsided as k of n if both sides are equally likely; 1 for n = 0."""
    _check(k, n - k)
    tail = sum(comb(n, i) for i in range(min(k, n - k) + 1))
    return float(min(Fraction(1), Fraction(2 * tail, 2**n)))


def mcnemar(b: int, c: int) -> float:
    """Exact McNemar: b people said yes of the first alone, c of the second alone.

    McNemar (1947), doi:10.1007/BF02295996. Who said the same of both says nothing. The sum b + c is
    conditioned on, so it is a binomial test; 1 for b + c = 0.
    """
    return binomial(b, b + c)


def conditional(first: int, second: int) -> float:
    """Two counts of events compared given their sum: Przyborowski and Wilenski (1940), doi:10.1093/biomet/31.3-4.313.

    For mentions, of which one person may have given several: it takes each for independent.
    """
    return binomial(first, first + second)


@lru_cache(maxsize=4096)
def fisher(a: int, b: int, c: int, d: int) -> float:
    """Fisher's exact test of the table [[a, b], [c, d]], margins fixed; 1 where a margin is empty.

    Fisher (1922), doi:10.2307/2340521.
    """
    _check(a, b, c, d)
    first, second, left = a + b, c + d, a + c
    weights = {i: comb(first, i) * comb(second, left - i) for i in range(max(0, left - second), min(first, left) + 1)}
    found = weights[a]
    return float(Fraction(sum(w for w in weights.values() if w <= found), comb(first + second, left)))


def mainland_gart(ab: tuple[int, int], ba: tuple[int, int]) -> float:
    """Are the contestants preferred alike, whatever the order does? Sequence by preferred period, by Fisher's test.

    `ab` counts people of the sequence AB who preferred their first and their second period, `ba` those of BA. An
    effect of the order moves both rows alike; a difference between the rows is a difference between the contestants.
    Gart (1969), doi:10.1093/biomet/56.1.75; Jones and Kenward, Design and Analysis of Cross-Over Trials.
    """
    return fisher(*ab, *ba)


def _check(*counts: int) -> None:
    if min(counts) < 0:
        raise ValueError(f"counts cannot be negative: {counts}")
