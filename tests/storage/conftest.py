"""Databases for the storage tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from storage.database import open_database
from storage.store import SqlStore


class OpenStore(Protocol):
    """Opens a store by its URL; it waits so long for SQLite's lock."""

    def __call__(self, url: str, *, wait_ms: int = ...) -> SqlStore: ...


@pytest.fixture
def open_store() -> Iterator[OpenStore]:
    """Opens stores by URL and closes them after the test; they wait for locks a second at most unless told."""
    opened: list[SqlStore] = []

    def opener(url: str, *, wait_ms: int = 1_000) -> SqlStore:
        opened.append(SqlStore(open_database(url, busy_timeout_ms=wait_ms)))
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
