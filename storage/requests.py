"""Counts of requests in windows of time, shared by all processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, delete, select

from storage.database import insert_into
from storage.tables import RequestCountRow


def count(connection: Connection, key: str, amount: int, until: datetime, now: datetime) -> int:
    """Count a request; a window that has run out begins anew. How many there are with this one."""
    statement = insert_into(connection, RequestCountRow).values(key=key, n=amount, expires_at=until)
    over = RequestCountRow.expires_at <= now
    upsert = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "n": case((over, amount), else_=RequestCountRow.n + amount),
            "expires_at": case((over, statement.excluded.expires_at), else_=RequestCountRow.expires_at),
        },
    )
    return connection.execute(upsert.returning(RequestCountRow.n)).scalar_one()


def counted(connection: Connection, key: str, now: datetime) -> tuple[int, datetime] | None:
    """How many requests a window has had, and when it ends; None when there is none open."""
    open_ = (RequestCountRow.key == key, RequestCountRow.expires_at > now)
    row = connection.execute(select(RequestCountRow.n, RequestCountRow.expires_at).where(*open_)).first()
    return (row.n, row.expires_at) if row else None


def forget(connection: Connection, now: datetime) -> None:
    """Delete the windows that have run out."""
    connection.execute(delete(RequestCountRow).where(RequestCountRow.expires_at <= now))
