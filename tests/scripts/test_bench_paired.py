import pytest

from scripts._bench_paired import pairs_of


def pair(ours, theirs):
    (found,) = pairs_of(["x"], [{"x": value} for value in ours], [{"x": value} for value in theirs])
    return found


def test_rounds_are_compared_with_the_round_beside_them_so_a_drift_of_the_machine_falls_out():
    found = pair([102, 204, 408], [100, 200, 400])
    assert found.difference == pytest.approx(0.02)
    assert (found.lower, found.upper) == (pytest.approx(0.02), pytest.approx(0.02))
    assert found.verdict == "yes"


def test_the_interval_is_students():
    found = pair([101, 103, 105], [100, 100, 100])
    # t(0.975, 2) = 4.3027; the standard error of 1, 3, 5 percent is 1.1547 percent.
    assert found.upper - found.difference == pytest.approx(0.043027 * 1.1547, rel=1e-3)


def test_a_difference_that_all_rounds_show_is_one():
    assert pair([120, 121, 119, 120], [100] * 4).verdict == "no"
    assert pair([80, 79, 81, 80], [100] * 4).verdict == "no"


def test_a_difference_that_the_rounds_do_not_agree_on_is_unclear():
    assert pair([90, 150, 95, 120], [100] * 4).verdict == "unclear"


def test_one_round_has_no_interval():
    assert pair([110], [100]).upper == pytest.approx(0.1)
