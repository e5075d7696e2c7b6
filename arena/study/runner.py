"""Runs the turns of periods in this process: one side of a conversation, at the protocol's pace, and stores its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from arena.chat.leaks import find_leak
from arena.chat.live import Halt, LiveTurn, LiveTurns
from arena.chat.pacing import FixedPacer, NaturalPacer, Pacer
from arena.chat.prompts import build_messages
from arena.chat.streaming import AnswerReader, Attempt
from arena.errors import Refusal, StateConflict, StoreUnavailable, UserError
from arena.ids import new_id
from arena.models import Answer, BattleState, Contestant, Pacing, Side
from arena.ports import ChatClient, Clock, Lease
from arena.study.talk import Moment, answered, finished, settled, with_period
from arena.study_models import Protocol, StudyPacing
from arena.study_people import Participant, Period
from arena.study_ports import Enrolled, StudyStore

SAVE_TRIES = 5
SAVE_PAUSE_S = 1.0
HALT_S = 2 * SAVE_TRIES * SAVE_PAUSE_S

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRules:
    """What the settings decide about studies. Seconds; the protocol decides everything that is part of a study.

    `away_s`: how long nobody may be heard of before a period's clock stops; `beat_s`: how often the page says that
    somebody is there.
    """

    max_prompt_chars: int = 4000
    max_text_chars: int = 1000
    away_s: float = 15.0
    beat_s: float = 5.0
    grace_s: float = 5.0
    lease_s: float = 6.0
    max_live: int = 100
    log_prompts: bool = False


class PeriodRunner:
    """Starts turns in this process and stores their ends."""

    def __init__(self, *, store: StudyStore, client: ChatClient, clock: Clock, rules: StudyRules) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self.rules = rules
        self._owner = new_id()
        self.turns = LiveTurns(store.save_progress, self._renew)

    def check_room(self) -> None:
        """Raises `UserError` when this process runs as many turns as it may."""
        if len(self.turns) >= self.rules.max_live:
            raise UserError(Refusal.FULL)

    def lease(self) -> Lease:
        """This process's lease from now on."""
        return Lease(owner=self._owner, until=self._clock.now() + timedelta(seconds=self.rules.lease_s))

    def moment(self) -> Moment:
        """Now."""
        return Moment(
            now=self._clock.now(), away_s=self.rules.away_s, runs_here=lambda period: self.turns.get(period) is not None
        )

    def start(self, participant: Participant, period: Period, protocol: Protocol, field: Sequence[Contestant]) -> None:
        """Ask for the last turn of a period. `field`: the contestants, the one who answers first."""
        names = [name for contestant in field for name in (contestant.name, contestant.display)]

        def readers(changed: Callable[[bool], None]) -> list[AnswerReader]:
            return [AnswerReader(_attempt(period, field[0]), self._client, self._clock, changed)]

        async def finish(turn: LiveTurn, why: Halt) -> BattleState:
            return await self._finish(participant.id, turn, why, names)

        self.turns.start(
            LiveTurn(
                key=period.id,
                owner=participant.id,
                index=period.turns[-1].index,
                readers=readers,
                pacer=_pacer(protocol),
                pacing=Pacing.NATURAL if protocol.pacing is StudyPacing.NATURAL else Pacing.MATCHED,
                clock=self._clock,
                grace_s=self.rules.grace_s,
                finish=finish,
            )
        )

    async def halt(self, turn: LiveTurn, why: Halt) -> None:
        """End a turn and wait until that is stored."""
        turn.stop(why)
        await turn.until_ended(HALT_S)

    async def _finish(self, participant_id: str, turn: LiveTurn, why: Halt, names: Sequence[str]) -> BattleState:
        ended = turn.answers(why)
        # Long answers take a while to search; nobody else's stream shall wait for that.
        answers = await asyncio.to_thread(lambda: [_with_leak(answer, names) for answer in ended])
        for tried in range(1, SAVE_TRIES + 1):
            try:
                return await self._save_end(participant_id, turn.key, answers, why)
            except StoreUnavailable as error:
                log.warning("period_turn_not_saved", period=turn.key, tried=tried, error=str(error))
                await asyncio.sleep(SAVE_PAUSE_S)
            except StateConflict:
                # The participant has left the study, or another process found our lease run out.
                log.info("period_turn_overtaken", period=turn.key)
                return BattleState.VOID
        # The lease is not renewed any more: the period is found interrupted, and the message can be asked again.
        log.error("period_turn_lost", period=turn.key)
        return BattleState.INTERRUPTED

    async def _save_end(self, participant_id: str, period_id: str, answers: Sequence[Answer], why: Halt) -> BattleState:
        ends: list[BattleState] = []

        def decide(enrolled: Enrolled) -> Participant:
            at = self.moment()
            period = next((p for p in enrolled.participant.periods if p.id == period_id), None)
            if period is None:
                raise StateConflict(f"there is no period {period_id}")
            done = finished(period, answers, why, self._owner, at)
            ends.append(BattleState(done.state.value))
            return settled(replace(enrolled, participant=with_period(enrolled.participant, done, at.now)), at)

        await self._store.change(participant_id, decide)
        log.info("period_turn_ended", period=period_id, state=ends[-1].value, why=why.value)
        return ends[-1]

    async def _renew(self, period_ids: Sequence[str]) -> None:
        await self._store.renew_periods(period_ids, self.lease(), self._clock.now())


def _attempt(period: Period, contestant: Contestant) -> Attempt:
    turn = period.turns[-1]
    history = [(t.prompt, a.text) for t in answered(period) if t.id != turn.id and (a := t.latest(Side.A)) is not None]
    answer = turn.latest(Side.A)
    if answer is None:
        raise ValueError(f"period {period.id} has no attempt to run")
    return Attempt(
        answer_id=answer.id,
        side=Side.A,
        number=answer.attempt,
        contestant=contestant,
        messages=build_messages(contestant, history, turn.prompt),
    )


def _pacer(protocol: Protocol) -> Pacer:
    if protocol.pacing is StudyPacing.NATURAL:
        return NaturalPacer()
    return FixedPacer(protocol.first_text_s, protocol.chars_per_s)


def _with_leak(answer: Answer, names: Sequence[str]) -> Answer:
    return replace(answer, leak=find_leak(answer.text, names))
