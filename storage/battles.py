"""Starting battles, turns and retries, and finding battles; functions of a connection inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from arena.models import LIVE_STATES, Answer, AnswerState, Battle, BattleState, Draw, Pacing, Side, Turn
from arena.ports import Lease, NewTurn
from storage.loading import FIND, FIND_OWN, HEADS, load_battles
from storage.rows import insert_answers, insert_battles, insert_turns
from storage.states import close_left, move
from storage.tables import BattleRow, ContestantRow

_OF_RATER = HEADS.where(BattleRow.rater_id == bindparam("rater_id")).order_by(BattleRow.created_at.desc())
_CURRENT = _OF_RATER.where(
    BattleRow.closed_at.is_(None), BattleRow.state.in_(sorted(LIVE_STATES | {BattleState.VOTED}))
).limit(1)
_VOTED = _OF_RATER.where(BattleRow.state == BattleState.VOTED).limit(bindparam("most"))


def create(
    connection: Connection,
    battle_id: str,
    rater_id: str,
    draw: Draw,
    pacing: Pacing,
    turn: NewTurn,
    lease: Lease,
    now: datetime,
) -> Battle:
    """Insert a battle with its first turn; close what the rater left on the page. Its contestants are stored."""
    close_left(connection, rater_id, now)
    battle = _new_battle(battle_id, rater_id, draw, pacing, lease, now)
    insert_battles(connection, [battle])
    return replace(battle, turns=(_add_turn(connection, battle_id, turn, 0, now),))


def begin_turn(
    connection: Connection, origin: str, battle_id: str, turn: NewTurn, lease: Lease, now: datetime
) -> Battle:
    """`ready` -> `streaming` with another turn."""
    battle = _restart(connection, origin, battle_id, {BattleState.READY}, lease, now)
    return replace(battle, turns=(*battle.turns, _add_turn(connection, battle_id, turn, len(battle.turns), now)))


def begin_retry(
    connection: Connection, origin: str, battle_id: str, answer_ids: Mapping[Side, str], lease: Lease, now: datetime
) -> Battle:
    """`failed` or `interrupted` -> `streaming` with new attempts at the last turn."""
    states = {BattleState.FAILED, BattleState.INTERRUPTED}
    battle = _restart(connection, origin, battle_id, states, lease, now)
    last = battle.turns[-1]
    again = _new_answers({side: (id_, _next_attempt(last, side)) for side, id_ in answer_ids.items()}, now)
    insert_answers(connection, [(battle_id, last.id, answer) for answer in again])
    return replace(battle, turns=(*battle.turns[:-1], replace(last, answers=_in_order((*last.answers, *again)))))


def find(connection: Connection, origin: str, battle_id: str) -> Battle | None:
    """One battle whole, or None."""
    return next(iter(load_battles(connection, origin, FIND, battle_id=battle_id)), None)


def find_own(connection: Connection, origin: str, digest: str, battle_id: str) -> Battle | None:
    """One battle whole, if it is that of the rater with this cookie digest."""
    return next(iter(load_battles(connection, origin, FIND_OWN, battle_id=battle_id, digest=digest)), None)


def current(connection: Connection, origin: str, rater_id: str) -> Battle | None:
    """The rater's newest battle that is still on the page."""
    return next(iter(load_battles(connection, origin, _CURRENT, rater_id=rater_id)), None)


def voted(connection: Connection, origin: str, rater_id: str, limit: int) -> list[Battle]:
    """A rater's voted battles, newest first."""
    return load_battles(connection, origin, _VOTED, rater_id=rater_id, most=limit)


def of_rater(connection: Connection, origin: str, rater_id: str) -> list[Battle]:
    """All of a rater's battles, newest first."""
    return load_battles(connection, origin, _OF_RATER, rater_id=rater_id)


def contestant_cards(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """Snapshots by their hash."""
    statement = select(ContestantRow.hash, ContestantRow.snapshot).where(ContestantRow.hash.in_(hashes))
    return {row.hash: row.snapshot for row in connection.execute(statement)}


def _new_battle(battle_id: str, rater_id: str, draw: Draw, pacing: Pacing, lease: Lease, now: datetime) -> Battle:
    return Battle(
        id=battle_id,
        rater_id=rater_id,
        state=BattleState.STREAMING,
        left=draw.a.name,
        right=draw.b.name,
        left_hash=draw.a.snapshot_hash,
        right_hash=draw.b.snapshot_hash,
        probability=draw.probability,
        pacing=pacing,
        created_at=now,
        updated_at=now,
        owner=lease.owner,
        lease_until=lease.until,
    )


def _restart(
    connection: Connection,
    origin: str,
    battle_id: str,
    states: Collection[BattleState],
    lease: Lease,
    now: datetime,
) -> Battle:
    changes = {
        "state": BattleState.STREAMING,
        "owner": lease.owner,
        "lease_until": lease.until,
        "ready_at": None,
        "updated_at": now,
    }
    move(connection, battle_id, states, changes)
    return load_battles(connection, origin, FIND, battle_id=battle_id)[0]


def _add_turn(connection: Connection, battle_id: str, turn: NewTurn, index: int, now: datetime) -> Turn:
    answers = _new_answers({side: (id_, 1) for side, id_ in turn.answer_ids.items()}, now)
    added = Turn(id=turn.id, index=index, prompt=turn.prompt, created_at=now, answers=answers)
    insert_turns(connection, [(battle_id, added)])
    insert_answers(connection, [(battle_id, turn.id, answer) for answer in answers])
    return added


def _new_answers(asked: Mapping[Side, tuple[str, int]], now: datetime) -> tuple[Answer, ...]:
    return _in_order(
        Answer(id=id_, side=side, attempt=attempt, state=AnswerState.STREAMING, created_at=now)
        for side, (id_, attempt) in asked.items()
    )


def _in_order(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Oldest attempts first, as storage/loading.py reads them."""
    return tuple(sorted(answers, key=lambda answer: (answer.attempt, answer.side)))


def _next_attempt(turn: Turn, side: Side) -> int:
    latest = turn.latest(side)
    return latest.attempt + 1 if latest else 1
