"""Rows -> the domain's dataclasses. Any number of battles, whatever their turns, takes three statements.

Statements are made once and take parameters: making one anew costs more than running it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select
from sqlalchemy.orm import aliased

from arena.models import Answer, Battle, Measured, Side, Standing, Turn, Vote
from storage.tables import AnswerRow, BattleRow, ContestantRow, ConversationRow, RaterRow, TurnRow, VoteRow

MEASURED = tuple(field.name for field in fields(Measured))
"""The columns of an answer that are the fields of `Measured`."""

_left, _right = aliased(ConversationRow), aliased(ConversationRow)
_left_model, _right_model = aliased(ContestantRow), aliased(ContestantRow)

HEADS = (
    select(
        *BattleRow.__table__.columns,
        _left.contestant_hash.label("left_hash"),
        _right.contestant_hash.label("right_hash"),
        _left_model.name.label("left"),
        _right_model.name.label("right"),
        *(column.label(f"vote_{column.name}") for column in VoteRow.__table__.columns),
    )
    .join(_left, (_left.battle_id == BattleRow.id) & (_left.side == Side.A))
    .join(_right, (_right.battle_id == BattleRow.id) & (_right.side == Side.B))
    .join(_left_model, _left_model.hash == _left.contestant_hash)
    .join(_right_model, _right_model.hash == _right.contestant_hash)
    .outerjoin(VoteRow, VoteRow.battle_id == BattleRow.id)
)
"""Battles with who is on which side, and their votes; narrowed by whoever loads."""

FIND = HEADS.where(BattleRow.id == bindparam("battle_id"))
"""One battle, by `battle_id`."""

FIND_OWN = FIND.join(RaterRow, RaterRow.id == BattleRow.rater_id).where(RaterRow.digest == bindparam("digest"))
"""One battle, by `battle_id`, if its rater has this `digest`."""

_TURNS = select(*TurnRow.__table__.columns).order_by(TurnRow.battle_id, TurnRow.position)
_ANSWERS = (
    select(*AnswerRow.__table__.columns, ConversationRow.side)
    .join(ConversationRow, ConversationRow.id == AnswerRow.conversation_id)
    .join(TurnRow, TurnRow.id == AnswerRow.turn_id)
    .order_by(AnswerRow.turn_id, AnswerRow.attempt, ConversationRow.side)
)
_OF_ONE = TurnRow.battle_id == bindparam("battle_ids")
_OF_MANY = TurnRow.battle_id.in_(bindparam("battle_ids", expanding=True))
_PARTS_OF_ONE = (_ANSWERS.where(_OF_ONE), _TURNS.where(_OF_ONE))
_PARTS_OF_MANY = (_ANSWERS.where(_OF_MANY), _TURNS.where(_OF_MANY))


def load_battles(
    connection: Connection, origin: str, heads: Select[*tuple[Any, ...]], **parameters: object
) -> list[Battle]:
    """Battles whole, in the order of `heads`: turns, every attempt, vote.

    `origin` is this database's: votes from other ones read as imported.
    """
    found = connection.execute(heads, parameters).all()
    turns = _load_turns(connection, [head.id for head in found]) if found else {}
    return [_battle(head, turns.get(head.id, ()), origin) for head in found]


def _load_turns(connection: Connection, battle_ids: Sequence[str]) -> dict[str, tuple[Turn, ...]]:
    # A list in a statement is written into it anew at each call.
    of_answers, of_turns = _PARTS_OF_ONE if len(battle_ids) == 1 else _PARTS_OF_MANY
    these = {"battle_ids": battle_ids[0] if len(battle_ids) == 1 else battle_ids}
    answers: defaultdict[str, list[Answer]] = defaultdict(list)
    for row in connection.execute(of_answers, these):
        answers[row.turn_id].append(answer_of(row))
    turns: defaultdict[str, list[Turn]] = defaultdict(list)
    for row in connection.execute(of_turns, these):
        turns[row.battle_id].append(turn_of(row, answers.get(row.id, ())))
    return {battle_id: tuple(of_battle) for battle_id, of_battle in turns.items()}


def _battle(head: Row[*tuple[Any, ...]], turns: tuple[Turn, ...], origin: str) -> Battle:
    return Battle(
        id=head.id,
        rater_id=head.rater_id or "",
        state=head.state,
        left=head.left,
        right=head.right,
        left_hash=head.left_hash,
        right_hash=head.right_hash,
        probability=math.nan if head.probability is None else head.probability,
        pacing=head.pacing,
        created_at=head.created_at,
        updated_at=head.updated_at,
        ready_at=head.ready_at,
        closed_at=head.closed_at,
        pace_cps=head.pace_cps,
        owner=head.owner,
        lease_until=head.lease_until,
        turns=turns,
        vote=_vote(head, origin) if head.vote_id else None,
    )


def _vote(head: Row[*tuple[Any, ...]], origin: str) -> Vote:
    foreign = (Standing.IMPORTED,) if head.vote_origin != origin else ()
    return Vote(
        id=head.vote_id,
        battle_id=head.id,
        rater_id=head.vote_rater_id,
        outcome=head.vote_outcome,
        created_at=head.vote_created_at,
        left=head.vote_left_name,
        right=head.vote_right_name,
        reasons=head.vote_reasons + foreign,
        tags_a=head.vote_tags_a,
        tags_b=head.vote_tags_b,
        comment=head.vote_comment,
        comment_after=head.vote_comment_after,
        dwell_ms=head.vote_dwell_ms,
        turns=head.vote_turns,
        language=head.vote_language,
        is_code=head.vote_is_code,
        pacing=head.vote_pacing,
        origin=head.vote_origin,
    )


def turn_of(row: Row[*tuple[Any, ...]], answers: Iterable[Answer]) -> Turn:
    """A turn from its row."""
    return Turn(id=row.id, index=row.position, prompt=row.prompt, created_at=row.created_at, answers=tuple(answers))


def answer_of(row: Row[*tuple[Any, ...]]) -> Answer:
    """An answer from its row, which also has the `side`."""
    columns = row._mapping
    return Answer(
        id=row.id,
        side=row.side,
        attempt=row.attempt,
        state=row.state,
        text=row.text,
        thinking=row.thinking,
        finish_reason=row.finish_reason,
        error_kind=row.error_kind,
        leak=row.leak,
        created_at=row.created_at,
        measured=Measured(**{name: columns[name] for name in MEASURED}),
    )
