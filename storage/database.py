"""A database: its engine, its two kinds of transaction, and what is done when it is opened."""

from __future__ import annotations

import secrets
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Insert, create_engine, event, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import StaticPool

from arena.errors import ConfigError, StoreError, StoreUnavailable
from storage import schema
from storage.faults import translated
from storage.tables import Base, SettingRow

_SECRET_BYTES = 32
_SWITCH_PAUSE_S = 0.01
_CHECKPOINT_WAIT_MS = 200
"""Everybody who writes waits as long."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database at this program's schema. `origin` is its random id, made once."""

    engine: Engine
    origin: str

    @property
    def one_writer(self) -> bool:
        """Whether writers wait for each other anyway (SQLite), so that queueing them in order costs nothing."""
        return self.engine.dialect.name == "sqlite"

    @property
    def one_connection(self) -> bool:
        """Whether there is one connection only (SQLite in memory), so that readers wait too."""
        return isinstance(self.engine.pool, StaticPool)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database throughout."""
        with reading(self.engine) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; it is committed at the end and rolled back if anything is raised."""
        with writing(self.engine) as connection:
            yield connection

    def forget_old_pages(self) -> None:
        """After an erasure: empty SQLite's write-ahead log, which still has the old pages.

        While somebody reads (an export, say) it cannot be emptied; then its old pages go as the log is used again, and
        with the file when the last connection is closed.
        """
        if self.engine.dialect.name == "sqlite":
            with translated(), self.engine.connect() as connection:
                cursor = connection.connection.cursor()  # a checkpoint must not be in a transaction
                patience_ms = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
                cursor.execute(f"PRAGMA busy_timeout={_CHECKPOINT_WAIT_MS}")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.execute(f"PRAGMA busy_timeout={patience_ms}")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(url: str, *, busy_timeout_ms: int = 5_000) -> Database:
    """Open a database, migrate it to this program's schema, and give a new one its origin id and secret.

    Raises `ConfigError` for a URL that cannot be used, `SchemaMismatch` for a newer database, `StoreUnavailable` when
    it cannot be opened. A database that is up to date is not written to.
    """
    engine = _engine(url, busy_timeout_ms)
    try:
        with reading(engine) as connection:
            ready = schema.is_current(connection)
        if not ready:
            with migrating(engine) as connection:
                schema.upgrade(connection)
                _name_itself(connection)
        with reading(engine) as connection:
            origin = connection.scalar(select(SettingRow.value).where(SettingRow.key == "origin"))
    except BaseException:
        engine.dispose()
        raise
    if origin is None:
        raise StoreError("the database has lost its origin id (table setting)")
    return Database(engine, origin)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A read transaction on an engine."""
    with translated(), engine.connect() as connection:
        if connection.dialect.name == "postgresql":  # SQLite's transactions see one state without being asked
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            _begin(connection, "BEGIN")
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A write transaction on an engine; takes SQLite's write lock at once, because an upgrade later can fail."""
    with translated(), engine.connect() as connection, connection.begin():
        _begin(connection, "BEGIN IMMEDIATE")
        yield connection


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A write transaction in which SQLite lets tables be made anew; foreign keys are checked at its end instead."""
    if engine.dialect.name != "sqlite":
        with writing(engine) as connection:
            yield connection
        return
    with translated(), engine.connect() as connection:
        _enforce_foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                _begin(connection, "BEGIN IMMEDIATE")
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StoreError(f"after the migration a row of {broken[0]} refers to a row that is not there")
        finally:
            _enforce_foreign_keys(connection, "ON")


def _begin(connection: Connection, statement: str) -> None:
    """Begin SQLite's transaction, which its driver does too late and for DDL never; others have begun by themselves.

    Past SQLAlchemy, whose own way costs as much as a statement.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(statement)


def _enforce_foreign_keys(connection: Connection, switch: str) -> None:
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={switch}")  # without effect inside a transaction


def insert_into(connection: Connection, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, in this connection's dialect."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_missing(connection: Connection, table: type[Base]) -> Insert:
    """An INSERT that passes over rows that are there already, in this connection's dialect."""
    return _insert_missing(table, connection.dialect.name)


@cache
def _insert_missing(table: type[Base], dialect: str) -> Insert:
    return (sqlite.insert if dialect == "sqlite" else postgresql.insert)(table).on_conflict_do_nothing()


def _name_itself(connection: Connection) -> None:
    made = {"origin": str(uuid.uuid4()), "secret": secrets.token_urlsafe(_SECRET_BYTES)}
    rows = [{"key": key, "value": value} for key, value in made.items()]
    connection.execute(insert_missing(connection, SettingRow), rows)


def _engine(url: str, busy_timeout_ms: int) -> Engine:
    parsed = parse_url(url)
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": parsed.get_backend_name() != "sqlite"}
    if parsed.get_backend_name() == "sqlite":
        options |= _sqlite_options(parsed, busy_timeout_ms)
    try:
        engine = create_engine(parsed, **options)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(
            f"ARENA_DATABASE_URL asks for {parsed.drivername}, whose driver is not installed ({error}); "
            'for PostgreSQL: pip install "psycopg[binary]"'
        ) from error
    if parsed.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, busy_timeout_ms)
    return engine


def parse_url(url: str) -> URL:
    """A database URL of a kind that we have. Raises `ConfigError`."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            "ARENA_DATABASE_URL is not a database URL; expected for example sqlite:///arena.db"
        ) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(f"ARENA_DATABASE_URL: expected sqlite or postgresql, got {parsed.get_backend_name()}")
    return parsed


def _sqlite_options(url: URL, busy_timeout_ms: int) -> dict[str, Any]:
    options: dict[str, Any] = {"connect_args": {"timeout": busy_timeout_ms / 1000, "check_same_thread": False}}
    if url.database in (None, "", ":memory:"):
        options["poolclass"] = StaticPool
    elif url.database is not None and not url.database.startswith("file:"):
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"the folder of the database cannot be made: {error}") from error
    return options


def _prepare_sqlite(engine: Engine, busy_timeout_ms: int) -> None:
    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun by `_begin`
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")  # erased texts are overwritten in the file, not only unlinked
        _use_write_ahead_log(cursor, busy_timeout_ms / 1000)
        cursor.close()


def _use_write_ahead_log(cursor: sqlite3.Cursor, wait_s: float) -> None:
    """Switch a new database over. SQLite does not wait here when another process does the same at this moment."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
                cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_SWITCH_PAUSE_S)
        else:
            return
