"""What a participant's browser may know: the one place where a stored participant loses contestants and sequence.

Everything here goes over the wire as it is. Nothing may depend on which contestant was met in which period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arena.models import Answer, Side
from arena.study import clock
from arena.study.offered import options_of
from arena.study.steps import Asked, asked_now, questions_at, steps_of
from arena.study.talk import ASK_AGAIN, Moment, answered, current_period, usable
from arena.study_models import Option, ParticipantState, QuestionKind, StudyState, Words
from arena.study_people import Period, PeriodState, Step
from arena.study_ports import Enrolled


class Stage(StrEnum):
    """What the page shows: the participant's step, or why there is none."""

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
    RESUME = "resume"
    CLOSED = "closed"
    GONE = "gone"
    WITHDRAWN = "withdrawn"


class Can(StrEnum):
    """What can be done now; the service's method of the same name does it."""

    CHECK_DEVICE = "check_device"
    CONSENT = "consent"
    RESUME = "resume"
    ANSWER = "answer"
    SEND = "send"
    STOP = "stop"
    RETRY = "retry"
    GO_ON = "go_on"
    WITHDRAW = "withdraw"
    ERASE = "erase"


class Pause(StrEnum):
    """Why the clock stands."""

    NOT_STARTED = "not_started"
    AWAY = "away"
    FAILING = "failing"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """A period's clock by the server's time. `pause` is None while it runs; `warning`: the last minute has begun."""

    total_s: float
    left_s: float
    running: bool
    pause: Pause | None
    warning: bool
    time_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTurn:
    """A message and what was shown of its answer; `usable` says whether that is an answer."""

    prompt: str
    text: str
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """The period that the participant is in: `state` is open, streaming, ready, failed or interrupted."""

    id: str
    number: int
    state: PeriodState
    clock: ClockView
    turns: tuple[ShownTurn, ...]
    turns_missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """The question that is asked now. Choices are in `options`, except for free text and scales."""

    id: str
    period: int
    kind: QuestionKind
    text: Words
    phrase: Words
    options: tuple[Option, ...]
    low: int
    high: int
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTexts:
    """The protocol's texts by language, for every page of the study."""

    title: Words
    instruction: Words
    consent: Words
    contact: Words
    suggestions: Mapping[str, tuple[str, ...]]
    languages: tuple[str, ...]
    period_s: float
    break_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the participant is: steps done, and all steps."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantView:
    """A participant's place in the study. `language` is empty before the consent."""

    stage: Stage
    label: str
    language: str
    simulated: bool
    texts: StudyTexts
    progress: Progress
    can: frozenset[Can]
    period: PeriodView | None = None
    question: QuestionView | None = None
    break_left_s: float = 0.0
    consent: str = ""
    completion_code: str = ""


def participant_view(
    enrolled: Enrolled, at: Moment, display: Mapping[str, str], completion_code: str, *, known: bool
) -> ParticipantView:
    """The view of a participant; `known` says whether the browser is theirs.

    `display` has the contestants' names as people know them; they are used at the last question only.
    """
    participant, protocol = enrolled.participant, enrolled.study.protocol
    stage = stage_of(enrolled, known=known)
    at_work = stage.value == participant.step.value
    period = current_period(participant) if at_work else None
    asked = asked_now(protocol, participant) if at_work else None
    steps = steps_of(protocol)
    view = period_view(enrolled, period, at) if period else None
    return ParticipantView(
        stage=stage,
        label=participant.label if known else "",
        language=participant.language,
        simulated=participant.source.value == "simulated",
        texts=study_texts(enrolled),
        progress=Progress(done=steps.index(participant.step) if known else 0, total=len(steps) - 1),
        can=_can(enrolled, stage, view, at) if known else _on_the_way_in(stage),
        period=view,
        question=_question_view(enrolled, asked, display) if asked else None,
        break_left_s=_left_s(participant.break_until, at.now) if stage is Stage.BREAK else 0.0,
        consent=participant.consent if known else "",
        completion_code=completion_code if stage is Stage.DONE else "",
    )


def stage_of(enrolled: Enrolled, *, known: bool) -> Stage:
    """What the page shows."""
    participant = enrolled.participant
    if participant.state is ParticipantState.WITHDRAWN:
        return Stage.WITHDRAWN
    if participant.state is ParticipantState.REPLACED:
        return Stage.GONE
    if participant.consented_at is not None and not known:
        return Stage.RESUME
    if enrolled.study.state is not StudyState.OPEN and participant.step is not Step.DONE:
        return Stage.CLOSED
    return Stage(participant.step.value)


def study_texts(enrolled: Enrolled) -> StudyTexts:
    """The texts of the protocol that say nothing of the contestants."""
    protocol = enrolled.study.protocol
    return StudyTexts(
        title=protocol.title,
        instruction=protocol.instruction,
        consent=protocol.consent,
        contact=protocol.contact,
        suggestions=protocol.suggestions,
        languages=tuple(protocol.consent),
        period_s=protocol.period_s,
        break_s=protocol.break_s,
    )


def period_view(enrolled: Enrolled, period: Period, at: Moment) -> PeriodView:
    """The talk as its participant may see it."""
    protocol = enrolled.study.protocol
    return PeriodView(
        id=period.id,
        number=period.number,
        state=period.state,
        clock=clock_view(enrolled, period, at),
        turns=shown_turns(period),
        turns_missing=max(0, protocol.minimum_turns - len(answered(period))),
    )


def clock_view(enrolled: Enrolled, period: Period, at: Moment) -> ClockView:
    """The clock as it is shown."""
    protocol = enrolled.study.protocol
    left_s = max(0.0, protocol.period_s - clock.seconds(period, at.now, at.away_s))
    running = clock.is_running(period, at.now, at.away_s)
    return ClockView(
        total_s=protocol.period_s,
        left_s=left_s,
        running=running,
        pause=None if running else _pause(period),
        warning=left_s <= protocol.warning_s,
        time_up=left_s <= 0,
    )


def shown_turns(period: Period) -> tuple[ShownTurn, ...]:
    """All turns as they were shown."""
    return tuple(_shown_turn(turn.prompt, turn.latest(Side.A)) for turn in period.turns)


def _shown_turn(prompt: str, answer: Answer | None) -> ShownTurn:
    return ShownTurn(prompt=prompt, text=answer.text if answer else "", usable=usable(answer))


def _pause(period: Period) -> Pause:
    if period.started_at is None:
        return Pause.NOT_STARTED
    reasons = {PeriodState.FAILED: Pause.FAILING, PeriodState.INTERRUPTED: Pause.INTERRUPTED}
    return reasons.get(period.state, Pause.AWAY)


def _question_view(enrolled: Enrolled, asked: Asked, display: Mapping[str, str]) -> QuestionView:
    question = asked.question
    return QuestionView(
        id=question.id,
        period=asked.period,
        kind=question.kind,
        text=question.text,
        phrase=question.phrase,
        options=options_of(question, enrolled.study.protocol, display),
        low=question.low,
        high=question.high,
        required=question.required,
    )


def _can(enrolled: Enrolled, stage: Stage, period: PeriodView | None, at: Moment) -> frozenset[Can]:
    way_in = _on_the_way_in(stage)
    if way_in or stage is Stage.GONE:
        return way_in
    if stage is Stage.WITHDRAWN:
        kept = enrolled.study.state is not StudyState.PUBLISHED and not enrolled.participant.erased
        return frozenset({Can.ERASE}) if kept else frozenset()
    can = _can_talk(period) if period else set()
    if questions_at(enrolled.study.protocol, enrolled.participant.step) and stage is not Stage.CLOSED:
        can.add(Can.ANSWER)
    if stage is Stage.BREAK and not _left_s(enrolled.participant.break_until, at.now):
        can.add(Can.GO_ON)
    if enrolled.study.state is not StudyState.PUBLISHED and enrolled.participant.consented_at is not None:
        can.add(Can.WITHDRAW)
    return frozenset(can)


def _on_the_way_in(stage: Stage) -> frozenset[Can]:
    simple = {Stage.DEVICE: Can.CHECK_DEVICE, Stage.CONSENT: Can.CONSENT, Stage.RESUME: Can.RESUME}
    return frozenset({simple[stage]}) if stage in simple else frozenset()


def _can_talk(period: PeriodView) -> set[Can]:
    if period.state is PeriodState.STREAMING:
        return {Can.STOP}
    can = {Can.RETRY} if period.state in ASK_AGAIN else {Can.SEND}
    return can | {Can.GO_ON} if period.clock.time_up else can


def _left_s(until: datetime | None, now: datetime) -> float:
    return 0.0 if until is None else max(0.0, (until - now).total_seconds())
