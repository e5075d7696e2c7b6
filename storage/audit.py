"""Audit events: what an operator may want to look up later."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Connection, insert

from arena.models import Side
from storage.tables import AuditEventRow

REPORT, ERASURE, IMPORT = "report", "erasure", "import"
RESTORATION, EXCLUSION, RETENTION = "restoration", "exclusion", "retention"


def write_event(
    connection: Connection,
    kind: str,
    details: str,
    now: datetime,
    battle_id: str | None = None,
    side: Side | None = None,
) -> None:
    """Store an event."""
    event = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "battle_id": battle_id,
        "side": side,
        "details": details,
        "created_at": now,
    }
    connection.execute(insert(AuditEventRow), event)
