"""The migrations make what the tables say."""

from __future__ import annotations

import re

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text

from storage.database import open_database
from storage.schema import migration_config
from storage.tables import Base

pytestmark = pytest.mark.integration


def test_alembic_finds_nothing_to_migrate() -> None:
    database = open_database("sqlite://")
    with database.write() as connection:
        command.check(migration_config(connection))
    database.close()


def test_the_migrations_make_the_same_columns_constraints_and_indexes_as_the_tables() -> None:
    migrated, declared = open_database("sqlite://"), create_engine("sqlite://")
    Base.metadata.create_all(declared)
    with migrated.read() as ours, declared.connect() as theirs:
        assert _definitions(ours) == _definitions(theirs)
    migrated.close()
    declared.dispose()


def test_every_migration_can_be_taken_back() -> None:
    database = open_database("sqlite://")
    with database.write() as connection:
        command.downgrade(migration_config(connection), "base")
        assert _definitions(connection) == {}
    database.close()


def _definitions(connection: Connection) -> dict[str, list[str]]:
    """What SQLite has of each table and index, its parts in alphabetical order; a table made anew has a quoted name."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    return {name: _parts(sql) for name, sql in rows if name != "alembic_version"}


def _parts(sql: str) -> list[str]:
    return sorted(re.sub(r"\s+", " ", line.replace('"', "")).strip(" ,") for line in sql.splitlines())
