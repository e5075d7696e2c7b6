from __future__ import annotations

import pytest
from scipy.stats import binomtest

from arena.analysis.proportions import Interval, proportion


@pytest.mark.parametrize(("k", "n"), [(0, 12), (2, 12), (10, 12), (12, 12), (5, 9), (500, 1000)])
def test_exact_and_score_bounds_agree_with_scipys(k: int, n: int) -> None:
    for ours, theirs in ((Interval.CLOPPER_PEARSON, "exact"), (Interval.WILSON, "wilson")):
        found, wanted = proportion(k, n, interval=ours), binomtest(k, n).proportion_ci(method=theirs)
        assert (found.lower, found.upper) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_jeffreys_bounds_are_the_published_ones() -> None:
    # Brown, Cai and DasGupta (2001), table 5: n = 10, x = 3.
    found = proportion(3, 10, interval=Interval.JEFFREYS)
    assert (round(found.lower, 3), round(found.upper, 3)) == (0.093, 0.606)


def test_nothing_of_nothing_says_nothing() -> None:
    found = proportion(0, 0)
    assert (found.estimate, found.lower, found.upper) == (None, 0.0, 1.0)


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        proportion(3, 2)
