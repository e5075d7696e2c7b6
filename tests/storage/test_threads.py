"""Many who write at once: one commit for those who wait, and each fares as it would alone."""

import asyncio
import sqlite3
import threading

import pytest
from sqlalchemy import event, text

from arena.errors import StateConflict, StoreUnavailable
from storage.database import open_database
from storage.threads import MOST_AT_ONCE, OneWriter


@pytest.fixture
def database(tmp_path):
    opened = open_database(f"sqlite:///{tmp_path / 'arena.db'}", busy_timeout_ms=300)
    with opened.write() as connection:
        connection.execute(text("CREATE TABLE kept (n INTEGER PRIMARY KEY)"))
    yield opened
    opened.close()


@pytest.fixture
def writer(database):
    made = OneWriter(database)
    yield made
    made.close()


@pytest.fixture
def commits(database):
    seen = []
    event.listen(database.engine, "commit", seen.append)
    return seen


@pytest.fixture
async def crowd(writer):
    """Runs pieces of work that have all queued up while the writer was busy with another one."""

    async def run(*works, **options):
        gate = threading.Event()
        first = asyncio.ensure_future(writer.run(gate.wait))
        waiting = [asyncio.ensure_future(writer.write(work)) for work in works]
        await asyncio.sleep(0.05)
        gate.set()
        await first
        return await asyncio.gather(*waiting, return_exceptions=True, **options)

    return run


def put(n):
    def work(connection):
        connection.execute(text("INSERT INTO kept VALUES (:n)"), {"n": n})
        return n

    return work


def stored(database):
    with database.read() as connection:
        return [n for (n,) in connection.execute(text("SELECT n FROM kept ORDER BY n"))]


async def test_what_has_queued_up_is_committed_once(database, crowd, commits):
    assert await crowd(*(put(n) for n in range(10))) == list(range(10))
    assert len(commits) == 1
    assert stored(database) == list(range(10))


async def test_other_processes_do_not_wait_for_an_endless_crowd(crowd, commits):
    await crowd(*(put(n) for n in range(2 * MOST_AT_ONCE + 1)))
    assert len(commits) == 3


async def test_a_refusal_takes_back_its_own_work_only(database, crowd, commits):
    def refused(connection):
        put(50)(connection)
        raise StateConflict("too late")

    found = await crowd(put(1), refused, put(1), put(2))
    assert found[0] == 1 and found[3] == 2
    assert [type(each) for each in found[1:3]] == [StateConflict, StateConflict]
    assert len(commits) == 1
    assert stored(database) == [1, 2]


async def test_a_transaction_that_is_lost_is_done_again_one_by_one(database, crowd):
    times = []

    def fails_in_company(connection):
        times.append(1)
        if len(times) == 1:
            raise StoreUnavailable("the disk is away")
        return put(3)(connection)

    def lost(connection):
        connection.connection.cursor().execute("ROLLBACK")  # as SQLite does by itself when the disk is full
        raise StateConflict("and then this")

    assert await crowd(put(1), fails_in_company, put(2)) == [1, 3, 2]
    found = await crowd(put(4), lost, put(5))
    assert found[0] == 4 and found[2] == 5 and isinstance(found[1], StateConflict | StoreUnavailable)
    assert stored(database) == [1, 2, 3, 4, 5]


async def test_nobody_is_told_of_success_when_the_commit_fails(database, crowd):
    tries = []

    def no_commit(connection):
        tries.append(1)
        raise sqlite3.OperationalError("the disk is full")

    event.listen(database.engine, "commit", no_commit)
    found = await crowd(put(1), put(2))
    assert all(isinstance(each, Exception) for each in found)
    assert len(tries) == 3, "together, then each by itself"
    event.remove(database.engine, "commit", no_commit)
    assert stored(database) == []


async def test_a_locked_database_is_waited_for_once(database, crowd):
    loop = asyncio.get_running_loop()
    other = sqlite3.connect(database.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = loop.time()
    found = await crowd(*(put(n) for n in range(8)))
    other.execute("ROLLBACK")
    other.close()
    assert {type(each) for each in found} == {StoreUnavailable}
    assert loop.time() - begun < 2 * 0.3 + 0.5


async def test_a_bug_in_one_is_nobody_elses(database, crowd):
    def bug(connection):
        put(7)(connection)
        raise KeyError("bug")

    found = await crowd(put(1), bug, put(2))
    assert found[0] == 1 and isinstance(found[1], KeyError) and found[2] == 2
    assert stored(database) == [1, 2]


async def test_a_caller_who_has_gone_loses_nothing(database, writer):
    gate = threading.Event()
    first = asyncio.ensure_future(writer.run(gate.wait))
    gone = asyncio.ensure_future(writer.write(put(1)))
    await asyncio.sleep(0.05)
    assert writer.waiting == 1
    gone.cancel()
    gate.set()
    await first
    assert await writer.write(put(2)) == 2
    assert stored(database) == [1, 2]
