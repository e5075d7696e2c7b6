"""Backups: made while the arena writes, restored, and checked."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from scripts import backup
from storage.database import open_database
from storage.store import SqlStore
from tests.scripts.cli import fill, run
from tests.storage.sample import cast, cells
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.integration


async def three_votes(store: SqlStore) -> None:
    for _ in range(3):
        await cast(store)


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'live' / 'arena.db'}"
    fill(made, three_votes)
    return made


def votes_in(url: str) -> int:
    store = SqlStore(open_database(url))
    found = sum(asyncio.run(cells(store)).values())
    store.close()
    return found


def test_a_backup_is_one_file_that_becomes_a_database_with_the_same_votes_secret_and_origin(
    url: str, tmp_path: Path
) -> None:
    made = run(backup.app, "create", tmp_path / "copy.db", "--database-url", url)
    assert (made.exit_code, made.stderr) == (0, "")
    assert "3 votes, checked" in made.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "live"]
    fill(url, cast)  # what comes after the copy is not in it
    target = f"sqlite:///{tmp_path / 'new' / 'arena.db'}"
    restored = run(backup.app, "restore", tmp_path / "copy.db", "--database-url", target)
    assert restored.exit_code == 0, restored.stderr
    assert (votes_in(target), votes_in(url)) == (3, 4)
    before, after = (open_database(u) for u in (url, target))
    assert after.origin == before.origin
    before.close()
    after.close()


def test_a_backup_made_while_votes_are_written_is_whole(url: str, tmp_path: Path) -> None:
    stop = threading.Event()

    async def write(store: SqlStore) -> None:
        while not stop.is_set():
            await cast(store)

    writer = threading.Thread(target=fill, args=(url, write))
    writer.start()
    try:
        counts = []
        for number in range(3):
            done = run(backup.app, "create", tmp_path / f"{number}.db", "--json", "--database-url", url)
            assert done.exit_code == 0, done.stderr
            counts.append(json.loads(done.stdout)["votes"])
    finally:
        stop.set()
        writer.join(30)
    assert counts == sorted(counts)
    assert votes_in(url) >= counts[-1] >= 3


def test_a_folder_gets_a_file_named_by_the_time(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    done = run(backup.app, "create", folder, "--json", "--database-url", url)
    (file,) = folder.iterdir()
    assert json.loads(done.stdout) == {"file": str(file), "bytes": file.stat().st_size, "votes": 3}


def test_a_folder_that_is_not_there_yet_is_made_and_a_file_in_its_way_is_said(url: str, tmp_path: Path) -> None:
    done = run(backup.app, "create", f"{tmp_path}/new/backups/", "--json", "--database-url", url)
    (file,) = (tmp_path / "new" / "backups").iterdir()
    assert json.loads(done.stdout)["file"] == str(file)
    (tmp_path / "mine").write_text("mine")
    refused = run(backup.app, "create", f"{tmp_path}/mine/", "--database-url", url)
    assert (refused.exit_code, (tmp_path / "mine").read_text()) == (2, "mine")
    assert "cannot be made" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_nothing_is_overwritten(url: str, tmp_path: Path) -> None:
    (tmp_path / "mine.db").write_text("mine")
    done = run(backup.app, "create", tmp_path / "mine.db", "--database-url", url)
    assert (done.exit_code, (tmp_path / "mine.db").read_text()) == (2, "mine")
    assert "exists already" in done.stderr
    assert run(backup.app, "create", tmp_path / "copy.db", "--database-url", url).exit_code == 0
    again = run(backup.app, "restore", tmp_path / "copy.db", "--database-url", url)
    assert again.exit_code == 2
    assert "move it away first" in again.stderr
    assert votes_in(url) == 3


def test_a_missing_database_and_a_missing_folder_are_said(url: str, tmp_path: Path) -> None:
    missing = run(backup.app, "create", tmp_path / "x.db", "--database-url", f"sqlite:///{tmp_path / 'no.db'}")
    assert (missing.exit_code, "there is no database" in missing.stderr) == (2, True)
    nowhere = run(backup.app, "create", tmp_path / "no" / "x.db", "--database-url", url)
    assert (nowhere.exit_code, "there is no folder" in nowhere.stderr) == (2, True)


def test_a_file_that_is_no_backup_makes_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("my notes " * 100)
    target = tmp_path / "arena.db"
    done = run(backup.app, "restore", tmp_path / "notes.txt", "--database-url", f"sqlite:///{target}")
    assert done.exit_code in (1, 2)
    assert len(done.stderr.strip().splitlines()) == 1
    assert not target.exists()


def test_counts_that_differ_from_the_votes_are_found_and_such_a_backup_is_not_kept(url: str, tmp_path: Path) -> None:
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE vote_count SET n = n + 1")
    connection.close()
    for done in (
        run(backup.app, "check", "--database-url", url),
        run(backup.app, "create", tmp_path / "copy.db", "--database-url", url),
    ):
        assert done.exit_code == 1
        assert "3 votes, counted as 4" in done.stderr
    assert not (tmp_path / "copy.db").exists()


def test_a_damaged_file_is_found(url: str, tmp_path: Path) -> None:
    file = Path(url.removeprefix("sqlite:///"))
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)
    done = run(backup.app, "check", "--database-url", url)
    assert done.exit_code == 1
    assert done.stderr.strip()


def test_a_postgresql_database_is_dumped_and_restored(postgres: PostgresServer, tmp_path: Path) -> None:
    url, target = postgres.new_database(), postgres.new_database()
    fill(url, three_votes)
    made = run(backup.app, "create", tmp_path / "arena.dump", "--database-url", url)
    assert made.exit_code == 0, made.stderr
    restored = run(backup.app, "restore", tmp_path / "arena.dump", "--json", "--database-url", target)
    assert restored.exit_code == 0, restored.stderr
    assert json.loads(restored.stdout)["votes"] == votes_in(target) == 3
    again = run(backup.app, "restore", tmp_path / "arena.dump", "--database-url", target)
    assert again.exit_code == 1
    assert "already exists" in again.stderr
    assert len(again.stderr.strip().splitlines()) == 1


def test_a_check_of_postgresql_recounts_the_votes(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    fill(url, three_votes)
    assert run(backup.app, "check", "--database-url", url).stdout == "whole: 3 votes\n"
    database = open_database(url)
    with database.write() as connection:
        connection.execute(text("DELETE FROM vote_count"))
    database.close()
    assert "counted as 0" in run(backup.app, "check", "--database-url", url).stderr
