import pytest

from arena.analysis.exact import clopper_pearson


# Clopper & Pearson (1934), and the usual textbook values: 10 of 12, 0 of 10 (the "rule of three" made exact), 10 of 10.
@pytest.mark.parametrize(
    ("k", "n", "lower", "upper"),
    [
        (10, 12, 0.5158623, 0.9791375),
        (0, 10, 0.0, 0.3084971),
        (10, 10, 0.6915029, 1.0),
        (5, 10, 0.1870860, 0.8129140),
    ],
)
def test_the_interval_is_the_published_one(k, n, lower, upper):
    interval = clopper_pearson(k, n)
    assert (interval.lower, interval.upper) == (pytest.approx(lower, abs=1e-7), pytest.approx(upper, abs=1e-7))
    assert interval.share == k / n


def test_both_tails_have_their_exact_probability():
    from math import comb

    interval = clopper_pearson(7, 20)

    def at_least(k, p):
        return sum(comb(20, i) * p**i * (1 - p) ** (20 - i) for i in range(k, 21))

    assert at_least(7, interval.lower) == pytest.approx(0.025, abs=1e-12)
    assert 1 - at_least(8, interval.upper) == pytest.approx(0.025, abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="expected 0 <= k <= n"):
        clopper_pearson(k, n)
