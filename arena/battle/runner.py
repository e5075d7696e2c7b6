"""Runs a battle's turns: builds the readers, stores how they ended, finds leaks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakKeyDictionary

import structlog

from arena.battle.views import usable
from arena.chat.leaks import find_leak
from arena.chat.live import Halt, LiveTurn, LiveTurns
from arena.chat.pacing import MatchedPacer, NaturalPacer, Pacer
from arena.chat.prompts import build_messages
from arena.chat.streaming import AnswerReader, Attempt
from arena.errors import StateConflict, StoreUnavailable
from arena.ids import new_id
from arena.models import Answer, Battle, BattleState, Draw, Pacing, Side
from arena.ports import ChatClient, Clock, Lease, Meter, Store, Unmetered

SAVE_TRIES = 5
BRIEF_CHARS = 2000
"""Texts up to here are searched at once, in under a millisecond; a thread would cost more than the search."""
SAVE_PAUSE_S = 1.0
HALT_S = 2 * SAVE_TRIES * SAVE_PAUSE_S

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerRules:
    """What the settings decide about running turns."""

    pace_cps: float = 80.0
    grace_s: float = 5.0
    lease_s: float = 6.0
    max_live: int = 100
    max_waiting: int = 200


class TurnRunner:
    """Starts turns in this process and stores their ends."""

    def __init__(
        self, *, store: Store, client: ChatClient, clock: Clock, rules: RunnerRules, meter: Meter | None = None
    ) -> None:
        self._store = store
        self._client = client
        self._clock = clock
        self.rules = rules
        self.owner = new_id()
        self.meter: Meter = meter or Unmetered()
        self.turns = LiveTurns(store.save_progress, self._renew)
        self._battles: WeakKeyDictionary[LiveTurn, Battle] = WeakKeyDictionary()

    @property
    def room(self) -> int:
        """How many turns may run here at once."""
        return self.rules.max_live

    def free(self) -> int:
        """How many more turns may begin here now."""
        return self.rules.max_live - len(self.turns)

    def lease(self) -> Lease:
        """This process's lease from now on."""
        return Lease(owner=self.owner, until=self._clock.now() + timedelta(seconds=self.rules.lease_s))

    def running(self, digest: str | None, battle_id: str) -> tuple[Battle, LiveTurn] | None:
        """A battle of the rater with this cookie digest, with its turn that runs here, as it was when that began."""
        turn = self.turns.get(battle_id)
        return (self._battles[turn], turn) if turn is not None and turn.owner == digest else None

    def start(
        self, battle: Battle, digest: str, contestants: Draw, sides: Sequence[Side], *, retry: bool = False
    ) -> None:
        """Ask the sides for the last turn of a battle; a retried side keeps the rate of the attempt before.

        `digest` is that of its rater's cookie.
        """
        names = [n for c in (contestants.a, contestants.b) for n in (c.name, c.display)]

        def readers(changed: Callable[[bool], None]) -> list[AnswerReader]:
            attempts = [self._attempt(battle, contestants, side) for side in sides]
            return [AnswerReader(attempt, self._client, self._clock, changed) for attempt in attempts]

        async def finish(turn: LiveTurn, why: Halt) -> BattleState:
            return await self._finish(battle, turn, why, names)

        turn = LiveTurn(
            key=battle.id,
            owner=digest,
            index=battle.turns[-1].index,
            readers=readers,
            pacer=self._pacer(battle, retry),
            pacing=battle.pacing,
            clock=self._clock,
            grace_s=self.rules.grace_s,
            finish=finish,
        )
        self._battles[turn] = battle
        self.turns.start(turn)

    async def halt(self, turn: LiveTurn, why: Halt) -> None:
        """End a turn and wait until that is stored."""
        turn.stop(why)
        await turn.until_ended(HALT_S)

    def _attempt(self, battle: Battle, contestants: Draw, side: Side) -> Attempt:
        contestant = contestants.side(side)
        *past, turn = battle.turns
        history = [(t.prompt, a.text) for t in past if (a := t.latest(side)) is not None]
        answer = turn.latest(side)
        if answer is None:
            raise ValueError(f"battle {battle.id} has no attempt of side {side} to run")
        return Attempt(
            answer_id=answer.id,
            side=side,
            number=answer.attempt,
            contestant=contestant,
            messages=build_messages(contestant, history, turn.prompt),
        )

    def _pacer(self, battle: Battle, retry: bool) -> Pacer:
        if battle.pacing is Pacing.NATURAL:
            return NaturalPacer()
        return MatchedPacer(self.rules.pace_cps, battle.pace_cps if retry else None)

    async def _finish(self, battle: Battle, turn: LiveTurn, why: Halt, names: Sequence[str]) -> BattleState:
        ended = turn.answers(why)
        answers = [await _with_leak(answer, names) for answer in ended]
        state = _state_after(answers, why)
        for tried in range(1, SAVE_TRIES + 1):
            try:
                await self._store.finish_turn(battle.id, answers, state, turn.pacer.cps, self._clock.now())
            except StoreUnavailable as error:
                log.warning("turn_not_saved", battle=battle.id, tried=tried, error=str(error))
                await asyncio.sleep(SAVE_PAUSE_S)
            except StateConflict:
                # Ended meanwhile by an erasure, or by another process after our lease had run out.
                log.info("turn_overtaken", battle=battle.id)
                return BattleState.VOID
            else:
                self.meter.turn_ended(battle, state, answers)
                log.info("turn_ended", battle=battle.id, state=state.value, why=why.value)
                return state
        # The lease is not renewed any more: the battle is found interrupted, and both can be asked again.
        log.error("turn_lost", battle=battle.id)
        return BattleState.INTERRUPTED

    async def _renew(self, battle_ids: Sequence[str]) -> None:
        await self._store.renew_leases(battle_ids, self.lease())


async def _with_leak(answer: Answer, names: Sequence[str]) -> Answer:
    # Long answers take a while to search; nobody else's stream shall wait for that.
    brief = len(answer.text) <= BRIEF_CHARS
    leak = find_leak(answer.text, names) if brief else await asyncio.to_thread(find_leak, answer.text, names)
    return replace(answer, leak=leak)


def _state_after(answers: Sequence[Answer], why: Halt) -> BattleState:
    if why is Halt.LEFT:
        return BattleState.INTERRUPTED
    if all(usable(answer) for answer in answers):
        return BattleState.READY
    return BattleState.FAILED
