"""Opening a database, and what happens when it cannot be used."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, text

from arena.errors import ConfigError, SchemaMismatch, StoreError, StoreUnavailable
from arena.models import Side
from storage.database import open_database
from storage.store import SqlStore
from tests.storage.conftest import OpenStore
from tests.storage.sample import NOW, at, cast, cells, new_rater, open_battle, ready_battle, reread, vote_on

pytestmark = pytest.mark.integration


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


# --- opening ---


async def test_a_database_keeps_its_origin_secret_and_votes(open_store: OpenStore, url: str) -> None:
    first = open_store(url)
    battle, secret = await cast(first), await first.secret()
    first.close()
    again = open_store(url)
    assert (again.database.origin, await again.secret()) == (first.database.origin, secret)
    assert await again.battle(battle.id) == battle


async def test_two_databases_differ_in_origin_and_secret(open_store: OpenStore, tmp_path: Path) -> None:
    one, other = (open_store(f"sqlite:///{tmp_path / name}.db") for name in "ab")
    assert one.database.origin != other.database.origin
    assert await one.secret() != await other.secret()


def test_the_folder_of_a_database_is_made(open_store: OpenStore, tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/deep/down/arena.db")
    assert (tmp_path / "deep/down/arena.db").is_file()


def test_connections_are_durable_check_foreign_keys_and_overwrite_what_is_deleted(store: SqlStore) -> None:
    with store.database.read() as connection:
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("arena.db", "sqlite:///arena.db"),
        ("mysql://localhost/arena", "sqlite or postgresql"),
        ("postgresql+nosuchdriver://localhost/arena", "psycopg"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_what_was_expected(url: str, expected: str) -> None:
    with pytest.raises(ConfigError, match="ARENA_DATABASE_URL") as caught:
        open_database(url)
    assert expected in str(caught.value)


def test_a_file_that_is_no_database_is_unavailable_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but someone's notes, and long enough to look like a header " * 20)
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable):
        open_database(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        open_database(f"sqlite:///{tmp_path}/file/arena.db")


def test_a_newer_schema_is_refused_in_one_sentence_and_not_touched(store: SqlStore, url: str) -> None:
    with store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    before = file_of(url).read_bytes()
    with pytest.raises(SchemaMismatch, match=r"newer version.*9999"):
        open_database(url)
    assert file_of(url).read_bytes() == before


def test_a_write_takes_the_lock_before_it_has_read_anything(store: SqlStore, url: str) -> None:
    """Otherwise two that read first and then write would both have to give up."""
    other = sqlite3.connect(file_of(url), isolation_level=None, timeout=0)
    with store.database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with store.database.read():
        other.execute("BEGIN IMMEDIATE")
    other.close()


# --- when it cannot be used ---


async def test_a_locked_database_is_unavailable_and_the_vote_can_be_tried_again(store: SqlStore, url: str) -> None:
    battle = await ready_battle(store)
    vote = vote_on(battle, origin=store.database.origin)
    locker = sqlite3.connect(file_of(url), isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await store.record_vote(vote, NOW)
    with pytest.raises(StoreUnavailable):
        await store.ping()
    assert await reread(store, battle) == battle
    locker.execute("ROLLBACK")
    locker.close()
    assert await store.record_vote(vote, NOW) == vote
    assert sum((await cells(store)).values()) == 1


async def test_a_read_only_database_can_be_read_and_refuses_votes(
    store: SqlStore, open_store: OpenStore, url: str
) -> None:
    battle = await ready_battle(store)
    read_only = open_store(f"sqlite:///file:{file_of(url)}?mode=ro&uri=true")
    with pytest.raises(StoreUnavailable):
        await read_only.record_vote(vote_on(battle), NOW)
    with pytest.raises(StoreUnavailable):
        await read_only.ping()
    assert await reread(read_only, battle) == battle
    assert await read_only.vote_counts() == []


async def test_a_full_database_refuses_the_whole_transaction(store: SqlStore) -> None:
    rater_id = await new_rater(store)
    battle = await ready_battle(store)

    def allow_no_more_pages(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0]}")

    event.listen(store.database.engine, "checkout", allow_no_more_pages)
    with pytest.raises(StoreUnavailable):
        await open_battle(store, rater_id, prompt="long " * 20_000)
    with pytest.raises(StoreUnavailable):
        await store.record_vote(vote_on(battle, comment="long " * 20_000), NOW)
    with pytest.raises(StoreUnavailable):
        await store.ping()
    assert await store.current_battle(rater_id) is None
    assert await reread(store, battle) == battle
    assert await store.vote_counts() == []


async def test_an_error_message_has_no_prompt_in_it(store: SqlStore, url: str) -> None:
    rater_id = await new_rater(store)
    locker = sqlite3.connect(file_of(url), isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as caught:
        await open_battle(store, rater_id, prompt="my secret prompt")
    locker.close()
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"
    with store.database.write() as connection:
        connection.execute(text("DROP TABLE turn"))
    with pytest.raises(StoreError) as caught_too:
        await open_battle(store, rater_id, prompt="my secret prompt")
    assert not isinstance(caught_too.value, StoreUnavailable)
    assert "secret" not in f"{caught_too.value} {caught_too.value.__cause__}"


async def test_erased_texts_are_gone_from_the_files(store: SqlStore, url: str) -> None:
    words = "the quick brown fox told nobody "
    rater_id = await new_rater(store)
    voted = await cast(store, rater_id=rater_id, comment=words * 3)
    await store.comment_after(voted.id, words * 4)
    await store.report(voted.id, Side.A, words * 5, NOW)
    battle = await open_battle(store, rater_id, prompt=words * 300)
    for times in (10, 100, 400):
        running = [replace(a, text=words * times, thinking=words * times) for a in battle.turns[0].answers]
        await store.save_progress(running)
    others = [await cast(store, now=at(i)) for i in range(20)]
    assert _files_contain(url, words)
    await store.erase("code-rater", NOW)
    assert not _files_contain(url, words)
    assert await reread(store, others[0]) == others[0]


def _files_contain(url: str, words: str) -> bool:
    files = file_of(url).parent.glob("arena.db*")
    return any(words.encode() in file.read_bytes() for file in files)
