"""What people see when the database does not do what it should, and how the arena refuses to start."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from alembic import command
from sqlalchemy import text

from storage.database import migrating, open_database
from storage.schema import migration_config
from tests.support.app import ROOT, App, Visitor, running_app, visitor
from tests.support.model_server import ModelServer
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.prepared import SECRET, Ready, prepare

pytestmark = pytest.mark.integration


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server that this test may crash."""
    with postgres_server() as server:
        yield server


def field(models: ModelServer) -> list:
    return [models.contestant(name, text="Fine, and you?", rate=200.0) for name in ("left", "right")]


async def health(app: App) -> tuple[int, dict]:
    async with visitor(app.url) as person:
        status, body = await person.get("/healthz")
    return status, json.loads(body)


async def test_a_locked_database_is_told_in_a_sentence_and_the_same_vote_is_stored_afterwards(
    models: ModelServer, tmp_path: Path
) -> None:
    with running_app(tmp_path, field(models), pacing="natural") as app:
        async with visitor(app.url) as person:
            battle = await person.turn("How are you?")
            lock = sqlite3.connect(tmp_path / "arena.db", isolation_level=None)
            lock.execute("BEGIN IMMEDIATE")
            refused = await person.vote(battle, "model_a")
            assert refused["error"] == "not_saved"
            assert await health(app) == (503, {"status": "down"})
            lock.execute("ROLLBACK")
            lock.close()
            assert (await person.vote(battle, "model_a"))["outcome"] == "model_a"
        assert await health(app) == (200, {"status": "ok"})


async def test_a_database_server_that_restarts_is_found_again_and_the_running_answers_are_kept(
    models: ModelServer, own_postgres: PostgresServer, tmp_path: Path
) -> None:
    url = own_postgres.new_database()
    with running_app(tmp_path, field(models), pacing="natural", database_url=url) as app:
        async with visitor(app.url) as person:
            voted_before = await person.turn("How are you?")
            assert (await person.vote(voted_before))["outcome"] == "tie"
            await person.call("new_battle", voted_before["battle"])
            for name in ("left", "right"):
                models.script(name, tokens=30, rate=15.0)
            sent = await person.call("send", "And now?", "")
            own_postgres.crash()
            assert (await person.call("send", "Hello?", ""))["error"] == "not_saved"
            own_postgres.start()
            ends = [event.data["state"] async for event in person.follow(sent["battle"]) if event.kind == "end"]
            assert ends == ["ready"]
            battle = await person.call("view", sent["battle"])
            assert (await person.vote(battle, "both_bad"))["outcome"] == "both_bad"
            assert (await person.call("view", voted_before["battle"]))["outcome"] == "tie"


# --- at the start ---

DIE_AFTER = """
import os, runpy, signal, sys
from sqlalchemy import Engine, event
def die(connection, cursor, statement, *_):
    if statement.strip() == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "after_cursor_execute", die)
runpy.run_path("app.py", run_name="__main__")
"""
LESS_THAN_A_MIGRATION = 100_000
REFUSED = 2


def start(folder: Path, *program: str) -> subprocess.CompletedProcess[str]:
    """Start the arena by a command and wait for its end."""
    environment = {**os.environ, "ARENA_DATA_DIR": str(folder), "ARENA_DATABASE_URL": f"sqlite:///{folder}/arena.db"}
    environment |= {"ARENA_CONTESTANTS": "gpt", "OPENAI_API_KEY": "no key"}
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=90)


@pytest.fixture
async def of_last_year(tmp_path: Path) -> Ready:
    """A database of a version before this one, with a battle that waits for its vote."""
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    (ready,) = await prepare(url, 1)
    database = open_database(url)
    with migrating(database.engine) as connection:
        command.downgrade(migration_config(connection), "0003")
    database.close()
    return ready


async def test_starts_that_fail_in_their_migration_lose_nothing_and_the_next_makes_it_good(
    models: ModelServer, of_last_year: Ready, tmp_path: Path
) -> None:
    full = start(tmp_path, "prlimit", f"--fsize={LESS_THAN_A_MIGRATION}", sys.executable, "app.py")
    assert full.stderr.endswith("Blindfold cannot start.\nthe database did not do it: disk I/O error\n")
    assert (full.returncode, "Traceback" in full.stderr) == (REFUSED, False)
    killed = start(tmp_path, sys.executable, "-c", DIE_AFTER, "DROP TABLE turn")
    assert killed.returncode == -signal.SIGKILL
    with running_app(tmp_path, field(models), secret=SECRET) as app:
        async with aiohttp.ClientSession(headers=of_last_year.headers) as session:
            battle = {"battle": of_last_year.battle, "token": of_last_year.token}
            assert (await Visitor(app.url, session).vote(battle, "model_b"))["outcome"] == "model_b"


def test_a_newer_database_is_refused_at_the_start_in_a_sentence(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'arena.db'}")
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    done = start(tmp_path, sys.executable, "app.py")
    assert done.returncode == REFUSED
    assert "newer version of this program" in done.stderr
    assert "Traceback" not in done.stderr
