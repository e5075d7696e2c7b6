"""The store on PostgreSQL: the contract, crowds, and connections that are lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, event, text

from arena.errors import SchemaMismatch, StoreUnavailable
from arena.ports import Store
from storage.database import open_database
from storage.integrity import problems
from storage.store import SqlStore
from tests.storage.conftest import OpenStore
from tests.storage.contract import StoreContract
from tests.storage.contract_checks import ChecksContract
from tests.storage.contract_crowd import CrowdContract
from tests.storage.sample import NOW, cast, cells, ready_battle, reread, vote_on
from tests.support.postgres import PostgresServer, postgres_server

pytestmark = pytest.mark.integration


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """A PostgreSQL database of this test's own."""
    return postgres.new_database()


class TestContract(StoreContract):
    @pytest.fixture
    def store(self, open_store: OpenStore, url: str) -> Store:
        return open_store(url)


class TestCrowd(CrowdContract):
    pass


class TestChecks(ChecksContract):
    pass


def test_a_newer_schema_is_refused_in_one_sentence(store: SqlStore, url: str) -> None:
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match=r"newer version.*9999"):
        open_database(url)


async def test_a_connection_that_was_cut_while_idle_is_replaced_unnoticed(
    store: SqlStore, postgres: PostgresServer
) -> None:
    battle = await ready_battle(store)
    assert postgres.cut_connections() >= 1
    vote = vote_on(battle, origin=store.database.origin)
    assert await store.record_vote(vote, NOW) == vote


async def test_a_connection_lost_in_mid_vote_leaves_no_half_vote_and_the_vote_can_be_given_again(
    store: SqlStore, postgres: PostgresServer
) -> None:
    battle = await ready_battle(store)
    vote = vote_on(battle, origin=store.database.origin)

    def cut_before_the_vote(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO vote "):
            event.remove(store.database.engine, "before_cursor_execute", cut_before_the_vote)
            postgres.cut_connections()

    event.listen(store.database.engine, "before_cursor_execute", cut_before_the_vote)
    with pytest.raises(StoreUnavailable):
        await store.record_vote(vote, NOW)
    assert await reread(store, battle) == battle
    assert await cells(store) == {}
    assert await store.record_vote(vote, NOW) == vote
    assert sum((await cells(store)).values()) == 1


async def test_a_read_only_server_can_be_read_and_refuses_votes(store: SqlStore) -> None:
    battle = await ready_battle(store)

    def as_on_a_standby(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    event.listen(store.database.engine, "begin", as_on_a_standby)
    with pytest.raises(StoreUnavailable):
        await store.record_vote(vote_on(battle), NOW)
    with pytest.raises(StoreUnavailable):
        await store.ping()
    assert await reread(store, battle) == battle


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that this test may crash."""
    with postgres_server() as server:
        yield server


async def test_a_server_that_crashes_under_votes_has_every_acknowledged_vote_afterwards(
    own_postgres: PostgresServer, open_store: OpenStore
) -> None:
    store = open_store(own_postgres.new_database())
    battles = [await ready_battle(store) for _ in range(40)]
    acknowledged: list[str] = []
    some = asyncio.Event()

    async def vote(index: int) -> None:
        given = vote_on(battles[index], origin=store.database.origin)
        acknowledged.append((await store.record_vote(given, NOW)).id)
        if len(acknowledged) == 5:
            some.set()

    voting = [asyncio.create_task(vote(i)) for i in range(len(battles))]
    await asyncio.wait_for(some.wait(), 30)
    await asyncio.to_thread(own_postgres.crash)
    ended = await asyncio.gather(*voting, return_exceptions=True)
    assert {type(result) for result in ended} == {type(None), StoreUnavailable}
    with pytest.raises(StoreUnavailable):
        await store.ping()
    await asyncio.to_thread(own_postgres.start)
    stored = [await reread(store, battle) for battle in battles]
    assert set(acknowledged) <= {battle.vote.id for battle in stored if battle.vote is not None}
    with store.database.read() as connection:
        assert problems(connection) == []
    await cast(store)
