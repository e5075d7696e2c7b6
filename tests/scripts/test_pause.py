"""Pausing the arena from the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scripts import pause
from storage.database import open_database
from storage.store import SqlStore
from tests.scripts.cli import fill, run

pytestmark = pytest.mark.integration


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'arena.db'}"
    fill(made, SqlStore.origin)
    return made


def paused(url: str) -> bool:
    store = SqlStore(open_database(url))
    found = asyncio.run(store.paused())
    store.close()
    return found


def test_on_pauses_off_goes_on_and_status_only_tells(url: str) -> None:
    for switch, says in (("status", "running"), ("on", "paused"), ("status", "paused"), ("off", "running")):
        done = run(pause.app, switch, "--database-url", url)
        assert (done.exit_code, done.stdout) == (0, f"{says}\n")
        assert paused(url) is (says == "paused")


def test_another_word_is_refused_with_what_was_expected(url: str) -> None:
    done = run(pause.app, "maybe", "--database-url", url)
    assert done.exit_code == 2
    assert all(f"'{word}'" in done.stderr for word in ("on", "off", "status"))
    assert not paused(url)


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    done = run(pause.app, "on", "--database-url", f"sqlite:///{tmp_path / 'no.db'}")
    assert done.exit_code == 2
    assert "there is no database" in done.stderr
    assert list(tmp_path.iterdir()) == []
