"""Exact tests against scipy's and against published examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, fisher_exact

from arena.analysis.exact import binomial, conditional, fisher, mainland_gart, mcnemar

few = st.integers(0, 9)


@given(few, few)
def test_the_binomial_agrees_with_scipys(k: int, others: int) -> None:
    wanted = binomtest(k, k + others).pvalue if k + others else 1.0
    assert binomial(k, k + others) == pytest.approx(wanted, abs=1e-14)


@given(few, few, few, few)
def test_fisher_agrees_with_scipys(a: int, b: int, c: int, d: int) -> None:
    assert fisher(a, b, c, d) == pytest.approx(fisher_exact([[a, b], [c, d]]).pvalue, abs=1e-12)


def test_ten_of_twelve_is_158_of_4096() -> None:
    assert binomial(10, 12) == binomial(2, 12) == 158 / 4096


def test_mcnemar_gives_the_published_p_of_the_airway_data() -> None:
    # Fagerland, Lydersen and Laake (2013), doi:10.1186/1471-2288-13-91, table 1: 1 against 7, exact conditional .070.
    assert round(mcnemar(1, 7), 3) == 0.070


def test_fisher_gives_the_tea_tasters_p() -> None:
    # Fisher (1935): eight cups, four of each kind, three of four right; one-sided 17/70, so two-sided 34/70.
    assert fisher(3, 1, 1, 3) == 34 / 70


def test_people_who_all_said_the_same_of_both_say_nothing() -> None:
    assert mcnemar(0, 0) == conditional(0, 0) == fisher(0, 0, 0, 0) == fisher(6, 0, 6, 0) == 1.0


def test_mainland_gart_sees_a_preference_and_not_an_effect_of_the_order() -> None:
    # All prefer the second contestant: in AB that is period 2, in BA period 1.
    assert mainland_gart((0, 6), (6, 0)) == pytest.approx(2 / 924)
    # All prefer whoever comes last: the rows are alike.
    assert mainland_gart((0, 6), (0, 6)) == 1.0


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        fisher(1, -1, 2, 2)
