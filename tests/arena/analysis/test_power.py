"""Power by adding up outcomes, and needed numbers against a search far beyond the horizon."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
from scipy.stats import binom, binomtest

from arena.analysis.exact import binomial
from arena.analysis.power import critical, needed, needed_for_width, power
from arena.analysis.proportions import Interval, proportion


def enumerated(n: int, p: Fraction) -> float:
    return float(sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1) if binomial(k, n) <= 0.05))


@pytest.mark.parametrize("n", [1, 5, 6, 12, 13, 40])
@pytest.mark.parametrize("p", [Fraction(1, 2), Fraction(3, 5), Fraction(83, 100), Fraction(1)])
def test_power_is_the_chance_of_all_significant_outcomes(n: int, p: Fraction) -> None:
    assert power(n, float(p)) == pytest.approx(enumerated(n, p), abs=1e-13)


def test_the_size_with_twelve_people_is_the_published_one() -> None:
    assert round(power(12, 0.5), 4) == 0.0386


def test_five_people_can_never_be_significant() -> None:
    assert (critical(5), power(5, 0.99)) == (6, 0.0)


@pytest.mark.parametrize(("p", "target"), [(0.6, 0.8), (0.6, 0.9), (0.7, 0.8), (0.83, 0.8), (0.83, 0.9), (0.4, 0.8)])
def test_power_holds_from_the_needed_number_on_and_not_before(p: float, target: float) -> None:
    n = needed(p, target)
    assert power(n - 1, p) < target
    assert all(power(m, p) >= target for m in range(n, 1500))


def test_the_power_is_scipys() -> None:
    for n in (54, 210):
        rejected = [k for k in range(n + 1) if binomtest(k, n).pvalue <= 0.05]
        assert power(n, 0.6) == pytest.approx(binom.pmf(rejected, n, 0.6).sum(), abs=1e-11)


@pytest.mark.parametrize("p", [0.5, 0.5001])
def test_a_preference_that_no_study_finds_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="people"):
        needed(p, 0.8)


def test_the_number_for_a_width_is_the_first_that_gives_it() -> None:
    n = needed_for_width(0.83, 0.2)
    widths = [proportion(0.83 * m, m, interval=Interval.WILSON) for m in (n - 1, n)]
    assert widths[0].upper - widths[0].lower > 0.2 >= widths[1].upper - widths[1].lower
