"""The words of a study as frozen dataclasses and enums: protocol, participant, period, response. No I/O.

A study is a two-period crossover: each participant talks with both contestants, one after the other, blind. Its
sequence is `AB` (the protocol's first contestant first) or `BA`. A period is numbered 1 or 2, as the person saw it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class StudyState(StrEnum):
    """`open` to participants, `closed` (outcomes may be looked at), `published` (nothing may be withdrawn any more)."""

    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


class StudySource(StrEnum):
    """Where a study's answers come from; said wherever they are shown."""

    PARTICIPANTS = "participants"
    SIMULATED = "simulated"
    RECONSTRUCTED = "reconstructed"


class Sequence(StrEnum):
    """Which contestant comes first: `AB` the protocol's first, `BA` its second."""

    AB = "AB"
    BA = "BA"

    def contestant(self, period: int) -> int:
        """Index (0 or 1) into the protocol's contestants of the one met in period 1 or 2."""
        return (period - 1) if self is Sequence.AB else (2 - period)


class ParticipantState(StrEnum):
    """How a participant stands. `replaced`: gave up or was lost, and somebody else got the place and its sequence."""

    INVITED = "invited"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


class QuestionKind(StrEnum):
    """What can be answered; the values that a `Response` may have are in parentheses."""

    PERIOD = "period"  # which of the two periods (1, 2)
    YES_NO = "yes_no"  # (yes, no)
    YES_NO_PHRASE = "yes_no_phrase"  # (yes, no), and the words that gave it away
    CONTESTANT = "contestant"  # which contestant Model 1 was (a contestant's name, dont_know)
    CHOICE = "choice"  # (an option's id)
    SCALE = "scale"  # (an integer from low to high)
    TEXT = "text"  # (free text)


class Moment(StrEnum):
    """When a question is asked: before the first period, after each period, at the end."""

    BEFORE = "before"
    AFTER_PERIOD = "after_period"
    END = "end"


class Role(StrEnum):
    """What the analysis does with a question: the one primary, the secondaries under Holm, the check of blinding."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    BLINDING = "blinding"
    BACKGROUND = "background"


class StudyPacing(StrEnum):
    """`fixed`: the same delay and speed for both contestants, from the protocol. `natural`: as it comes."""

    FIXED = "fixed"
    NATURAL = "natural"


Words = Mapping[str, str]
"""A text by language code (`en`, `zh`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers of a `choice` question."""

    id: str
    text: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a protocol. `phrase` is the wording that asks for the words, where the kind has them."""

    id: str
    kind: QuestionKind
    moment: Moment
    role: Role
    text: Words
    phrase: Words = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    low: int = 1
    high: int = 7
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """A study as it was laid down before the first code was given out. Durations in seconds, speed in characters/s.

    `contestants` are names in the contestants file. `peek` lets the operator see outcomes before the study closes.
    """

    title: Words
    contestants: tuple[str, str]
    participants: int = 12
    period_s: float = 600.0
    warning_s: float = 60.0
    break_s: float = 60.0
    minimum_turns: int = 5
    pacing: StudyPacing = StudyPacing.FIXED
    first_text_s: float = 1.5
    chars_per_s: float = 25.0
    instruction: Words = field(default_factory=dict)
    consent: Words = field(default_factory=dict)
    contact: Words = field(default_factory=dict)
    suggestions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    analysis_plan: Words = field(default_factory=dict)
    peek: bool = False

    def question(self, role: Role) -> Question | None:
        """The first question with a role."""
        return next((q for q in self.questions if q.role is role), None)

    def with_role(self, role: Role) -> tuple[Question, ...]:
        """All questions with a role, in the protocol's order."""
        return tuple(q for q in self.questions if q.role is role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A study as the database has it. `protocol_hash` is the SHA-256 of the protocol's canonical JSON."""

    id: str
    protocol: Protocol
    protocol_hash: str
    source: StudySource
    state: StudyState
    created_at: datetime
    closed_at: datetime | None = None
    published_at: datetime | None = None
    closed_early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer to a question; `period` is 0 for a question that is not about one period."""

    question: str
    period: int
    value: str
    phrase: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """What was measured of one participant's talk with one contestant. None: not begun, or not known."""

    period: int
    contestant: str
    turns: int = 0
    prompt_chars: int = 0
    answer_chars: int = 0
    active_s: float | None = None
    failures: int = 0
    leaked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One participant's whole response sheet, pseudonymous: all that the analysis reads.

    `participant` is the public label (`P01`), never the code; `replaces` the label of the person whose place it is.
    A withdrawn participant keeps label, sequence and state; responses and periods are then empty.
    """

    participant: str
    state: ParticipantState
    sequence: Sequence | None = None
    replaces: str = ""
    language: str = ""
    periods: tuple[PeriodFigures, ...] = ()
    responses: tuple[Response, ...] = ()
    source: StudySource = StudySource.PARTICIPANTS

    def value(self, question: str, period: int = 0) -> str | None:
        """The value given to a question, None where it is missing."""
        return next((r.value for r in self.responses if r.question == question and r.period == period), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRecord:
    """A study with the sheets of all its participants: what a report is made from, and what an export holds."""

    study: Study
    sheets: tuple[Sheet, ...]
