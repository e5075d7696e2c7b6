"""The line in front of a process that runs as many turns as it may: first come, first served.

A person has one place, which is theirs while somebody watches it and for the grace afterwards. A place says how many
came before, and nothing of who will meet: the pair is drawn when the place has become a battle.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from arena.errors import ArenaError, Refusal, UserError

Begun = TypeVar("Begun")

log = structlog.get_logger()


@dataclass(slots=True, eq=False)
class Ticket(Generic[Begun]):
    """One person's place. `called`: the work has begun, and nobody can leave any more."""

    prompt: str
    work: Callable[[], Awaitable[Begun]]
    called: bool = False
    watchers: int = 0
    leaving: asyncio.TimerHandle | None = None


class Line(Generic[Begun]):
    """Who waits for a turn to begin in this process.

    Args:
        room: how many turns could begin now.
        longest: how many people may wait; further ones are refused.
        grace_s: how long a place is kept that nobody watches.
    """

    def __init__(self, room: Callable[[], int], longest: int, grace_s: float) -> None:
        self._room = room
        self._longest = longest
        self._grace_s = grace_s
        self._tickets: dict[str, Ticket[Begun]] = {}
        self._outcomes: dict[str, Begun | ArenaError] = {}
        self._beginning = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._closed = False
        self.version = 0

    def __len__(self) -> int:
        return len(self._tickets)

    @property
    def must_wait(self) -> bool:
        """Whether somebody who came now would have to wait."""
        return self._room() <= self._beginning or any(not ticket.called for ticket in self._tickets.values())

    # --- for the service ---

    async def enter(self, key: str, prompt: str, work: Callable[[], Awaitable[Begun]]) -> Begun | None:
        """Do the work when there is room and nobody waits; else it gets a place, and None comes back.

        Who has a place keeps it, and the work that came with it. Raises `UserError` when the line is too long.
        """
        if key in self._tickets:
            self.stay(key)
            return None
        self._outcomes.pop(key, None)
        if not self.must_wait:
            return await self._begin(work)
        if len(self._tickets) >= self._longest:
            raise UserError(Refusal.FULL)
        self._tickets[key] = Ticket(prompt, work)
        self.stay(key)
        return None

    def ticket(self, key: str) -> tuple[int, str] | None:
        """The place of a person, from 1, and the prompt that waits there; None for who does not wait."""
        ticket = self._tickets.get(key)
        return None if ticket is None else (list(self._tickets).index(key) + 1, ticket.prompt)

    def outcome(self, key: str) -> Begun | ArenaError | None:
        """What became of a person's work when their turn had come; known for the grace."""
        return self._outcomes.get(key)

    def leave(self, key: str) -> bool:
        """Give up a place; False when there is none, or its work has begun."""
        ticket = self._tickets.get(key)
        if ticket is None or ticket.called:
            return False
        self._remove(key)
        return True

    def call(self) -> None:
        """There may be room: begin with those who came first."""
        if self._closed or not self._tickets:
            return
        room = self._room() - self._beginning
        waiting = [(key, ticket) for key, ticket in self._tickets.items() if not ticket.called]
        for key, ticket in waiting[: max(0, room)]:
            ticket.called = True
            task = asyncio.create_task(self._serve(key, ticket), name=f"called-{key[:8]}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Send everybody home, and wait for those whose work has begun."""
        self._closed = True
        for key in list(self._tickets):
            self.leave(key)
        await asyncio.gather(*self._tasks)

    # --- for watchers ---

    @contextmanager
    def watched(self, key: str) -> Iterator[None]:
        """Hold a person's place while the context is open."""
        ticket = self._tickets.get(key)
        if ticket is None:
            yield
            return
        ticket.watchers += 1
        self.stay(key)
        try:
            yield
        finally:
            ticket.watchers -= 1
            if self._tickets.get(key) is ticket:
                self.stay(key)

    def stay(self, key: str) -> None:
        """A person has been heard of: the grace begins anew, or waits for the last watcher to go."""
        ticket = self._tickets.get(key)
        if ticket is None:
            return
        _stop(ticket.leaving)
        ticket.leaving = None
        if not ticket.watchers:
            ticket.leaving = asyncio.get_running_loop().call_later(self._grace_s, self.leave, key)

    async def beyond(self, version: int, timeout_s: float) -> bool:
        """Wait until the line has moved since `version`; False when it did not in time."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.version <= version:
                    await self._news.wait()
        except TimeoutError:
            return False
        return True

    # --- steps ---

    async def _begin(self, work: Callable[[], Awaitable[Begun]]) -> Begun:
        # Between the look at the room and the turn that takes it lies the database: the slot is taken meanwhile.
        self._beginning += 1
        try:
            return await work()
        finally:
            self._beginning -= 1
            self.call()

    async def _serve(self, key: str, ticket: Ticket[Begun]) -> None:
        try:
            self._outcomes[key] = await self._begin(ticket.work)
        except ArenaError as error:
            self._outcomes[key] = error
        except Exception:
            log.exception("called_in_vain")
        finally:
            asyncio.get_running_loop().call_later(self._grace_s, self._outcomes.pop, key, None)
            self._remove(key)

    def _remove(self, key: str) -> None:
        _stop(self._tickets.pop(key).leaving)
        self.version += 1
        self._news.set()
        self._news = asyncio.Event()


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
