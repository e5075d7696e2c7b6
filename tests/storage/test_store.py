"""The SQL store: the contract, on each kind of database, and what only a SQL store can show."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from arena.errors import LiveBattleExists
from arena.ids import new_id
from arena.models import Outcome, Pacing
from arena.ports import RaterDigests, Store
from storage.store import SqlStore
from tests.storage.conftest import OpenStore
from tests.storage.contract import StoreContract
from tests.storage.contract_crowd import CrowdContract
from tests.storage.sample import (
    DRAW,
    NOW,
    cast,
    cells,
    finish,
    lease,
    new_rater,
    new_turn,
    open_battle,
    ready_battle,
    reread,
    vote_on,
)

pytestmark = pytest.mark.integration


class TestOnAFile(StoreContract):
    @pytest.fixture
    def store(self, open_store: OpenStore, url: str) -> Store:
        return open_store(url)


class TestInMemory(StoreContract):
    @pytest.fixture
    def store(self, open_store: OpenStore) -> Store:
        return open_store("sqlite://")


class TestCrowd(CrowdContract):
    pass


@contextmanager
def counted_statements(store: SqlStore) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(store.database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(store.database.engine, "before_cursor_execute", note)


async def test_reading_a_battle_takes_as_many_statements_with_twenty_turns_as_with_one(store: SqlStore) -> None:
    battle = await ready_battle(store)
    with counted_statements(store) as with_one:
        await store.battle(battle.id)
    for _ in range(19):
        battle = await finish(store, await store.begin_turn(battle.id, new_turn(), lease(), NOW))
    with counted_statements(store) as with_twenty:
        assert len((await reread(store, battle)).turns) == 20
    assert len(with_twenty) == len(with_one) <= 4
    with counted_statements(store) as to_begin:
        await store.begin_turn(battle.id, new_turn(), lease(), NOW)
    assert len(to_begin) <= 7


async def test_opening_a_battle_takes_few_statements(store: SqlStore) -> None:
    who = RaterDigests("cookie", "code")
    with counted_statements(store) as statements:
        await store.create_battle(new_id(), who, DRAW, Pacing.MATCHED, new_turn(), lease(), NOW)
    assert len(statements) <= 9


async def test_two_processes_that_vote_at_once_store_one_vote(store: SqlStore, open_store: OpenStore, url: str) -> None:
    other = open_store(url)
    for _ in range(10):
        battle = await ready_battle(store)
        votes = [vote_on(battle, outcome, origin=store.database.origin) for outcome in Outcome]
        stored = await asyncio.gather(
            *(s.record_vote(vote, NOW) for s, vote in zip([store, other] * 2, votes, strict=True))
        )
        assert len({vote.id for vote in stored}) == 1
    assert sum((await cells(store)).values()) == 10


async def test_two_processes_that_open_battles_at_once_for_a_rater_open_one(
    store: SqlStore, open_store: OpenStore, url: str
) -> None:
    other = open_store(url)
    for name in "abcdefghij":
        rater_id = await new_rater(store, name)
        opened = await asyncio.gather(
            *(open_battle(s, rater_id) for s in (store, other, store, other)), return_exceptions=True
        )
        assert sum(isinstance(result, LiveBattleExists) for result in opened) == 3


async def test_a_write_is_finished_when_its_caller_is_cancelled(store: SqlStore) -> None:
    battle = await ready_battle(store)
    began, may_go_on, at_work = threading.Event(), threading.Event(), set()

    def hold(*_: object) -> None:
        at_work.add(threading.get_ident())
        began.set()
        may_go_on.wait(5)

    event.listen(store.database.engine, "before_cursor_execute", hold)
    task = asyncio.create_task(store.record_vote(vote_on(battle, origin=store.database.origin), NOW))
    assert await asyncio.to_thread(began.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    next_write = asyncio.create_task(store.ping())
    await asyncio.sleep(0.1)
    assert len(at_work) == 1, "the next write has to wait for the one that nobody waits for"
    may_go_on.set()
    await next_write
    assert (await reread(store, battle)).vote is not None
    assert sum((await cells(store)).values()) == 1


async def test_pings_prove_it_by_a_commit_once_a_second_at_most_and_leave_nothing(store: SqlStore) -> None:
    with store.database.read() as connection:
        before = connection.execute(text("SELECT * FROM setting")).all()
    commits: list[object] = []
    event.listen(store.database.engine, "commit", commits.append)
    for _ in range(200):
        await store.ping()
    assert 1 <= len(commits) < 50
    with store.database.read() as connection:
        assert connection.execute(text("SELECT * FROM setting")).all() == before


async def test_many_readers_and_writers_at_once_all_succeed(store: SqlStore) -> None:
    battles = await asyncio.gather(*(cast(store) for _ in range(30)))
    assert sum((await cells(store)).values()) == len({b.id for b in battles}) == 30
