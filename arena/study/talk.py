"""The rules of a period's talk: which message is taken, how a turn ends, when the period is over. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from arena.chat.live import Halt
from arena.errors import Refusal, StateConflict, UserError
from arena.models import USABLE_ANSWERS, Answer, AnswerState, Side, Turn
from arena.ports import Lease
from arena.study import clock
from arena.study.steps import CHATS, entered_next
from arena.study_models import ParticipantState, StudyState
from arena.study_people import Participant, Period, PeriodState
from arena.study_ports import Enrolled

ASK_AGAIN = frozenset({PeriodState.FAILED, PeriodState.INTERRUPTED})
"""The last message has no answer: it is asked again, or nothing."""


def _nowhere(_period_id: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something is decided, and how long nobody may be heard of before the clock stops.

    `runs_here` says whether this process runs a period's answer, whatever its lease says.
    """

    now: datetime
    away_s: float
    runs_here: Callable[[str], bool] = _nowhere


def usable(answer: Answer | None) -> bool:
    """Whether an attempt is an answer."""
    return answer is not None and answer.state in USABLE_ANSWERS and bool(answer.text.strip())


def answered(period: Period) -> tuple[Turn, ...]:
    """The turns that have an answer."""
    return tuple(turn for turn in period.turns if usable(turn.latest(Side.A)))


def current_period(participant: Participant) -> Period | None:
    """The period that the participant is in; None at any other step."""
    return participant.period(CHATS[participant.step]) if participant.step in CHATS else None


def with_period(participant: Participant, period: Period, now: datetime) -> Participant:
    """The participant with a period exchanged."""
    periods = tuple(period if each.id == period.id else each for each in participant.periods)
    return replace(participant, periods=periods, updated_at=now)


def time_is_up(enrolled: Enrolled, period: Period, at: Moment) -> bool:
    """Whether the period's time is used up."""
    return clock.seconds(period, at.now, at.away_s) >= enrolled.study.protocol.period_s


def settled(enrolled: Enrolled, at: Moment) -> Participant:
    """The participant as time alone has made it.

    A turn that nobody runs any more is interrupted; a period whose time is up is over, unless an answer is being
    written or turns are missing.
    """
    participant = enrolled.participant
    period = current_period(participant)
    open_study = enrolled.study.state is StudyState.OPEN and participant.state is ParticipantState.IN_PROGRESS
    if period is None or not open_study:
        return participant
    if _is_orphaned(period, at):
        period = _interrupted(clock.refunded(period))
        participant = with_period(participant, period, at.now)
    done = len(answered(period)) >= enrolled.study.protocol.minimum_turns
    if period.state is PeriodState.STREAMING or not done or not time_is_up(enrolled, period, at):
        return participant
    return ended(enrolled, participant, period, at)


def _is_orphaned(period: Period, at: Moment) -> bool:
    """Whether an answer is being written that no process writes any more."""
    if period.state is not PeriodState.STREAMING or at.runs_here(period.id):
        return False
    return period.lease_until is not None and period.lease_until < at.now


def ended(enrolled: Enrolled, participant: Participant, period: Period, at: Moment) -> Participant:
    """The period takes no message any more, and the participant goes on."""
    over = replace(clock.stopped(period, at.now, at.away_s), state=PeriodState.OVER, ended_at=at.now)
    moved = with_period(participant, over, at.now)
    return entered_next(enrolled.study.protocol, moved, enrolled.hashes, at.now)


def begun_turn(period: Period, prompt: str, turn_id: str, answer_id: str, lease: Lease, at: Moment) -> Period:
    """A message and its first attempt; the first one of all starts the clock."""
    if period.state is PeriodState.OVER:
        raise UserError(Refusal.STUDY_PERIOD_OVER)
    if period.state in ASK_AGAIN:
        raise UserError(Refusal.STUDY_ASK_AGAIN)
    if period.state is PeriodState.STREAMING:
        raise UserError(Refusal.STILL_STREAMING)
    turn = Turn(
        id=turn_id,
        index=len(period.turns),
        prompt=prompt,
        created_at=at.now,
        answers=(_attempt(answer_id, 1, at.now),),
    )
    return _running(replace(period, turns=(*period.turns, turn)), lease, at)


def begun_retry(period: Period, answer_id: str, lease: Lease, at: Moment) -> Period:
    """Another attempt at the last message."""
    if period.state not in ASK_AGAIN or not period.turns:
        raise UserError(Refusal.NOTHING_TO_RETRY)
    last = period.turns[-1]
    again = _attempt(answer_id, len(last.answers) + 1, at.now)
    turns = (*period.turns[:-1], replace(last, answers=(*last.answers, again)))
    return _running(replace(period, turns=turns), lease, at)


def finished(period: Period, answers: Sequence[Answer], why: Halt, owner: str, at: Moment) -> Period:
    """The running turn has ended. Raises `StateConflict` when it is not this owner's any more."""
    if period.state is not PeriodState.STREAMING or period.owner != owner:
        raise StateConflict(f"period {period.id} is not run by this process any more")
    ends = {answer.id: answer for answer in answers}
    last = period.turns[-1]
    kept = tuple(_ended_answer(each, ends.get(each.id)) for each in last.answers)
    turn = replace(last, answers=kept)
    period = replace(period, turns=(*period.turns[:-1], turn), owner="", lease_until=None)
    if why is Halt.LEFT:
        return _interrupted(clock.stopped(period, at.now, at.away_s))
    if not usable(turn.latest(Side.A)):
        return replace(clock.refunded(period), state=PeriodState.FAILED)
    return replace(clock.started(period, at.now, at.away_s), state=PeriodState.READY)


def broken_off(period: Period, at: Moment) -> Period:
    """The period when its participant leaves the study; nothing in it runs any more."""
    if period.state is PeriodState.OVER:
        return period
    stopped = _interrupted(clock.stopped(period, at.now, at.away_s))
    return replace(stopped, state=PeriodState.OVER, ended_at=at.now)


def _running(period: Period, lease: Lease, at: Moment) -> Period:
    return replace(
        clock.started(period, at.now, at.away_s),
        state=PeriodState.STREAMING,
        started_at=period.started_at or at.now,
        owner=lease.owner,
        lease_until=lease.until,
    )


def _interrupted(period: Period) -> Period:
    """What still streams ends as interrupted."""
    turns = tuple(replace(turn, answers=tuple(_cut(a) for a in turn.answers)) for turn in period.turns)
    return replace(period, state=PeriodState.INTERRUPTED, turns=turns, owner="", lease_until=None)


def _cut(answer: Answer) -> Answer:
    streaming = answer.state is AnswerState.STREAMING
    return replace(answer, state=AnswerState.INTERRUPTED) if streaming else answer


def _ended_answer(stored: Answer, end: Answer | None) -> Answer:
    return stored if end is None else replace(end, created_at=stored.created_at)


def _attempt(answer_id: str, number: int, now: datetime) -> Answer:
    return Answer(id=answer_id, side=Side.A, attempt=number, state=AnswerState.STREAMING, created_at=now)
