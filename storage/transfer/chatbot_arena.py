"""The older public format, chatbot_arena_conversations, over the fields that it shares with ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from arena.models import Outcome, Side
from storage.transfer.languages import code_of, name_of
from storage.transfer.public import PublicVote, pairs, to_record
from storage.transfer.record import Format, Labels, Record, id_from
from storage.transfer.row import Row

MARKS = frozenset({"question_id", "model_a", "conversation_a"})
"""Columns by which the format is known."""

_ORIGIN = Format.CHATBOT_ARENA.value
_WINNERS = {
    "model_a": Outcome.MODEL_A,
    "model_b": Outcome.MODEL_B,
    "tie": Outcome.TIE,
    "tie (bothbad)": Outcome.BOTH_BAD,
}
_WORDS = {outcome: word for word, outcome in _WINNERS.items()}


def to_row(record: Record) -> dict[str, Any]:
    """A record as a row. A vote without a rater has a judge of its own."""
    vote, battle = record.vote, record.battle
    return {
        "question_id": vote.id,
        "model_a": vote.left,
        "model_b": vote.right,
        "winner": _WORDS[vote.outcome],
        "judge": vote.rater_id or vote.id,
        "conversation_a": _messages(record, Side.A),
        "conversation_b": _messages(record, Side.B),
        "turn": len(battle.turns),
        "anony": True,
        "language": name_of(vote.language),
        "tstamp": vote.created_at.timestamp(),
    }


def from_row(row: Row, labels: Labels) -> Record:
    """A row as a record. Raises `DataError`."""
    language = row.get("language")
    given = PublicVote(
        id=id_from(row.text("question_id"), _ORIGIN),
        origin=_ORIGIN,
        rater_id=id_from(row.text("judge"), _ORIGIN, "judge"),
        outcome=row.word("winner", _WINNERS),
        created_at=_time(row),
        language=code_of(language) if isinstance(language, str) and language else None,
        is_code=None,
    )
    return to_record(row, given, labels)


def arrow_schema() -> pa.Schema:
    """The Parquet schema of the shared fields."""
    messages = pa.list_(pa.struct([("content", pa.string()), ("role", pa.string())]))
    return pa.schema(
        {
            "question_id": pa.string(),
            "model_a": pa.string(),
            "model_b": pa.string(),
            "winner": pa.string(),
            "judge": pa.string(),
            "conversation_a": messages,
            "conversation_b": messages,
            "turn": pa.int64(),
            "anony": pa.bool_(),
            "language": pa.string(),
            "tstamp": pa.float64(),
        }
    )


def _messages(record: Record, side: Side) -> list[dict[str, str]]:
    return [
        {"role": role, "content": text}
        for exchange in pairs(record.battle, side)
        for role, text in zip(("user", "assistant"), exchange, strict=True)
    ]


def _time(row: Row) -> datetime:
    """The moment of the vote, from seconds since 1970."""
    found = row.get("tstamp")
    try:
        return datetime.fromtimestamp(found, UTC)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise row.error("tstamp", "seconds since 1970") from error
