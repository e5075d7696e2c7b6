"""The format of the public data set arena-human-preference-140k, over the fields that it shares with ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from arena.models import Outcome, Side
from storage.transfer.public import PublicVote, pairs, to_record
from storage.transfer.record import Format, Labels, Record, id_from, shown_answer
from storage.transfer.row import Row
from storage.transfer.style import bold_count, header_count, list_count

MARKS = frozenset({"id", "evaluation_session_id", "conversation_a"})
"""Columns by which the format is known."""

_ORIGIN = Format.ARENA_140K.value


def to_row(record: Record) -> dict[str, Any]:
    """A record as a row. A vote without a rater is a session of its own."""
    vote, battle = record.vote, record.battle
    sides = {side: list(pairs(battle, side)) for side in Side}
    return {
        "id": vote.id,
        "model_a": vote.left,
        "model_b": vote.right,
        "winner": vote.outcome.value,
        "evaluation_session_id": vote.rater_id or vote.id,
        "evaluation_order": record.order,
        "conversation_a": _messages(sides[Side.A]),
        "conversation_b": _messages(sides[Side.B]),
        "full_conversation": [
            {
                "user": _message("user", prompt),
                "model_side_a": _message("assistant", answer_a),
                "model_side_b": _message("assistant", answer_b),
            }
            for (prompt, answer_a), (_, answer_b) in zip(sides[Side.A], sides[Side.B], strict=True)
        ],
        "conv_metadata": _metadata(record),
        "category_tag": None,
        "language": vote.language,
        "is_code": vote.is_code,
        "timestamp": vote.created_at.astimezone(UTC).replace(tzinfo=None),
    }


def from_row(row: Row, labels: Labels) -> Record:
    """A row as a record. Raises `DataError`."""
    language, is_code = row.get("language"), row.get("is_code")
    given = PublicVote(
        id=id_from(row.text("id"), _ORIGIN),
        origin=_ORIGIN,
        rater_id=id_from(row.text("evaluation_session_id"), _ORIGIN, "session"),
        outcome=row.word("winner", {outcome.value: outcome for outcome in Outcome}),
        created_at=_time(row),
        language=language if isinstance(language, str) and language else None,
        is_code=is_code if isinstance(is_code, bool) else None,
    )
    return to_record(row, given, labels)


def arrow_schema() -> pa.Schema:
    """The data set's own Parquet schema."""
    text = pa.string()
    content = pa.list_(_struct(type=text, text=text, image=text, mimeType=text))
    message = _struct(role=text, content=content)
    categories = {
        "creative_writing_v0.1": _struct(creative_writing=pa.bool_(), score=text),
        "criteria_v0.1": _struct(
            **dict.fromkeys(
                (
                    "complexity",
                    "creativity",
                    "domain_knowledge",
                    "problem_solving",
                    "real_world",
                    "specificity",
                    "technical_accuracy",
                ),
                pa.bool_(),
            )
        ),
        "if_v0.1": pa.struct([("if", pa.bool_()), ("score", pa.int32())]),
        "math_v0.1": _struct(math=pa.bool_()),
    }
    return pa.schema(
        {
            "id": text,
            "model_a": text,
            "model_b": text,
            "winner": text,
            "evaluation_session_id": text,
            "evaluation_order": pa.int32(),
            "conversation_a": pa.list_(message),
            "conversation_b": pa.list_(message),
            "full_conversation": pa.list_(_struct(user=message, model_side_a=message, model_side_b=message)),
            "conv_metadata": _metadata_type(),
            "category_tag": _struct(**categories),
            "language": text,
            "is_code": pa.bool_(),
            "timestamp": pa.timestamp("ns"),
        }
    )


def _metadata(record: Record) -> dict[str, Any]:
    """Counts over the answers shown. Tokens are the server's, thinking included; null where it told none."""
    found: dict[str, Any] = {}
    for side in Side:
        texts = [answer for _, answer in pairs(record.battle, side)]
        found |= {
            f"sum_assistant_{side}_tokens": _assistant_tokens(record, side),
            f"header_count_{side}": header_count(texts),
            f"list_count_{side}": list_count(texts),
            f"bold_count_{side}": bold_count(texts),
            f"context_{side}_tokens": _context_tokens(record, side),
        }
    return found | {"sum_user_tokens": None, "turns": len(record.battle.turns)}


def _metadata_type() -> pa.DataType:
    sides: dict[str, pa.DataType] = {}
    for side in Side:
        sides |= {
            f"sum_assistant_{side}_tokens": pa.int32(),
            f"header_count_{side}": _struct(**{f"h{level}": pa.int64() for level in range(1, 7)}),
            f"list_count_{side}": _struct(ordered=pa.int64(), unordered=pa.int64()),
            f"bold_count_{side}": _struct(**{"**": pa.int64(), "__": pa.int64()}),
            f"context_{side}_tokens": pa.int32(),
        }
    return _struct(**sides, sum_user_tokens=pa.int32(), turns=pa.int32())


def _assistant_tokens(record: Record, side: Side) -> int | None:
    shown = [shown_answer(turn, side) for turn in record.battle.turns]
    tokens = [answer.measured.completion_tokens if answer else None for answer in shown]
    return None if None in tokens else sum(n for n in tokens if n is not None)


def _context_tokens(record: Record, side: Side) -> int | None:
    """What the last answer was asked with: all messages before it."""
    last = shown_answer(record.battle.turns[-1], side) if record.battle.turns else None
    return last.measured.prompt_tokens if last else None


def _messages(exchanges: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        message for prompt, answer in exchanges for message in (_message("user", prompt), _message("assistant", answer))
    ]


def _message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def _struct(**fields: pa.DataType) -> pa.DataType:
    return pa.struct(list(fields.items()))


def _time(row: Row) -> datetime:
    """The moment of the vote; the data set writes UTC without a zone."""
    found = row.get("timestamp")
    try:
        moment = found if isinstance(found, datetime) else datetime.fromisoformat(found)
    except (ValueError, TypeError) as error:
        raise row.error("timestamp", "a time, ISO 8601") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
