"""Votes that do not count, on SQLite; on PostgreSQL in test_postgres.py."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.storage.contract_checks import ChecksContract
from tests.storage.sample import NOW, at, cast

pytestmark = pytest.mark.integration


class TestChecks(ChecksContract):
    pass


async def test_erased_texts_are_gone_from_the_files(store: SqlStore, url: str) -> None:
    await cast(store, comment="needle-in-the-file")
    await store.forget(at(50), NOW, at(200))
    file = url.removeprefix("sqlite:///")
    for name in (file, f"{file}-wal"):
        with open(name, "rb") as stream:  # noqa: ASYNC230, PTH123
            assert b"needle-in-the-file" not in stream.read()
