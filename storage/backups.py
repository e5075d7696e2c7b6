"""Copies of a database that runs, and databases made of copies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from arena.errors import ConfigError, StoreError, StoreUnavailable
from storage.database import Database, open_database
from storage.faults import translated
from storage.integrity import problems, recount


def copy_sqlite(database: Database, target: Path) -> int:
    """Copy a SQLite database as of one moment, and check the copy; how many votes it has.

    An unfinished or damaged copy is removed. Raises `StoreError`.
    """
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        _copy(database, unfinished)
        copy = open_database(f"sqlite:///{unfinished}")
        try:
            votes = check(copy)
        finally:
            copy.close()
        unfinished.replace(target)
    finally:
        for leftover in unfinished.parent.glob(f"{unfinished.name}*"):
            leftover.unlink()
    return votes


def restore_sqlite(backup: Path, url: URL) -> Path:
    """Make a SQLite database of a copy; its file. Raises `ConfigError` when there is one already."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ConfigError("a backup can be restored to a file only, such as sqlite:///data/arena.db")
    file = Path(url.database)
    in_the_way = [path for path in (file, *(Path(f"{file}{ending}") for ending in ("-wal", "-shm"))) if path.exists()]
    if in_the_way:
        raise ConfigError(f"{in_the_way[0]} exists already; stop the arena and move it away first")
    with translated():
        source = open_database(f"sqlite:///file:{backup}?mode=ro&uri=true")
        try:
            check(source)
            file.parent.mkdir(parents=True, exist_ok=True)
            copy_sqlite(source, file)
        finally:
            source.close()
    return file


def check(database: Database) -> int:
    """How many votes a whole database has. Raises `StoreError` that says what is wrong with one that is not."""
    with database.read() as connection:
        wrong = problems(connection)
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise StoreError(f"this database is not whole: {wrong[0]}{more}")
        return sum(recount(connection).values())


def pg_connection(url: URL) -> dict[str, str]:
    """The environment in which PostgreSQL's own tools find the database; passwords do not belong on command lines."""
    found = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in found.items() if value}


def _copy(database: Database, target: Path) -> None:
    try:
        with translated(), database.engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
            source = connection.connection.driver_connection
            if not isinstance(source, sqlite3.Connection):
                raise ConfigError("only a SQLite database can be copied this way")
            # In one step: others write on meanwhile (WAL), and a copy in steps would begin anew whenever they do.
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
    except OSError as error:
        raise StoreUnavailable(f"the copy cannot be written: {error}") from error
