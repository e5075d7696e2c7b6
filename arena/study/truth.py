"""What might be true of people and contestants, and studies drawn from it: for checking the analysis, not for data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np

from arena.study.dictionary import DONT_KNOW
from arena.study.people import YES_NO
from arena.study_models import (
    Moment,
    ParticipantState,
    PeriodFigures,
    Protocol,
    Question,
    QuestionKind,
    Response,
    Role,
    Sequence,
    Sheet,
    Study,
    StudyRecord,
    StudySource,
    StudyState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Chances. `first`, `second`: of saying yes of the protocol's contestants, independently of each other.

    `prefer_ab`, `prefer_ba`: of preferring the second contestant in either order; they differ by an effect of the
    order. `correct`, `wrong`: of guessing Model 1 right or wrong; the rest doesn't know.
    """

    prefer_ab: float = 0.5
    prefer_ba: float = 0.5
    first: float = 0.5
    second: float = 0.5
    correct: float = 1 / 3
    wrong: float = 1 / 3


def bare_study() -> Study:
    """A study that asks only what the tests need."""
    wanted = (
        ("understood", QuestionKind.YES_NO, Moment.AFTER_PERIOD, Role.SECONDARY),
        ("prefer", QuestionKind.PERIOD, Moment.END, Role.PRIMARY),
        ("guess", QuestionKind.CONTESTANT, Moment.END, Role.BLINDING),
    )
    asked = tuple(Question(id=id_, kind=kind, moment=at, role=role, text={"en": id_}) for id_, kind, at, role in wanted)
    return Study(
        id="imagined",
        protocol=Protocol(title={"en": "Imagined", "zh": "设想"}, contestants=("first", "second"), questions=asked),
        protocol_hash="",
        source=StudySource.SIMULATED,
        state=StudyState.CLOSED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def imagine(
    study: Study, truth: Truth, random: np.random.Generator, *, balance: tuple[int, int] = (6, 6)
) -> StudyRecord:
    """A whole study in which everybody answers everything, so many people in the orders AB and BA; marked simulated."""
    orders = [Sequence.AB] * balance[0] + [Sequence.BA] * balance[1]
    sheets = tuple(_sheet(i + 1, order, study.protocol, truth, random) for i, order in enumerate(orders))
    return StudyRecord(study=replace(study, source=StudySource.SIMULATED), sheets=sheets)


def _sheet(number: int, order: Sequence, protocol: Protocol, truth: Truth, random: np.random.Generator) -> Sheet:
    responses = [
        response
        for question in protocol.questions
        if question.role is not Role.BACKGROUND
        for response in _answers(question, order, protocol, truth, random)
    ]
    return Sheet(
        participant=f"S{number:02d}",
        state=ParticipantState.COMPLETED,
        sequence=order,
        periods=tuple(
            PeriodFigures(
                period=period, contestant=protocol.contestants[order.contestant(period)], turns=protocol.minimum_turns
            )
            for period in (1, 2)
        ),
        responses=tuple(responses),
        source=StudySource.SIMULATED,
    )


def _answers(
    question: Question, order: Sequence, protocol: Protocol, truth: Truth, random: np.random.Generator
) -> list[Response]:
    if question.kind in YES_NO and question.moment is Moment.AFTER_PERIOD:
        chances = (truth.first, truth.second)
        said = {period: random.random() < chances[order.contestant(period)] for period in (1, 2)}
        return [Response(question=question.id, period=period, value="yes" if s else "no") for period, s in said.items()]
    if question.kind is QuestionKind.PERIOD:
        second = random.random() < (truth.prefer_ab if order is Sequence.AB else truth.prefer_ba)
        period = 2 if second == (order is Sequence.AB) else 1
        return [Response(question=question.id, period=0, value=str(period))]
    if question.kind is QuestionKind.CONTESTANT:
        return [Response(question=question.id, period=0, value=_guess(order, protocol, truth, random.random()))]
    return []


def _guess(order: Sequence, protocol: Protocol, truth: Truth, drawn: float) -> str:
    if drawn < truth.correct:
        return protocol.contestants[order.contestant(1)]
    return protocol.contestants[order.contestant(2)] if drawn < truth.correct + truth.wrong else DONT_KNOW
