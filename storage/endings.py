"""Running turns and how battles end: progress, leases, the turn's end, interruption, expiry, closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, update

from arena.errors import StateConflict
from arena.models import LIVE_STATES, Answer, AnswerState, BattleState
from arena.ports import Lease
from storage.loading import MEASURED
from storage.rows import answer_values, conversation_id
from storage.states import NO_LEASE, close_ended, interrupt_answers, move
from storage.tables import AnswerRow, BattleRow

_PROGRESS = ("text", "thinking", "leak", *MEASURED)

_MAY_END_IN = {
    BattleState.ABANDONED: frozenset({BattleState.READY}),
    BattleState.VOID: LIVE_STATES - {BattleState.READY},
}

_RUNNING = update(AnswerRow).where(AnswerRow.id == bindparam("this"), AnswerRow.state == AnswerState.STREAMING)
_RUNNING_IN = _RUNNING.where(AnswerRow.conversation_id == bindparam("conversation"))


def save_progress(connection: Connection, answers: Sequence[Answer]) -> None:
    """Keep what running answers have so far; one that has ended meanwhile is left as it ended."""
    rows = [(answer.id, answer_values(answer)) for answer in answers]
    if rows:  # SQLAlchemy takes an empty list for one row without values
        connection.execute(_RUNNING, [{"this": id_} | {name: row[name] for name in _PROGRESS} for id_, row in rows])


def renew_leases(connection: Connection, battle_ids: Sequence[str], lease: Lease) -> None:
    """Prolong the leases that this owner still has."""
    theirs = (BattleRow.id.in_(battle_ids), BattleRow.owner == lease.owner, BattleRow.state == BattleState.STREAMING)
    connection.execute(update(BattleRow).where(*theirs).values(lease_until=lease.until))


def finish_turn(
    connection: Connection,
    battle_id: str,
    answers: Sequence[Answer],
    state: BattleState,
    pace_cps: float | None,
    now: datetime,
) -> None:
    """`streaming` -> `state`, with the answers as they ended."""
    changes: dict[str, Any] = {"state": state, "pace_cps": pace_cps, "updated_at": now, **NO_LEASE}
    if state is BattleState.READY:
        changes["ready_at"] = now
    move(connection, battle_id, {BattleState.STREAMING}, changes)
    _end_answers(connection, battle_id, answers)


def interrupt_expired(connection: Connection, now: datetime, battle_id: str | None) -> int:
    """Streaming battles whose lease has run out (or this one of them) -> `interrupted`; how many."""
    expired = (BattleRow.state == BattleState.STREAMING) & (BattleRow.lease_until < now)
    which = expired if battle_id is None else expired & (BattleRow.id == battle_id)
    changes = {"state": BattleState.INTERRUPTED, "updated_at": now, **NO_LEASE}
    ids = connection.scalars(update(BattleRow).where(which).values(changes).returning(BattleRow.id)).all()
    if ids:
        interrupt_answers(connection, ids)
    return len(ids)


def expire(connection: Connection, abandoned_before: datetime, void_before: datetime, now: datetime) -> int:
    """End the battles that nobody came back to, and take them off the page; how many."""
    ends = (
        ((BattleState.READY,), abandoned_before, BattleState.ABANDONED),
        ((BattleState.FAILED, BattleState.INTERRUPTED), void_before, BattleState.VOID),
    )
    ended = 0
    for states, before, end in ends:
        untouched = (BattleRow.state.in_(states), BattleRow.updated_at < before)
        changes = {"state": end, "updated_at": now, "closed_at": now}
        ended += connection.execute(update(BattleRow).where(*untouched).values(changes)).rowcount
    return ended


def close(connection: Connection, battle_id: str, state: BattleState | None, now: datetime) -> None:
    """Take a battle off the page; a live one ends in `state`, one that had ended stays as it ended (None).

    Raises `StateConflict` where the state that the battle has by now does not end so.
    """
    if state is None:
        if not close_ended(connection, battle_id, now):
            raise StateConflict(f"battle {battle_id} is live or unknown")
        return
    move(connection, battle_id, _MAY_END_IN[state], {"state": state, "updated_at": now, "closed_at": now, **NO_LEASE})
    interrupt_answers(connection, [battle_id])


def _end_answers(connection: Connection, battle_id: str, answers: Sequence[Answer]) -> None:
    rows = [
        {"this": answer.id, "conversation": conversation_id(battle_id, answer.side)} | answer_values(answer)
        for answer in answers
    ]
    if connection.execute(_RUNNING_IN, rows).rowcount != len(rows):
        raise StateConflict(f"an answer of battle {battle_id} is not running: {', '.join(a.id for a in answers)}")
