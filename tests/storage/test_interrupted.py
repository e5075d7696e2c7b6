"""A process that dies while it makes or migrates a database leaves one that the next process can finish."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect

from storage.integrity import problems
from tests.storage.conftest import OpenStore
from tests.storage.sample import cast
from tests.support.app import ROOT
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.integration

DIE_IN_MIGRATION = """
import os, signal, sys
from sqlalchemy import Engine, event
from storage.database import open_database
url, left = sys.argv[1], int(sys.argv[2])
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "after_cursor_execute", count)
open_database(url)
"""
KILLED = -9


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that is not there yet, or is empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'arena.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


def die_after(statements: int, url: str) -> int:
    """Open a database in a process that dies after so many statements; its exit code."""
    command = [sys.executable, "-c", DIE_IN_MIGRATION, url, str(statements)]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


@pytest.mark.parametrize("statements", [5, 12, 20])
async def test_an_interrupted_migration_leaves_nothing_and_the_next_start_makes_it_whole(
    new_url: str, open_store: OpenStore, statements: int
) -> None:
    assert die_after(statements, new_url) == KILLED
    store = open_store(new_url)
    await cast(store)
    with store.database.read() as connection:
        assert problems(connection) == []
        assert {"battle", "vote", "vote_count", "setting"} <= set(inspect(connection).get_table_names())
