"""Changes of a battle's state: one UPDATE whose WHERE names the states it starts from; a row hit means being first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, func, select, update

from arena.errors import StateConflict
from arena.models import LIVE_STATES, AnswerState, BattleState
from storage.tables import AnswerRow, BattleRow, TurnRow
from storage.types import UtcDateTime

_CLOSE = (
    update(BattleRow)
    .where(BattleRow.state.not_in(sorted(LIVE_STATES)))
    .values(closed_at=func.coalesce(BattleRow.closed_at, bindparam("now", type_=UtcDateTime()), type_=UtcDateTime()))
)
_CLOSE_ENDED = _CLOSE.where(BattleRow.id == bindparam("battle_id"))
_CLOSE_LEFT = _CLOSE.where(BattleRow.rater_id == bindparam("of_rater"), BattleRow.closed_at.is_(None))

NO_LEASE: dict[str, Any] = {"owner": "", "lease_until": None}
"""What a battle that is not streaming has in place of a lease."""


def move(connection: Connection, battle_id: str, states: Collection[BattleState], changes: dict[str, Any]) -> None:
    """Change a battle that is in one of these states. Raises `StateConflict` when it is in none of them."""
    values = {f"to_{column}": value for column, value in changes.items()}
    statement = _moving(frozenset(states), tuple(changes))
    if connection.execute(statement, {"battle_id": battle_id, **values}).rowcount != 1:
        raise StateConflict(f"battle {battle_id} is not {' or '.join(sorted(states))}")


@cache
def _moving(states: frozenset[BattleState], columns: tuple[str, ...]) -> Update:
    """Made once for each kind of change: making it anew costs more than running it."""
    types = BattleRow.__table__.c
    changes = {column: bindparam(f"to_{column}", type_=types[column].type) for column in columns}
    here = (BattleRow.id == bindparam("battle_id"), BattleRow.state.in_(sorted(states)))
    return update(BattleRow).where(*here).values(changes)


def close_ended(connection: Connection, battle_id: str, now: datetime) -> bool:
    """Take a battle that has ended off the page; whether there was one. A closed one keeps its time."""
    return connection.execute(_CLOSE_ENDED, {"battle_id": battle_id, "now": now}).rowcount == 1


def close_left(connection: Connection, rater_id: str, now: datetime) -> None:
    """Take the battles off the page that have ended and that a rater left there."""
    connection.execute(_CLOSE_LEFT, {"of_rater": rater_id, "now": now})


def interrupt_answers(connection: Connection, battle_ids: Sequence[str]) -> None:
    """Mark what still streams in these battles as interrupted, so that no answer outlives its battle."""
    turns = select(TurnRow.id).where(TurnRow.battle_id.in_(battle_ids))
    connection.execute(
        update(AnswerRow)
        .where(AnswerRow.turn_id.in_(turns), AnswerRow.state == AnswerState.STREAMING)
        .values(state=AnswerState.INTERRUPTED)
    )
