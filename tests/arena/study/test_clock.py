"""A period's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from arena.study import clock
from arena.study_people import Period

NOW = datetime(2026, 3, 4, tzinfo=UTC)
AWAY_S = 15.0


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def running() -> Period:
    return clock.started(Period(id="p", number=1), NOW, AWAY_S)


def test_it_runs_for_as_long_as_somebody_was_there_and_a_little_longer() -> None:
    period = clock.seen(running(), at(10), AWAY_S)
    assert clock.seconds(period, at(20), AWAY_S) == 20
    assert clock.seconds(period, at(1000), AWAY_S) == 25
    assert clock.is_running(period, at(25), AWAY_S)
    assert not clock.is_running(period, at(26), AWAY_S)


def test_it_goes_on_when_somebody_is_back() -> None:
    back = clock.seen(running(), at(1000), AWAY_S)
    assert clock.seconds(back, at(1005), AWAY_S) == 20


def test_a_stopped_clock_stands_and_a_refunded_one_stands_where_it_was_started() -> None:
    assert clock.seconds(clock.stopped(running(), at(10), AWAY_S), at(50), AWAY_S) == 10
    again = clock.started(clock.stopped(running(), at(10), AWAY_S), at(20), AWAY_S)
    assert clock.seconds(clock.refunded(again), at(30), AWAY_S) == 10


def test_a_clock_that_was_never_started_counts_nothing_when_somebody_is_there() -> None:
    period = clock.seen(Period(id="p", number=1), at(10), AWAY_S)
    assert clock.seconds(period, at(20), AWAY_S) == 0


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=30))
def test_it_counts_each_gap_up_to_the_longest_absence_and_never_goes_back(gaps: list[float]) -> None:
    period, now, counted = running(), NOW, 0.0
    for gap in gaps:
        now += timedelta(seconds=gap)
        period = clock.seen(period, now, AWAY_S)
        shown = clock.seconds(period, now, AWAY_S)
        assert shown >= counted
        assert abs(shown - counted - min(gap, AWAY_S)) < 1e-4
        counted = shown
