"""Which step follows which, and which question is asked at each. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from arena.ids import new_id
from arena.study_models import Moment, ParticipantState, Protocol, Question, QuestionKind, Role
from arena.study_people import Participant, Period, Step

CHATS = {Step.PERIOD_1: 1, Step.PERIOD_2: 2}
"""The steps in which a participant talks, with the period's number."""

_AFTER = {Step.AFTER_1: 1, Step.AFTER_2: 2}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the period that it is about (0: none in particular)."""

    question: Question
    period: int


def questions_at(protocol: Protocol, step: Step) -> tuple[Asked, ...]:
    """The questions of a step, in the order in which they are asked.

    At the end the primary one comes first, and what names the contestants waits for a step of its own.
    """
    if step is Step.BEFORE:
        return tuple(Asked(q, 0) for q in protocol.questions if q.moment is Moment.BEFORE)
    if step in _AFTER:
        return tuple(Asked(q, _AFTER[step]) for q in protocol.questions if q.moment is Moment.AFTER_PERIOD)
    at_end = [q for q in protocol.questions if q.moment is Moment.END]
    if step is Step.GUESS:
        return tuple(Asked(q, 0) for q in at_end if q.kind is QuestionKind.CONTESTANT)
    if step is Step.END:
        open_ones = [q for q in at_end if q.kind is not QuestionKind.CONTESTANT]
        return tuple(Asked(q, 0) for q in sorted(open_ones, key=lambda q: q.role is not Role.PRIMARY))
    return ()


def asked_now(protocol: Protocol, participant: Participant) -> Asked | None:
    """The one question that can be answered now; None where none is."""
    waiting = questions_at(protocol, participant.step)
    return next((a for a in waiting if participant.response(a.question.id, a.period) is None), None)


def entered_next(protocol: Protocol, participant: Participant, hashes: tuple[str, ...], now: datetime) -> Participant:
    """The participant at the next step that has something to do."""
    step = _following(protocol, participant.step)
    moved = replace(participant, step=step, updated_at=now)
    if step in CHATS:
        return replace(moved, periods=(*moved.periods, _new_period(moved, CHATS[step], hashes)))
    if step is Step.BREAK:
        return replace(moved, break_until=now + timedelta(seconds=protocol.break_s))
    if step is Step.DONE:
        return replace(moved, state=ParticipantState.COMPLETED, completed_at=now)
    return moved


def steps_of(protocol: Protocol) -> tuple[Step, ...]:
    """The steps that a participant goes through under this protocol."""
    return tuple(step for step in Step if _has_something_to_do(protocol, step))


def _following(protocol: Protocol, step: Step) -> Step:
    steps = list(Step)
    later = steps[steps.index(step) + 1 :]
    return next(after for after in later if _has_something_to_do(protocol, after))


def _has_something_to_do(protocol: Protocol, step: Step) -> bool:
    if step is Step.BREAK:
        return protocol.break_s > 0
    always = (Step.DEVICE, Step.CONSENT, Step.DONE, *CHATS)
    return step in always or bool(questions_at(protocol, step))


def _new_period(participant: Participant, number: int, hashes: tuple[str, ...]) -> Period:
    if participant.sequence is None:
        raise ValueError(f"participant {participant.label} has no sequence yet")
    contestant = hashes[participant.sequence.contestant(number)] if hashes else ""
    return Period(id=new_id(), number=number, contestant_hash=contestant)
