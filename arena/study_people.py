"""A participant as the database has one: step, periods with their turns, responses. Frozen; standard library only.

The clock of a period is three of its fields, see `arena/study/clock.py`. Codes are kept as digests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arena.models import Turn
from arena.study_models import ParticipantState, Response, Sequence, StudySource


class Step(StrEnum):
    """Where a participant is, in the order in which the steps come."""

    DEVICE = "device"
    CONSENT = "consent"
    BEFORE = "before"
    PERIOD_1 = "period_1"
    AFTER_1 = "after_1"
    BREAK = "break"
    PERIOD_2 = "period_2"
    AFTER_2 = "after_2"
    END = "end"
    GUESS = "guess"
    DONE = "done"


class PeriodState(StrEnum):
    """How a period stands. The words that a battle has too mean the same; `over`: no message is taken any more."""

    OPEN = "open"
    STREAMING = "streaming"
    READY = "ready"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A participant's talk with one contestant.

    `active_s` is what the clock has counted; it runs on from `running_since` (None: it stands) for as long as somebody
    was there, last at `seen_at`. `contestant_hash` is empty where nothing but the answers is known of a period.
    """

    id: str
    number: int
    contestant_hash: str = ""
    state: PeriodState = PeriodState.OPEN
    active_s: float = 0.0
    running_since: datetime | None = None
    seen_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    owner: str = ""
    lease_until: datetime | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One person in a study. `number` makes the public label; `place` is which of the prepared sequences is theirs.

    `browsers` are digests of the browsers that may act for this person: the one that consented, and those in which the
    resume code was given. `consent` is a copy of the text that was accepted.
    """

    id: str
    study_id: str
    number: int
    code_digest: str | None
    state: ParticipantState = ParticipantState.INVITED
    step: Step = Step.DEVICE
    source: StudySource = StudySource.PARTICIPANTS
    replaces: int | None = None
    place: int | None = None
    sequence: Sequence | None = None
    language: str = ""
    consent: str = ""
    consented_at: datetime | None = None
    resume_digest: str = ""
    break_until: datetime | None = None
    completed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    erased: bool = False
    created_at: datetime
    updated_at: datetime
    browsers: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    responses: tuple[Response, ...] = ()

    @property
    def label(self) -> str:
        """The public name, such as `P01`."""
        return label(self.number)

    def period(self, number: int) -> Period | None:
        """A period by its number, None before it was begun."""
        return next((p for p in self.periods if p.number == number), None)

    def response(self, question: str, period: int) -> Response | None:
        """What was answered to a question."""
        return next((r for r in self.responses if r.question == question and r.period == period), None)


def label(number: int) -> str:
    """The public name of the participant with this number."""
    return f"P{number:02d}"
