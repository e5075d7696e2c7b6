"""Raters: finding, making, and erasing what a person has left."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, case, delete, func, select, update

from arena.models import LIVE_STATES, BattleState, Rater, Standing
from arena.ports import RaterDigests
from storage.audit import ERASURE, write_event
from storage.database import insert_missing
from storage.states import NO_LEASE, interrupt_answers
from storage.tables import AnswerRow, AuditEventRow, BattleRow, RaterRow, TurnRow, VoteAddressRow, VoteRow
from storage.types import UtcDateTime
from storage.votes import Cell, add_to_counts, take_from_counts

ERASED = "[erased]"
"""Stands where an answer's leak was quoted, so that the battle stays flagged without its text."""


_RATER = select(RaterRow.id, RaterRow.excluded).where(RaterRow.digest == bindparam("digest"))


def find(connection: Connection, digest: str) -> Rater | None:
    """The rater with this cookie digest."""
    row = connection.execute(_RATER, {"digest": digest}).first()
    return _rater(row) if row else None


def by_code(connection: Connection, erasure_digest: str) -> str | None:
    """The id of the rater with this erasure code."""
    return connection.scalar(select(RaterRow.id).where(RaterRow.erasure_digest == erasure_digest))


def find_or_add(connection: Connection, who: RaterDigests, now: datetime) -> Rater:
    """The rater with this cookie digest, made if new; two that come at once get the same."""
    known = find(connection, who.cookie)
    if known is not None:
        return known
    made = Rater(id=str(uuid.uuid4()), excluded=False)
    new = {
        "id": made.id,
        "digest": who.cookie,
        "erasure_digest": who.erasure,
        "excluded": False,
        "created_at": now,
    }
    if connection.execute(insert_missing(connection, RaterRow), new).rowcount == 1:
        return made
    return _rater(connection.execute(_RATER, {"digest": who.cookie}).one())


def erase(connection: Connection, erasure_digest: str, now: datetime) -> int | None:
    """Erase a person's texts and the links to them; how many votes were withdrawn, None for an unknown code."""
    known = select(RaterRow.id).where(RaterRow.erasure_digest == erasure_digest)
    rater_id = connection.scalar(known.with_for_update())  # PostgreSQL: no vote comes in between
    if rater_id is None:
        return None
    battle_ids = connection.scalars(select(BattleRow.id).where(BattleRow.rater_id == rater_id)).all()
    votes = select(VoteRow.id).where(VoteRow.rater_id == rater_id)
    connection.execute(delete(VoteAddressRow).where(VoteAddressRow.vote_id.in_(votes)))
    withdrawn = _withdraw_votes(connection, rater_id)
    interrupt_answers(connection, battle_ids)
    _erase_texts(connection, battle_ids)
    _unlink_battles(connection, rater_id, now)
    connection.execute(delete(RaterRow).where(RaterRow.id == rater_id))
    write_event(connection, ERASURE, f"{withdrawn} votes", now)
    return withdrawn


def _rater(row: Row[str, bool]) -> Rater:
    return Rater(id=row.id, excluded=row.excluded)


def _withdraw_votes(connection: Connection, rater_id: str) -> int:
    """Votes stay, without comment and rater; their counts move to `withdrawn`."""
    cell = (VoteRow.left_name, VoteRow.right_name, VoteRow.outcome, VoteRow.standing)
    votes = connection.execute(select(VoteRow.id, VoteRow.reasons, *cell).where(VoteRow.rater_id == rater_id)).all()
    if not votes:
        return 0
    cells = Counter(Cell(vote.left_name, vote.right_name, vote.outcome, vote.standing) for vote in votes)
    take_from_counts(connection, cells)
    withdrawn: Counter[Cell] = Counter()
    for old, n in cells.items():
        withdrawn[old._replace(standing=Standing.WITHDRAWN)] += n
    add_to_counts(connection, withdrawn)
    blank = {"rater_id": None, "comment": "", "comment_after": "", "standing": Standing.WITHDRAWN}
    statement = update(VoteRow).where(VoteRow.id == bindparam("vote_id")).values(**blank, reasons=bindparam("why"))
    rows = [{"vote_id": vote.id, "why": (*vote.reasons, Standing.WITHDRAWN)} for vote in votes]
    connection.execute(statement, rows)
    return len(votes)


def _erase_texts(connection: Connection, battle_ids: Sequence[str]) -> None:
    """Prompts, answers, thinking, quoted leaks and the words of reports."""
    turns = select(TurnRow.id).where(TurnRow.battle_id.in_(battle_ids))
    leak = case((AnswerRow.leak == "", ""), else_=ERASED)
    connection.execute(update(AnswerRow).where(AnswerRow.turn_id.in_(turns)).values(text="", thinking="", leak=leak))
    connection.execute(update(TurnRow).where(TurnRow.battle_id.in_(battle_ids)).values(prompt=""))
    connection.execute(update(AuditEventRow).where(AuditEventRow.battle_id.in_(battle_ids)).values(details=""))


def _unlink_battles(connection: Connection, rater_id: str, now: datetime) -> None:
    """Battles stay without their rater; live ones end as they would have, a ready one abandoned, others void."""
    live = BattleRow.state.in_(sorted(LIVE_STATES))
    end = case((BattleRow.state == BattleState.READY, BattleState.ABANDONED.value), else_=BattleState.VOID.value)
    changes = {
        "rater_id": None,
        "state": case((live, end), else_=BattleRow.state),
        "updated_at": case((live, now), else_=BattleRow.updated_at),
        "closed_at": func.coalesce(BattleRow.closed_at, now, type_=UtcDateTime()),
        **NO_LEASE,
    }
    connection.execute(update(BattleRow).where(BattleRow.rater_id == rater_id).values(changes))
