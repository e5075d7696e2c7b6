"""The turns that run in this process, and the people who watch them.

A `LiveTurn` reads one or two answers, shows them at the pacer's speed and lets any number of subscribers follow.
Subscribers pull: each remembers how much it has, so a slow one gets larger pieces and nobody's backlog grows.
When the last subscriber has been gone for the grace period the model servers' work is ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, StrEnum

import structlog

from arena.chat.pacing import Pacer
from arena.chat.streaming import AnswerReader
from arena.errors import StoreError
from arena.models import Answer, AnswerState, BattleState, Pacing, Side
from arena.ports import Clock

TICK_S = 0.05
BUSY_TICK_S = 0.1
BUSY_TURNS = 120
"""More turns than this at once are shown at the busy tick."""
KEEP_S = 1.0

log = structlog.get_logger()


class Halt(Enum):
    """Why a turn ended."""

    DONE = "done"
    STOPPED = "stopped"
    LEFT = "left"


class SideStatus(StrEnum):
    """What a watcher may know of a side."""

    WAITING = "waiting"
    WRITING = "writing"
    DONE = "done"
    FAILED = "failed"


class LiveTurn:
    """One running turn.

    Args:
        key: the battle's or period's id.
        owner: who may watch, in words of the caller's.
        finish: stores the turn's end and says in which state the battle is now.
    """

    def __init__(
        self,
        *,
        key: str,
        owner: str,
        index: int,
        readers: Callable[[Callable[[bool], None]], Sequence[AnswerReader]],
        pacer: Pacer,
        pacing: Pacing,
        clock: Clock,
        grace_s: float,
        finish: Callable[[LiveTurn, Halt], Awaitable[BattleState]],
    ) -> None:
        self.key = key
        self.owner = owner
        self.index = index
        self.pacer = pacer
        self.readers = tuple(readers(self._touch))
        self.state = BattleState.STREAMING
        self.version = 0
        self._reader = {r.attempt.side: r for r in self.readers}
        self._shown = dict.fromkeys(self._reader, 0)
        self._matched = pacing is Pacing.MATCHED
        self._clock = clock
        self._grace_s = grace_s
        self._finish = finish
        self._tick_s = TICK_S
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._subscribers = 0
        self._loop = asyncio.get_running_loop()
        self._waiters: set[asyncio.Future[None]] = set()
        self._halted: asyncio.Future[Halt] = self._loop.create_future()

    # --- for watchers ---

    @property
    def ended(self) -> bool:
        """Whether the end has been stored and nothing more will come."""
        return self.state is not BattleState.STREAMING

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that are being written."""
        return tuple(self._shown)

    def shown(self, side: Side, since: int = 0) -> str:
        """The text of a side that may be seen, from a position on."""
        return self._reader[side].text[since : self._shown[side]]

    def status(self, side: Side) -> SideStatus:
        """What a watcher may know of a side; with matched pacing a failure is told at the end only."""
        reader = self._reader[side]
        if self._side_failed(reader) and (self.ended or not self._matched):
            return SideStatus.FAILED
        if not self._shown[side]:
            return SideStatus.WAITING
        if self.ended or (reader.end is not None and self._fully_shown(reader) and not self._side_failed(reader)):
            return SideStatus.DONE
        return SideStatus.WRITING

    @contextmanager
    def subscribed(self) -> Iterator[None]:
        """Count as a watcher while the context is open."""
        self._subscribers += 1
        self._stay()
        try:
            yield
        finally:
            self._subscribers -= 1
            if self._subscribers == 0:
                self._leave_later()

    async def beyond(self, version: int, timeout_s: float) -> bool:
        """Wait until there is something newer than `version`; False when nothing came in time."""
        if self.version > version or self.ended:
            return True
        # asyncio.wait_for makes a task of every wait, and every watcher waits twenty times a second.
        waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout_s, _wake, waiter)
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            timer.cancel()
            self._waiters.discard(waiter)
        return self.version > version or self.ended

    async def until_ended(self, timeout_s: float) -> bool:
        """Wait for the end; False when it did not come in time."""
        deadline = self._clock.monotonic() + timeout_s
        while not self.ended:
            left = deadline - self._clock.monotonic()
            if left <= 0 or not await self.beyond(self.version, left):
                return self.ended
        return True

    # --- for the service ---

    def stop(self, why: Halt = Halt.STOPPED) -> None:
        """End all sides and keep what was shown."""
        if not self._halted.done():
            self._halted.set_result(why)

    def set_busy(self, busy: bool) -> None:
        """Show less often while many turns run."""
        self._tick_s = BUSY_TICK_S if busy else TICK_S

    def progress(self) -> list[Answer]:
        """The attempts as shown so far, for keeping."""
        return [self._answer(r, AnswerState.STREAMING) for r in self.readers]

    def answers(self, why: Halt) -> list[Answer]:
        """The attempts as they ended."""
        return [self._answer(r, self._end_state(r, why)) for r in self.readers]

    async def run(self) -> None:
        """Read, show, store the end, tell the watchers."""
        if not self._subscribers:
            self._leave_later()
        if self._matched:
            self._tick()
        tasks = [asyncio.create_task(r.run(), name=f"answer-{r.attempt.answer_id}") for r in self.readers]
        try:
            why = await self._halted
        finally:
            self._cancel_timers()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self.state = await self._finish(self, why)
        self._tell()

    def give_up(self) -> None:
        """Tell the watchers that this process cannot go on with the turn."""
        self.state = BattleState.INTERRUPTED
        self._tell()

    # --- showing ---

    def _touch(self, urgent: bool) -> None:
        """A reader has news: show it at the next tick, or now when it must not wait.

        With matched pacing the ticks go on by themselves: an event out of step would say when a model did something.
        """
        if self._matched or self._halted.done():
            return
        if urgent and self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(0.0 if urgent else self._due, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if self._advance():
            self._tell()
        now = self._loop.time()
        in_step = self._due <= now < self._due + self._tick_s
        self._due = (self._due if in_step else now) + self._tick_s
        if all(r.end is not None and self._fully_shown(r) for r in self.readers):
            self.stop(Halt.DONE)
        elif self._matched:
            self._timer = self._loop.call_at(self._due, self._tick)

    def _advance(self) -> bool:
        allowed = self.pacer.advance(self._clock.monotonic(), [r.progress for r in self.readers])
        moved = False
        for reader, count in zip(self.readers, allowed, strict=True):
            moved |= count > self._shown[reader.attempt.side]
            self._shown[reader.attempt.side] = count
        # In natural pacing the end of a side is news too.
        return moved or not self._matched

    def _tell(self) -> None:
        self.version += 1
        for waiter in self._waiters:
            _wake(waiter)

    # --- ends ---

    def _leave_later(self) -> None:
        self._stay()
        self._leaving = self._loop.call_later(self._grace_s, self.stop, Halt.LEFT)

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _cancel_timers(self) -> None:
        self._stay()
        if self._timer is not None:
            self._timer.cancel()

    def _fully_shown(self, reader: AnswerReader) -> bool:
        return self._shown[reader.attempt.side] >= len(reader.text)

    @staticmethod
    def _side_failed(reader: AnswerReader) -> bool:
        return reader.end is not None and reader.end.state is AnswerState.FAILED

    def _end_state(self, reader: AnswerReader, why: Halt) -> AnswerState:
        if reader.end is not None and (self._side_failed(reader) or self._fully_shown(reader)):
            return reader.end.state
        if why is Halt.STOPPED and self.shown(reader.attempt.side).strip():
            return AnswerState.STOPPED
        return AnswerState.INTERRUPTED

    def _answer(self, reader: AnswerReader, state: AnswerState) -> Answer:
        attempt, end = reader.attempt, reader.end
        return Answer(
            id=attempt.answer_id,
            side=attempt.side,
            attempt=attempt.number,
            state=state,
            text=self.shown(attempt.side),
            thinking=reader.thinking,
            finish_reason="stopped" if state is AnswerState.STOPPED else (end.finish_reason if end else ""),
            error_kind=end.error_kind if end else None,
            measured=reader.measured,
        )


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def _nobody_waits() -> None:
    """Nothing to do for those who wait where there is no line."""


class LiveTurns:
    """All turns that run in this process.

    Args:
        keep: stores the shown text of running answers; called about every second.
        renew: says that this process still runs these conversations; called about every second.
    """

    def __init__(
        self,
        keep: Callable[[Sequence[Answer]], Awaitable[None]],
        renew: Callable[[Sequence[str]], Awaitable[None]],
    ) -> None:
        self._turns: dict[str, LiveTurn] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keep = keep
        self._renew = renew
        self.freed: Callable[[], None] = _nobody_waits
        """Called whenever a turn has made room for another."""

    def __len__(self) -> int:
        return len(self._turns)

    def get(self, key: str) -> LiveTurn | None:
        """The running turn of a conversation, or None."""
        return self._turns.get(key)

    def start(self, turn: LiveTurn) -> None:
        """Run a turn in a task of its own."""
        self._turns[turn.key] = turn
        self._set_busy()
        task = asyncio.create_task(self._run(turn), name=f"turn-{turn.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def keep_forever(self) -> None:
        """Save shown text and renew leases about every second, until cancelled."""
        while True:
            await asyncio.sleep(KEEP_S)
            if self._turns:
                await self._keep_once()

    async def close(self) -> None:
        """End every turn as if its watchers had left, and wait until that is stored."""
        for turn in list(self._turns.values()):
            turn.stop(Halt.LEFT)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self, turn: LiveTurn) -> None:
        try:
            await turn.run()
        except Exception:
            log.exception("turn_failed", key=turn.key)
            turn.give_up()
        finally:
            self._turns.pop(turn.key, None)
            self._set_busy()
            self.freed()

    async def _keep_once(self) -> None:
        turns = [t for t in self._turns.values() if not t.ended]
        try:
            await self._renew([t.key for t in turns])
            await self._keep([a for t in turns for a in t.progress()])
        except StoreError as error:
            # The turn goes on; its end is stored again, and until then the lease tells others.
            log.warning("progress_not_saved", error=str(error), turns=len(turns))

    def _set_busy(self) -> None:
        for turn in self._turns.values():
            turn.set_busy(len(self._turns) > BUSY_TURNS)
