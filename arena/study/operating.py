"""How often each test of a study says yes: exactly, by adding up every outcome; and in simulated studies.

A test's size is the largest chance of a significant result where there is nothing to find, over everything else that
may be true (searched on a grid of thousandths); its power the chance where there is something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import product
from math import comb, sqrt

import numpy as np

from arena.analysis.arrays import Floats
from arena.analysis.exact import binomial, fisher, mainland_gart, mcnemar
from arena.study.figures import figures
from arena.study.truth import Truth, imagine
from arena.study_models import Study

LEVEL = 0.05
GRID = 1000


class Test(StrEnum):
    """The tests of a report."""

    __test__ = False  # pytest: this is not a test case

    BINOMIAL = "binomial"
    ORDER = "order"
    MAINLAND_GART = "mainland_gart"
    MCNEMAR = "mcnemar"
    BLINDING = "blinding"


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one test under one truth: the exact chance of rejecting, and how often it was in simulated studies.

    `z`: their distance in standard errors; 0 where nothing can vary.
    """

    test: Test
    exact: float
    simulated: float
    studies: int

    @property
    def z(self) -> float:
        """Standard errors between the two."""
        error = sqrt(self.exact * (1 - self.exact) / self.studies)
        return (self.simulated - self.exact) / error if error else 0.0


@dataclass(frozen=True, slots=True)
class Characteristics:
    """A test's size with so many people, and its power in some truths."""

    test: Test
    people: int
    size: float
    power: Mapping[str, float]


ALTERNATIVES: Mapping[str, Truth] = {
    "preference .70": Truth(prefer_ab=0.7, prefer_ba=0.7, first=0.4, second=0.7, correct=0.5, wrong=0.3),
    "preference .83": Truth(prefer_ab=0.83, prefer_ba=0.83, first=0.4, second=0.8, correct=0.7, wrong=0.1),
    "order decides .83": Truth(prefer_ab=0.83, prefer_ba=0.17, first=0.5, second=0.5, correct=0.9, wrong=0.1),
}
"""Truths in which there is something to find."""


def rejection(test: Test, truth: Truth, balance: tuple[int, int] = (6, 6)) -> float:
    """The exact chance that a test is significant under a truth."""
    if test is Test.MCNEMAR:
        return _trinomial(truth.second * (1 - truth.first), truth.first * (1 - truth.second), sum(balance))
    if test is Test.BLINDING:
        return _trinomial(truth.correct, truth.wrong, sum(balance))
    return float(_weights(truth.prefer_ab, truth.prefer_ba, balance) @ _rejected(test, balance))


def characteristics(balance: tuple[int, int] = (6, 6)) -> tuple[Characteristics, ...]:
    """Size and power of every test with so many people in the orders AB and BA."""
    return tuple(
        Characteristics(
            test=test,
            people=sum(balance),
            size=_size(test, balance),
            power={name: rejection(test, truth, balance) for name, truth in ALTERNATIVES.items()},
        )
        for test in Test
    )


def simulate(
    study: Study, truth: Truth, studies: int, seed: int, balance: tuple[int, int] = (6, 6)
) -> tuple[Rate, ...]:
    """Draw studies, send each through the report's own analysis, and set the share of rejections beside the chance."""
    random = np.random.default_rng(seed)
    found = [_verdicts(study, truth, random, balance) for _ in range(studies)]
    return tuple(
        Rate(test, rejection(test, truth, balance), sum(verdict[test] for verdict in found) / studies, studies)
        for test in Test
    )


def _verdicts(study: Study, truth: Truth, random: np.random.Generator, balance: tuple[int, int]) -> dict[Test, bool]:
    found = figures(imagine(study, truth, random, balance=balance))
    p = {
        Test.BINOMIAL: found.full.primary.p,
        Test.ORDER: found.order.p_order,
        Test.MAINLAND_GART: found.order.p_by_sequence,
        Test.MCNEMAR: found.full.secondaries[0].p,
        Test.BLINDING: found.blinding.all.p if found.blinding else 1.0,
    }
    return {test: value <= LEVEL for test, value in p.items()}


def _size(test: Test, balance: tuple[int, int]) -> float:
    if test is Test.BINOMIAL:
        return rejection(test, Truth(), balance)
    if test in (Test.MCNEMAR, Test.BLINDING):  # two answers of one person may depend on each other in any way
        return max(_trinomial(i / GRID / 2, i / GRID / 2, sum(balance)) for i in range(GRID + 1))
    return max(rejection(test, _null(test, i / GRID), balance) for i in range(GRID + 1))


def _null(test: Test, chance: float) -> Truth:
    """Nothing for Fisher's test is the same preference in both orders; for Mainland and Gart's, of the same period."""
    return Truth(prefer_ab=chance, prefer_ba=chance if test is Test.ORDER else 1 - chance)


@cache
def _rejected(test: Test, balance: tuple[int, int]) -> Floats:
    """Which outcomes are significant: i of those in AB and j of those in BA prefer the second contestant."""
    n, m = balance
    outcomes = product(range(n + 1), range(m + 1))
    if test is Test.BINOMIAL:
        p = [binomial(i + j, n + m) for i, j in outcomes]
    elif test is Test.ORDER:
        p = [fisher(i, n - i, j, m - j) for i, j in outcomes]
    else:
        p = [mainland_gart((n - i, i), (j, m - j)) for i, j in outcomes]
    return (np.array(p) <= LEVEL).astype(np.float64)


def _weights(prefer_ab: float, prefer_ba: float, balance: tuple[int, int]) -> Floats:
    return np.outer(_binomial(prefer_ab, balance[0]), _binomial(prefer_ba, balance[1])).ravel()


def _binomial(p: float, n: int) -> Floats:
    return np.array([comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)])


def _trinomial(b: float, c: float, n: int) -> float:
    """Chance that McNemar's test is significant: outcomes b and c with these chances, n people."""
    neither = max(0.0, 1 - b - c)
    return sum(comb(n, x) * comb(n - x, y) * b**x * c**y * neither ** (n - x - y) for x, y in _significant_pairs(n))


@cache
def _significant_pairs(n: int) -> tuple[tuple[int, int], ...]:
    pairs = ((x, y) for x in range(n + 1) for y in range(n + 1 - x))
    return tuple((x, y) for x, y in pairs if mcnemar(x, y) <= LEVEL)
