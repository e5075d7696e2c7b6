"""Holm's adjustment, the e-value and the posterior."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import mpmath as mp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.analysis.evalue import evalue
from arena.analysis.holm import holm
from arena.analysis.posterior import above_half


def test_holm_gives_the_textbook_example() -> None:
    assert holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_keeps_the_order_never_lowers_and_stays_a_probability(p: list[float]) -> None:
    found = holm(p)
    assert all(a <= b <= 1 for a, b in zip(p, found, strict=True))
    assert [found[i] for i in sorted(range(len(p)), key=p.__getitem__)] == sorted(found)


def test_the_evalues_of_ten_and_eleven_of_twelve() -> None:
    assert (round(evalue(10, 12), 1), round(evalue(11, 12))) == (4.8, 26)


@pytest.mark.parametrize(("k", "n"), [(0, 0), (3, 7), (10, 12), (12, 12)])
def test_the_evalue_is_the_mean_likelihood_ratio(k: int, n: int) -> None:
    mean = mp.quad(lambda p: (2 * p) ** k * (2 * (1 - p)) ** (n - k), [0, 1])
    assert evalue(k, n) == pytest.approx(float(mean), rel=1e-12)


def test_without_a_preference_the_expected_evalue_is_one() -> None:
    total = sum(Fraction(comb(12, k), 2**12) * Fraction(evalue(k, 12)) for k in range(13))
    assert float(total) == pytest.approx(1)


@pytest.mark.parametrize(("k", "n"), [(0, 3), (6, 12), (10, 12)])
def test_the_posterior_is_the_integral(k: int, n: int) -> None:
    total = mp.quad(lambda p: p**k * (1 - p) ** (n - k), [0.5, 1]) / mp.beta(k + 1, n - k + 1)
    assert above_half(k, n) == pytest.approx(float(total), rel=1e-12)


@pytest.mark.parametrize("function", [evalue, above_half])
def test_more_than_all_is_refused(function: object) -> None:
    with pytest.raises(ValueError, match="13 of 12"):
        function(13, 12)  # type: ignore[operator]
