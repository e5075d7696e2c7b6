"""Response sheets as the analysis sees them: by contestant and role, whatever the questions are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from arena.study_models import (
    Moment,
    ParticipantState,
    PeriodFigures,
    Protocol,
    Question,
    QuestionKind,
    Role,
    Sequence,
    Sheet,
    StudyRecord,
)

GONE = frozenset({ParticipantState.WITHDRAWN, ParticipantState.REPLACED})
"""Counted in the flow of participants and nowhere else."""
YES_NO = frozenset({QuestionKind.YES_NO, QuestionKind.YES_NO_PHRASE})

Said = tuple[bool | None, bool | None]
"""Yes or no of the protocol's first and of its second contestant; None: missing."""


class Guess(StrEnum):
    """What somebody thought Model 1 was, against what it was."""

    CORRECT = "correct"
    WRONG = "wrong"
    DONT_KNOW = "dont_know"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A participant; `prefers` is an index into the protocol's contestants, `begun` the periods that they began.

    `full`: began both periods and answered the primary question. `per_protocol`: also the minimum of turns in both,
    and no contestant gave itself away. Nobody who withdrew or was replaced is in either.
    """

    label: str
    state: ParticipantState
    sequence: Sequence | None
    language: str
    begun: tuple[int, ...]
    prefers: int | None
    said: Mapping[str, Said]
    guess: Guess | None
    full: bool
    per_protocol: bool
    periods: tuple[PeriodFigures, ...]

    @property
    def here(self) -> bool:
        """Whether the person still belongs to the study."""
        return self.state not in GONE

    @property
    def prefers_period(self) -> int | None:
        """The period in which the preferred contestant was met."""
        if self.sequence is None or self.prefers is None:
            return None
        return 1 if self.sequence.contestant(1) == self.prefers else 2


def people(record: StudyRecord) -> tuple[Person, ...]:
    """Everybody in the study, in its order."""
    return tuple(_person(sheet, record.study.protocol) for sheet in record.sheets)


def is_compared(question: Question) -> bool:
    """Whether answers say something of both contestants: yes or no after each period, or one of the two periods."""
    each = question.kind in YES_NO and question.moment is Moment.AFTER_PERIOD
    return each or question.kind is QuestionKind.PERIOD


def _person(sheet: Sheet, protocol: Protocol) -> Person:
    begun = tuple(period for period in (1, 2) if _has_begun(sheet, period))
    prefers = _preference(sheet, protocol)
    full = sheet.state not in GONE and begun == (1, 2) and prefers is not None
    enough = all(figures.turns >= protocol.minimum_turns and not figures.leaked for figures in sheet.periods)
    return Person(
        label=sheet.participant,
        state=sheet.state,
        sequence=sheet.sequence,
        language=sheet.language,
        begun=begun,
        prefers=prefers,
        said={q.id: _said(sheet, q) for q in protocol.with_role(Role.SECONDARY) if is_compared(q)},
        guess=_guess(sheet, protocol),
        full=full,
        per_protocol=full and enough and len(sheet.periods) == 2,
        periods=sheet.periods,
    )


def _has_begun(sheet: Sheet, period: int) -> bool:
    measured = any(f.period == period and (f.turns > 0 or f.active_s is not None) for f in sheet.periods)
    return measured or any(response.period == period for response in sheet.responses)


def _preference(sheet: Sheet, protocol: Protocol) -> int | None:
    question = protocol.question(Role.PRIMARY)
    if question is None or question.kind is not QuestionKind.PERIOD:
        return None
    return _chosen(sheet, question.id)


def _chosen(sheet: Sheet, question: str) -> int | None:
    value = sheet.value(question)
    return None if value is None or sheet.sequence is None else sheet.sequence.contestant(int(value))


def _said(sheet: Sheet, question: Question) -> Said:
    """A choice of one of the two is a yes of it and a no of the other; McNemar's test is then the binomial one."""
    if question.kind is QuestionKind.PERIOD:
        chosen = _chosen(sheet, question.id)
        return (None, None) if chosen is None else (chosen == 0, chosen == 1)
    answers: list[bool | None] = [None, None]
    for period in (1, 2):
        value = sheet.value(question.id, period)
        if sheet.sequence is not None and value is not None:
            answers[sheet.sequence.contestant(period)] = value == "yes"
    return answers[0], answers[1]


def _guess(sheet: Sheet, protocol: Protocol) -> Guess | None:
    question = protocol.question(Role.BLINDING)
    value = sheet.value(question.id) if question else None
    if value is None or sheet.sequence is None:
        return None
    if value not in protocol.contestants:
        return Guess.DONT_KNOW
    return Guess.CORRECT if value == protocol.contestants[sheet.sequence.contestant(1)] else Guess.WRONG
