"""A period's clock: it counts from the first message, while somebody is there and no model is failing. Pure.

Only the server's time goes in. What has been counted is in `active_s`; from `running_since` on it runs, at most for
`away_s` beyond the last sign of somebody being there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from arena.study_people import Period


def seconds(period: Period, now: datetime, away_s: float) -> float:
    """What the clock shows."""
    return period.active_s + _running_s(period, now, away_s)


def is_running(period: Period, now: datetime, away_s: float) -> bool:
    """Whether the clock runs."""
    return period.running_since is not None and now <= _until(period, away_s)


def started(period: Period, now: datetime, away_s: float) -> Period:
    """The clock runs from now on; what it had counted is kept apart."""
    return replace(period, active_s=seconds(period, now, away_s), running_since=now, seen_at=now)


def stopped(period: Period, now: datetime, away_s: float) -> Period:
    """The clock stands, with what it had counted."""
    return replace(period, active_s=seconds(period, now, away_s), running_since=None, seen_at=now)


def refunded(period: Period) -> Period:
    """The clock stands where it stood when it was last started: waiting for a model that failed costs nothing."""
    return replace(period, running_since=None)


def seen(period: Period, now: datetime, away_s: float) -> Period:
    """Somebody is there; a clock that had run out of signs goes on from now."""
    if period.running_since is not None and now > _until(period, away_s):
        return started(period, now, away_s)
    return replace(period, seen_at=max(now, period.seen_at or now))


def _until(period: Period, away_s: float) -> datetime:
    """How far the clock runs by the last sign."""
    last = period.seen_at or period.running_since
    if last is None:
        raise ValueError(f"the clock of period {period.id} was never started")
    return last + timedelta(seconds=away_s)


def _running_s(period: Period, now: datetime, away_s: float) -> float:
    if period.running_since is None:
        return 0.0
    return max(0.0, (min(now, _until(period, away_s)) - period.running_since).total_seconds())
