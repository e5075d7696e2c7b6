"""Values that the database keeps: the secret that was made with it, and whether the operator has paused the arena."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from storage.database import insert_into
from storage.tables import SettingRow

_PAUSED = "paused"
_PROBE = "probe"
_PROBE_BYTES = 16_384
_IS_PAUSED = select(SettingRow.value).where(SettingRow.key == _PAUSED)


def secret(connection: Connection) -> str:
    """The secret that was made with the database."""
    return connection.scalars(select(SettingRow.value).where(SettingRow.key == "secret")).one()


def paused(connection: Connection) -> bool:
    """Whether the arena is paused."""
    return connection.scalar(_IS_PAUSED) == "yes"


def set_paused(connection: Connection, paused: bool) -> None:
    """Pause, or go on."""
    put(connection, _PAUSED, "yes" if paused else "no")


def probe(connection: Connection) -> None:
    """Write something larger than a page and delete it again; the caller commits.

    SQLite writes nothing to a file before the commit: a write that is rolled back succeeds on a full disk.
    """
    put(connection, _PROBE, "." * _PROBE_BYTES)
    connection.execute(delete(SettingRow).where(SettingRow.key == _PROBE))


def put(connection: Connection, key: str, value: str) -> None:
    """Set a value."""
    statement = insert_into(connection, SettingRow).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["key"], set_={"value": statement.excluded.value})
    )
