"""The domain's dataclasses -> rows, for battles that happen here and for those that are imported."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, insert

from arena.models import Answer, Battle, Contestant, Side, Turn
from storage.database import insert_missing
from storage.loading import MEASURED
from storage.tables import AnswerRow, Base, BattleRow, ContestantRow, ConversationRow, TurnRow

_INSERTS: dict[type[Base], Insert] = {
    table: insert(table) for table in (BattleRow, ConversationRow, TurnRow, AnswerRow)
}
_CONVERSATIONS = uuid.UUID("6f0f4a5e-5d3c-4c43-9c2e-0d7a3a5f7b11")


@dataclass(frozen=True, slots=True)
class Card:
    """What is kept of a contestant: its snapshot by its hash, and the two parts that are searched for."""

    hash: str
    name: str
    snapshot: str
    notice: str

    @classmethod
    def of(cls, contestant: Contestant) -> Card:
        """The card of a contestant that takes part here."""
        return cls(contestant.snapshot_hash, contestant.name, contestant.snapshot, contestant.notice)


def conversation_id(battle_id: str, side: Side) -> str:
    """The id of a side's conversation: made from the battle's, so that nobody has to look it up."""
    return str(uuid.uuid5(_CONVERSATIONS, f"{battle_id}/{side}"))


def save_contestants(connection: Connection, cards: Iterable[Card], now: datetime) -> None:
    """Insert the contestants that are not known yet."""
    rows = [asdict(card) | {"created_at": now} for card in cards]
    if rows:
        connection.execute(insert_missing(connection, ContestantRow), rows)


def insert_battles(connection: Connection, battles: Sequence[Battle]) -> None:
    """Insert battles and their two conversations, without turns and votes."""
    _insert(connection, BattleRow, [_battle_values(battle) for battle in battles])
    sides = [
        {
            "id": conversation_id(battle.id, side),
            "battle_id": battle.id,
            "side": side,
            "contestant_hash": battle.left_hash if side is Side.A else battle.right_hash,
        }
        for battle in battles
        for side in Side
    ]
    _insert(connection, ConversationRow, sides)


def insert_turns(connection: Connection, turns: Iterable[tuple[str, Turn]]) -> None:
    """Insert turns (battle id, turn), without their answers."""
    rows = [
        {
            "id": turn.id,
            "battle_id": battle_id,
            "position": turn.index,
            "prompt": turn.prompt,
            "created_at": turn.created_at,
        }
        for battle_id, turn in turns
    ]
    _insert(connection, TurnRow, rows)


def insert_answers(connection: Connection, answers: Iterable[tuple[str, str, Answer]]) -> None:
    """Insert attempts (battle id, turn id, answer)."""
    rows = [
        answer_values(answer)
        | {
            "id": answer.id,
            "turn_id": turn_id,
            "conversation_id": conversation_id(battle_id, answer.side),
            "attempt": answer.attempt,
            "created_at": answer.created_at,
        }
        for battle_id, turn_id, answer in answers
    ]
    _insert(connection, AnswerRow, rows)


def answer_values(answer: Answer) -> dict[str, Any]:
    """The columns of an answer that change while it runs."""
    values = {name: getattr(answer.measured, name) for name in MEASURED}
    return values | {
        "state": answer.state,
        "text": answer.text,
        "thinking": answer.thinking,
        "finish_reason": answer.finish_reason,
        "error_kind": answer.error_kind,
        "leak": answer.leak,
    }


def _insert(connection: Connection, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:  # SQLAlchemy takes an empty list for one row without values
        connection.execute(_INSERTS[table], rows)


def _battle_values(battle: Battle) -> dict[str, Any]:
    unknown = math.isnan(battle.probability)  # an imported battle whose draw nobody noted
    return {
        "id": battle.id,
        "rater_id": battle.rater_id or None,
        "state": battle.state,
        "probability": None if unknown else battle.probability,
        "pacing": battle.pacing,
        "pace_cps": battle.pace_cps,
        "owner": battle.owner,
        "lease_until": battle.lease_until,
        "created_at": battle.created_at,
        "updated_at": battle.updated_at,
        "ready_at": battle.ready_at,
        "closed_at": battle.closed_at,
    }
