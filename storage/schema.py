"""The schema's version: bring a database up to date, or refuse one that is newer than this program."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from arena.errors import SchemaMismatch

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATING = 0x626C696E
"""Key of the PostgreSQL advisory lock under which one process migrates; SQLite's write lock does the same."""


def migration_config(connection: Connection) -> Config:
    """What Alembic's commands need to work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def is_current(connection: Connection) -> bool:
    """Whether nothing has to be migrated. Raises `SchemaMismatch` when the database is newer; reads only."""
    scripts = ScriptDirectory(str(_MIGRATIONS))
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaMismatch(
            f"the database was written by a newer version of this program (its schema is {revision}, which this "
            "version does not know); start that version, or use another database"
        )
    return revision == scripts.get_current_head()


def upgrade(connection: Connection) -> None:
    """Bring the database to this program's schema, inside the caller's write transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
    if not is_current(connection):  # another process may have been first
        command.upgrade(migration_config(connection), "head")
