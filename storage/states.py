"""Changes of a battle's state: one UPDATE whose WHERE names the states it starts from; a row hit means being first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from arena.errors import StateConflict
from arena.models import LIVE_STATES, AnswerState, BattleState
from storage.tables import AnswerRow, BattleRow, TurnRow
from storage.types import UtcDateTime

NO_LEASE: dict[str, Any] = {"owner": "", "lease_until": None}
"""What a battle that is not streaming has in place of a lease."""


def move(connection: Connection, battle_id: str, states: Collection[BattleState], changes: dict[str, Any]) -> None:
    """Change a battle that is in one of these states. Raises `StateConflict` when it is in none of them."""
    statement = update(BattleRow).where(BattleRow.id == battle_id, BattleRow.state.in_(sorted(states)))
    if connection.execute(statement.values(changes)).rowcount != 1:
        raise StateConflict(f"battle {battle_id} is not {' or '.join(sorted(states))}")


def close_ended(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    """Take battles that have ended off the page; how many there were. A closed one keeps its time."""
    statement = (
        update(BattleRow)
        .where(which, BattleRow.state.not_in(sorted(LIVE_STATES)))
        .values(closed_at=func.coalesce(BattleRow.closed_at, now, type_=UtcDateTime()))
    )
    return connection.execute(statement).rowcount


def interrupt_answers(connection: Connection, battle_ids: Sequence[str]) -> None:
    """Mark what still streams in these battles as interrupted, so that no answer outlives its battle."""
    turns = select(TurnRow.id).where(TurnRow.battle_id.in_(battle_ids))
    connection.execute(
        update(AnswerRow)
        .where(AnswerRow.turn_id.in_(turns), AnswerRow.state == AnswerState.STREAMING)
        .values(state=AnswerState.INTERRUPTED)
    )
