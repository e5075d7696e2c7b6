"""A database with every kind of vote, made once and copied; an empty one; a CSV export."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from storage.database import open_database
from storage.store import SqlStore
from storage.transfer.record import Format
from tests.storage.conftest import OpenStore
from tests.storage.transfer.helpers import populate, take_out


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a full database and its CSV export."""
    folder = tmp_path_factory.mktemp("full")
    store = SqlStore(open_database(f"sqlite:///{folder / 'full.db'}"))
    asyncio.run(populate(store))
    take_out(store, folder / "votes.csv", Format.CSV)
    store.close()
    return folder


@pytest.fixture
def full(open_store: OpenStore, made_once: Path, tmp_path: Path) -> SqlStore:
    """A full database of this test's own."""
    copy = shutil.copy(made_once / "full.db", tmp_path / "full.db")
    return open_store(f"sqlite:///{copy}")


@pytest.fixture
def exported(made_once: Path) -> Path:
    """A CSV export of a full database; not to be changed."""
    return made_once / "votes.csv"


@pytest.fixture
def empty(open_store: OpenStore) -> SqlStore:
    """A database without votes."""
    return open_store("sqlite://")
