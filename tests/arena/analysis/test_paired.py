"""Paired intervals against published examples, and against the same equations solved with fifty digits."""

from __future__ import annotations

import mpmath as mp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.analysis.paired import correlation, newcombe, tango

mp.mp.dps = 50
Z = mp.sqrt(2) * mp.erfinv(mp.mpf("0.95"))
tables = st.tuples(*[st.integers(0, 8)] * 4).filter(lambda t: sum(t) > 0)


def wilson(k: int, n: int) -> tuple[mp.mpf, mp.mpf]:
    """The roots of (p - k/n)^2 = z^2 p (1 - p) / n."""
    a, b, c = 1 + Z**2 / n, -(2 * mp.mpf(k) / n + Z**2 / n), (mp.mpf(k) / n) ** 2
    root = mp.sqrt(b**2 - 4 * a * c)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def newcombe_again(a: int, b: int, c: int, d: int) -> tuple[mp.mpf, mp.mpf]:
    n, first, second = a + b + c + d, mp.mpf(a + b), mp.mpf(a + c)
    (l1, u1), (l2, u2) = wilson(a + b, n), wilson(a + c, n)
    product = mp.mpf(a * d - b * c)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    phi = (
        mp.mpf(0) if margins == 0 else (max(product - mp.mpf(n) / 2, 0) if product > 0 else product) / mp.sqrt(margins)
    )
    p, q = first / n, second / n
    down = mp.sqrt((p - l1) ** 2 - 2 * phi * (p - l1) * (u2 - q) + (u2 - q) ** 2)
    up = mp.sqrt((u1 - p) ** 2 - 2 * phi * (u1 - p) * (q - l2) + (q - l2) ** 2)
    return p - q - down, p - q + up


def tango_statistic(delta: mp.mpf, b: int, c: int, n: int) -> mp.mpf:
    """Tango's Z with the restricted likelihood maximised by bisection on its derivative, not by his formula."""
    low, high = max(mp.mpf(0), -delta), (1 - delta) / 2

    def slope(q: mp.mpf) -> mp.mpf:
        # log L = b log(q + delta) + c log q + (n - b - c) log(1 - 2q - delta)
        total = -2 * mp.mpf(n - b - c) / (1 - 2 * q - delta) if n > b + c else mp.mpf(0)
        return total + (b / (q + delta) if b else 0) + (c / q if c else 0)

    for _ in range(170):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return (b - c - n * delta) / mp.sqrt(n * (2 * low + delta * (1 - delta)))


def test_the_airway_data_give_the_published_intervals() -> None:
    # Fagerland, Lydersen and Laake (2014), doi:10.1002/sim.6148: 1, 1, 7, 12 of 21.
    found = [newcombe(1, 1, 7, 21), tango(1, 7, 21)]
    assert [(round(f.lower, 3), round(f.upper, 3)) for f in found] == [(-0.507, -0.026), (-0.517, -0.026)]


@given(tables)
def test_newcombes_interval_is_the_one_of_fifty_digits(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    found, wanted = newcombe(a, b, c, a + b + c + d), newcombe_again(a, b, c, d)
    assert (found.lower, found.upper) == pytest.approx([float(x) for x in wanted], abs=1e-11)


@pytest.mark.parametrize(("b", "c", "n"), [(7, 3, 12), (6, 2, 12), (5, 1, 12), (4, 0, 12), (1, 7, 21), (40, 20, 160)])
def test_at_tangos_bounds_the_score_statistic_is_z(b: int, c: int, n: int) -> None:
    found = tango(b, c, n)
    for bound, z in ((found.lower, Z), (found.upper, -Z)):
        solved = mp.findroot(
            lambda x, z=z: tango_statistic(x, b, c, n) - z, (bound - 0.01, bound + 0.01), solver="anderson"
        )
        assert bound == pytest.approx(float(solved), abs=1e-11)


@pytest.mark.parametrize(("b", "c", "n"), [(0, 0, 12), (12, 0, 12)])
def test_tangos_bounds_at_the_edges_leave_the_estimate(b: int, c: int, n: int) -> None:
    found = tango(b, c, n)
    assert abs(tango_statistic(mp.mpf(found.lower), b, c, n)) == pytest.approx(float(Z), abs=1e-9)
    assert found.lower < found.estimate <= found.upper


@given(tables)
def test_exchanging_the_two_turns_the_intervals_round(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    n = a + b + c + d
    for one, other in ((newcombe(a, b, c, n), newcombe(a, c, b, n)), (tango(b, c, n), tango(c, b, n))):
        assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-12)
        assert -1 <= one.lower <= one.estimate <= one.upper <= 1


def test_a_margin_without_people_has_no_correlation() -> None:
    assert correlation(5, 0, 0, 5) == correlation(0, 0, 0, 5) == 0.0


def test_nobody_says_nothing() -> None:
    for found in (newcombe(0, 0, 0, 0), tango(0, 0, 0)):
        assert (found.estimate, found.lower, found.upper) == (None, -1.0, 1.0)


def test_more_people_than_there_are_are_refused() -> None:
    with pytest.raises(ValueError, match="no parts of 3 people"):
        newcombe(2, 1, 1, 3)
