"""Log-odds of two contestants, against the likelihood equations solved with fifty digits."""

from __future__ import annotations

from math import inf, log

import mpmath as mp
import pytest

from arena.analysis.one_parameter import LogOdds, firth, profile, wald

mp.mp.dps = 50
Z = mp.sqrt(2) * mp.erfinv(mp.mpf("0.95"))


def crossing(k: mp.mpf, n: mp.mpf, near: float) -> float:
    def likelihood(t: mp.mpf) -> mp.mpf:
        return k * t - n * mp.log(1 + mp.exp(t))

    best = likelihood(mp.log(k / (n - k)))
    return float(mp.findroot(lambda t: 2 * (best - likelihood(t)) - Z**2, near))


@pytest.mark.parametrize(("k", "n"), [(10, 12), (2, 12), (6, 12), (1, 12), (55, 100)])
def test_likelihood_bounds_are_those_of_fifty_digits(k: int, n: int) -> None:
    for found, add in ((profile(k, n), mp.mpf(0)), (firth(k, n), mp.mpf(1))):
        for bound in (found.lower, found.upper):
            assert bound == pytest.approx(crossing(k + add / 2, n + add, bound), abs=1e-11)


def test_wald_is_the_textbooks() -> None:
    found = wald(10, 12)
    reach = float(Z * mp.sqrt(mp.mpf(1) / 10 + mp.mpf(1) / 2))
    assert found == LogOdds(log(5), pytest.approx(log(5) - reach), pytest.approx(log(5) + reach), 0.95, "wald")


def test_a_unanimous_preference_is_bounded_on_one_side_only() -> None:
    found = profile(12, 12)
    # n log(1 + e^-t) = z^2 / 2
    wanted = -mp.log(mp.exp(Z**2 / 24) - 1)
    assert (found.estimate, found.upper) == (inf, inf)
    assert found.lower == pytest.approx(float(wanted), abs=1e-11)
    assert profile(0, 12).upper == pytest.approx(-found.lower)
    assert (wald(12, 12).lower, wald(12, 12).upper) == (-inf, inf)


def test_firths_estimate_stays_finite() -> None:
    assert firth(12, 12).estimate == pytest.approx(log(25))
    assert firth(12, 12).upper < 9


def test_a_single_person_has_bounds() -> None:
    found = profile(1, 1)
    assert found.lower == pytest.approx(float(-mp.log(mp.exp(Z**2 / 2) - 1)), abs=1e-11)


def test_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        profile(0, 0)
