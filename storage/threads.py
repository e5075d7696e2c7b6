"""Where transactions run: in a few threads, and with SQLite all writing in one, which commits together what waits.

A commit waits for the disk, some milliseconds each. SQLite has one writer at a time anyway, so what has queued up
behind a commit is done in one transaction: each piece of work in a savepoint of its own, one commit for all, and
nobody is told of success before it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from arena.errors import ArenaError, StoreUnavailable
from storage.database import Database
from storage.faults import translated

R = TypeVar("R")
Outcome = tuple[Any, BaseException | None]

MOST_AT_ONCE = 16
"""Pieces of work in one transaction: other processes wait for all of them."""


class Writers(Protocol):
    """Where writing is done."""

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""
        ...

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Do something in a write transaction; it may be done again when what it shared one with has failed."""
        ...

    async def run(self, work: Callable[[], R]) -> R:
        """Do something that makes transactions of its own, or none."""
        ...

    def close(self) -> None:
        """Finish what is under way."""
        ...


class Threads:
    """A few threads for reading, and for writing where several transactions write at once."""

    def __init__(self, database: Database, count: int) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="store")
        self._count = count
        self._unfinished = 0

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""
        return max(0, self._unfinished - self._count)

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Do something in a write transaction of its own."""

        def writing() -> R:
            with self._database.write() as connection:
                return work(connection)

        return await self.run(writing)

    async def run(self, work: Callable[[], R]) -> R:
        """Run something in a thread. A cancelled caller goes at once, but the work is finished and keeps its place."""
        running = asyncio.get_running_loop().run_in_executor(self._pool, work)
        self._unfinished += 1
        running.add_done_callback(self._finished)
        return await asyncio.shield(running)

    def close(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown()

    def _finished(self, _done: object) -> None:
        self._unfinished -= 1


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A piece of work and who waits for it; `alone` work takes no connection."""

    work: Callable[..., Any]
    alone: bool
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    done: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, outcome: Outcome) -> None:
        """Tell from the writer's thread."""
        self.loop.call_soon_threadsafe(self._set, outcome)

    def _set(self, outcome: Outcome) -> None:
        result, error = outcome
        if error is None:
            self.done.set_result(result)
        else:
            self.done.set_exception(error)


class OneWriter:
    """One thread that does what waits for it in order, and commits it together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._jobs: deque[_Job] = deque()

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""
        return len(self._jobs)

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Do something in a write transaction; it may be done again when what it shared one with has failed."""
        result: R = await self._enter(_Job(work, alone=False))
        return result

    async def run(self, work: Callable[[], R]) -> R:
        """Do something that makes transactions of its own, or none."""
        result: R = await self._enter(_Job(work, alone=True))
        return result

    def close(self) -> None:
        """Finish what is under way."""
        self._pool.shutdown()

    async def _enter(self, job: _Job) -> Any:
        """Wait for a job. A cancelled caller goes at once, but the work is finished and keeps its place."""
        self._jobs.append(job)
        self._pool.submit(self._do_some)  # one for each job; those who come later find it done
        return await asyncio.shield(job.done)

    def _do_some(self) -> None:
        jobs = self._take()
        if len(jobs) > 1:
            for job, outcome in zip(jobs, self._together(jobs), strict=True):
                job.tell(outcome)
        elif jobs:
            jobs[0].tell(self._by_itself(jobs[0]))

    def _take(self) -> list[_Job]:
        """The jobs that are done now: one that wants to be alone, or those before the next such."""
        jobs: list[_Job] = []
        while self._jobs and len(jobs) < MOST_AT_ONCE and not (jobs and (jobs[0].alone or self._jobs[0].alone)):
            jobs.append(self._jobs.popleft())
        return jobs

    def _by_itself(self, job: _Job) -> Outcome:
        try:
            if job.alone:
                return job.work(), None
            with self._database.write() as connection:
                return job.work(connection), None
        except BaseException as error:  # noqa: BLE001 - whoever waits for it raises it
            return None, error

    def _together(self, jobs: Sequence[_Job]) -> list[Outcome]:
        """One transaction for all; when it fails, each by itself, as if they had not met."""
        begun = False
        try:
            with self._database.write() as connection:
                begun = True
                return [_in_savepoint(connection, job) for job in jobs]
        except BaseException as error:  # noqa: BLE001 - whoever waits for it raises it
            if not begun:  # nobody can write now, and each would wait as long to hear it
                return [(None, error) for _ in jobs]
            return [self._by_itself(job) for job in jobs]


def _in_savepoint(connection: Connection, job: _Job) -> Outcome:
    """A job whose refusal takes back what it did and nothing else. Raises what means that the transaction is lost."""
    try:
        with translated(), connection.begin_nested():
            return job.work(connection), None
    except StoreUnavailable:
        raise
    except ArenaError as error:
        if not _still_open(connection):
            raise
        return None, error


def _still_open(connection: Connection) -> bool:
    """Whether the transaction is still there; SQLite rolls all of it back after some errors, as it likes."""
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.in_transaction)
