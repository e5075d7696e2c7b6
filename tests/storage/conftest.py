"""Databases for the storage tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.database import open_database
from storage.store import SqlStore

OpenStore = Callable[[str], SqlStore]


@pytest.fixture
def open_store() -> Iterator[OpenStore]:
    """Opens stores by URL and closes them after the test; waits for locks a second at most."""
    opened: list[SqlStore] = []

    def opener(url: str) -> SqlStore:
        opened.append(SqlStore(open_database(url, busy_timeout_ms=1_000)))
        return opened[-1]

    yield opener
    for store in opened:
        store.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A SQLite file of this test's own."""
    return f"sqlite:///{tmp_path / 'arena.db'}"


@pytest.fixture
def store(open_store: OpenStore, url: str) -> SqlStore:
    """A store on a new SQLite file."""
    return open_store(url)
