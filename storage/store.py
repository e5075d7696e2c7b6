"""`SqlStore`: `arena.ports.Store` on SQLAlchemy. One transaction a method, run in a thread of the store's own few."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from arena.errors import ArenaPaused
from arena.models import (
    Answer,
    Battle,
    BattleState,
    Draw,
    Finding,
    Pacing,
    Rater,
    Side,
    Vote,
    VoteCount,
    VoteTrace,
)
from arena.ports import Lease, NewTurn, RaterDigests
from storage import audit, battles, checks, endings, kept, raters, requests, retention, tokens, votes
from storage.database import Database
from storage.rows import Card, save_contestants
from storage.threads import OneWriter, Threads, Writers

P = ParamSpec("P")
R = TypeVar("R")
Timed = Callable[[str, float], None]
Work = Callable[Concatenate["SqlStore", Connection, P], R]
Method = Callable[Concatenate["SqlStore", P], Coroutine[Any, Any, R]]

THREADS = 4
"""How many transactions may be under way at once."""
PROOF_S = 1.0
"""A ping is a write to the disk, and who asks for the arena's health needs no password."""


def _reads(work: Work[P, R]) -> Method[P, R]:
    """Make an async method of what is done in a read transaction."""

    @wraps(work)
    async def method(self: SqlStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.read(work.__name__, lambda connection: work(self, connection, *args, **kwargs))

    return method


def _writes(work: Work[P, R]) -> Method[P, R]:
    """Make an async method of what is done in a write transaction."""

    @wraps(work)
    async def method(self: SqlStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.write(work.__name__, lambda connection: work(self, connection, *args, **kwargs))

    return method


class SqlStore:
    """The store on an open database.

    Args:
        database: from `storage.database.open_database`; the store closes it.
        timed: is told each call's name and how long it took.
    """

    def __init__(self, database: Database, timed: Timed | None = None) -> None:
        self.database = database
        self._timed = timed
        self._saved: set[str] = set()  # hashes of contestants that are stored; their rows never change or go
        self._proved = -PROOF_S
        threads = Threads(database, THREADS)
        self._writers: Writers = OneWriter(database) if database.one_writer else threads
        self._readers: Writers = self._writers if database.one_connection else threads

    def close(self) -> None:
        """Finish what is under way, and close the database."""
        for threads in {self._readers, self._writers}:
            threads.close()
        self.database.close()

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        return sum(threads.waiting for threads in {self._readers, self._writers})

    # --- for stores of other things in the same database ---

    async def read(self, name: str, work: Callable[[Connection], R]) -> R:
        """Do something in a read transaction; the name is for measuring."""

        def reading() -> R:
            with self.database.read() as connection:
                return work(connection)

        return await self._measured(name, self._readers.run(reading))

    async def write(self, name: str, work: Callable[[Connection], R]) -> R:
        """Do something in a write transaction; the name is for measuring.

        It has no effect but in the database: it may be done again.
        """
        return await self._measured(name, self._writers.write(work))

    async def _measured(self, name: str, work: Awaitable[R]) -> R:
        begun = time.perf_counter()
        try:
            return await work
        finally:
            if self._timed is not None:
                self._timed(name.lstrip("_"), time.perf_counter() - begun)

    async def forget_old_pages(self) -> None:
        """After an erasure: leave no old copies in the database's files."""
        await self._writers.run(self.database.forget_old_pages)

    # --- the database itself ---

    async def ping(self) -> None:
        """Prove that the database can be written to; nothing is kept. A proof holds for a second."""
        if time.monotonic() - self._proved > PROOF_S:
            await self._ping()
            self._proved = time.monotonic()

    @_writes
    def _ping(self, connection: Connection) -> None:
        kept.probe(connection)

    async def origin(self) -> str:
        """The random id of this database."""
        return self.database.origin

    @_reads
    def secret(self, connection: Connection) -> str:
        """The secret that was made with the database."""
        return kept.secret(connection)

    @_reads
    def paused(self, connection: Connection) -> bool:
        """Whether the operator has paused the arena."""
        return kept.paused(connection)

    @_writes
    def set_paused(self, connection: Connection, paused: bool) -> None:
        """Pause the arena, or go on."""
        kept.set_paused(connection, paused)

    # --- raters ---

    @_reads
    def find_rater(self, connection: Connection, digest: str) -> Rater | None:
        """The rater with this cookie digest, or None."""
        return raters.find(connection, digest)

    async def erase(self, erasure_digest: str, now: datetime) -> int | None:
        """Erase what a person has left; how many votes were withdrawn, None for an unknown code."""
        withdrawn = await self._erase(erasure_digest, now)
        if withdrawn is not None:
            await self.forget_old_pages()
        return withdrawn

    @_writes
    def _erase(self, connection: Connection, erasure_digest: str, now: datetime) -> int | None:
        return raters.erase(connection, erasure_digest, now)

    @_reads
    def battles_of(self, connection: Connection, erasure_digest: str) -> Sequence[Battle] | None:
        """All battles of the rater with this erasure code, newest first; None for an unknown code."""
        rater_id = raters.by_code(connection, erasure_digest)
        return None if rater_id is None else battles.of_rater(connection, self.database.origin, rater_id)

    # --- battles ---

    @_reads
    def current_battle(self, connection: Connection, rater_id: str) -> Battle | None:
        """The rater's newest battle that is still on the page."""
        return battles.current(connection, self.database.origin, rater_id)

    @_reads
    def own_battle(self, connection: Connection, digest: str, battle_id: str) -> Battle | None:
        """A battle of the rater with this cookie digest; None for anybody else's."""
        return battles.find_own(connection, self.database.origin, digest, battle_id)

    @_reads
    def battle(self, connection: Connection, battle_id: str) -> Battle | None:
        """A battle with its turns, answers and vote."""
        return battles.find(connection, self.database.origin, battle_id)

    async def create_battle(
        self,
        battle_id: str,
        rater: RaterDigests,
        draw: Draw,
        pacing: Pacing,
        turn: NewTurn,
        lease: Lease,
        now: datetime,
    ) -> Battle:
        """Store the rater if new, the draw and the first turn, in state `streaming`."""
        cards = [Card.of(contestant) for contestant in (draw.a, draw.b)]

        def create(connection: Connection) -> Battle:
            if kept.paused(connection):
                raise ArenaPaused("the operator has paused the arena")
            save_contestants(connection, [card for card in cards if card.hash not in self._saved], now)
            rater_id = raters.find_or_add(connection, rater, now).id
            return battles.create(connection, battle_id, rater_id, draw, pacing, turn, lease, now)

        battle = await self.write("create_battle", create)
        self._saved.update(card.hash for card in cards)
        return battle

    @_writes
    def begin_turn(self, connection: Connection, battle_id: str, turn: NewTurn, lease: Lease, now: datetime) -> Battle:
        """`ready` -> `streaming` with another turn."""
        return battles.begin_turn(connection, self.database.origin, battle_id, turn, lease, now)

    @_writes
    def begin_retry(
        self, connection: Connection, battle_id: str, answer_ids: Mapping[Side, str], lease: Lease, now: datetime
    ) -> Battle:
        """`failed` or `interrupted` -> `streaming` with new attempts at the last turn."""
        return battles.begin_retry(connection, self.database.origin, battle_id, answer_ids, lease, now)

    @_writes
    def save_progress(self, connection: Connection, answers: Sequence[Answer]) -> None:
        """Keep the text shown so far of answers that still run."""
        endings.save_progress(connection, answers)

    @_writes
    def renew_leases(self, connection: Connection, battle_ids: Sequence[str], lease: Lease) -> None:
        """Say that this process still runs these battles."""
        endings.renew_leases(connection, battle_ids, lease)

    @_writes
    def finish_turn(
        self,
        connection: Connection,
        battle_id: str,
        answers: Sequence[Answer],
        state: BattleState,
        pace_cps: float | None,
        now: datetime,
    ) -> None:
        """`streaming` -> `state`, with the answers as they ended."""
        endings.finish_turn(connection, battle_id, answers, state, pace_cps, now)

    @_writes
    def interrupt_expired(self, connection: Connection, now: datetime, battle_id: str | None = None) -> int:
        """Mark streaming battles (or this one) whose lease has run out as interrupted; how many."""
        return endings.interrupt_expired(connection, now, battle_id)

    @_writes
    def expire(self, connection: Connection, abandoned_before: datetime, void_before: datetime, now: datetime) -> int:
        """End what nobody came back to; how many."""
        return endings.expire(connection, abandoned_before, void_before, now)

    @_writes
    def close_battle(self, connection: Connection, battle_id: str, state: BattleState | None, now: datetime) -> None:
        """Take a battle off its rater's page."""
        endings.close(connection, battle_id, state, now)

    @_reads
    def contestant_cards(self, connection: Connection, hashes: Sequence[str]) -> Mapping[str, str]:
        """Snapshots by their hash."""
        return battles.contestant_cards(connection, hashes)

    @_reads
    def tokens_since(self, connection: Connection, since: datetime) -> Mapping[str, tuple[int, int]]:
        """Prompt and completion tokens by contestant's name since a time."""
        return tokens.tokens_since(connection, self.database.origin, since)

    # --- votes ---

    @_writes
    def record_vote(
        self, connection: Connection, vote: Vote, now: datetime, findings: Sequence[Finding] = (), address: str = ""
    ) -> Vote:
        """`ready` -> `voted` with the vote and its count; a battle that has a vote keeps it."""
        return votes.record(connection, self.database.origin, vote, now, findings, address)

    @_reads
    def vote_traces(self, connection: Connection, since: datetime) -> Sequence[VoteTrace]:
        """What the rules over several votes may know of the votes given here since a time, oldest first."""
        return checks.traces(connection, self.database.origin, since)

    @_writes
    def apply_findings(self, connection: Connection, findings: Sequence[Finding], now: datetime) -> int:
        """Store findings that are new, and take votes that failed out of the ratings; how many votes changed."""
        return checks.apply(connection, self.database.origin, findings, now)

    @_writes
    def count_request(self, connection: Connection, key: str, amount: int, until: datetime, now: datetime) -> int:
        """Count a request within its window; how many there are with this one."""
        return requests.count(connection, key, amount, until, now)

    @_reads
    def requests_counted(self, connection: Connection, key: str, now: datetime) -> tuple[int, datetime] | None:
        """How many requests a window has had, and when it ends; None when there is none open."""
        return requests.counted(connection, key, now)

    async def forget(self, texts_before: datetime | None, addresses_before: datetime, now: datetime) -> int:
        """Erase the texts of old battles, hashes of addresses and old counts; how many battles lost their texts."""
        erased = await self._forget(texts_before, addresses_before, now)
        if erased:
            await self.forget_old_pages()
        return erased

    @_writes
    def _forget(
        self, connection: Connection, texts_before: datetime | None, addresses_before: datetime, now: datetime
    ) -> int:
        checks.forget_addresses(connection, addresses_before)
        requests.forget(connection, now)
        return 0 if texts_before is None else retention.erase_texts(connection, texts_before, now)

    @_writes
    def comment_after(self, connection: Connection, battle_id: str, comment: str) -> None:
        """Store a comment that was written after the reveal."""
        votes.comment_after(connection, battle_id, comment)

    @_writes
    def report(self, connection: Connection, battle_id: str, side: Side, reason: str, now: datetime) -> None:
        """Store a rater's report of an answer."""
        audit.write_event(connection, audit.REPORT, reason, now, battle_id, side)

    @_reads
    def votes_of(self, connection: Connection, rater_id: str, limit: int) -> Sequence[Battle]:
        """A rater's voted battles, newest first."""
        return battles.voted(connection, self.database.origin, rater_id, limit)

    @_reads
    def vote_counts(self, connection: Connection) -> Sequence[VoteCount]:
        """All cells of the maintained counts."""
        return votes.counts(connection)

    @_reads
    def last_vote_at(self, connection: Connection) -> datetime | None:
        """When the newest vote was given."""
        return votes.last_vote_at(connection)
