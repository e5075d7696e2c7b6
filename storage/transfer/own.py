"""Our own format: one row a vote, and nothing lost. CSV and Parquet have the same columns."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from arena.models import Battle, BattleState, Outcome, Pacing, Side, Standing, Tag, Turn, Vote
from storage.rows import Card
from storage.transfer.columns import COLUMNS
from storage.transfer.record import Record
from storage.transfer.row import Row
from storage.transfer.turns import turns_from_json, turns_to_json

W = TypeVar("W", bound=StrEnum)

MARKS = frozenset({"vote_id", "battle_id", "conversation"})
"""Columns by which the format is known."""


def to_row(record: Record) -> dict[str, Any]:
    """A record as a row, with Python's types."""
    vote, battle = record.vote, record.battle
    return {
        "vote_id": vote.id,
        "battle_id": battle.id,
        "origin": vote.origin,
        "rater": vote.rater_id,
        "created_at": vote.created_at,
        "model_a": vote.left,
        "model_b": vote.right,
        "winner": vote.outcome.value,
        "counted": not vote.reasons,
        "reasons": [reason.value for reason in vote.reasons],
        "tags_a": [tag.value for tag in vote.tags_a],
        "tags_b": [tag.value for tag in vote.tags_b],
        "comment": vote.comment,
        "comment_after": vote.comment_after,
        "dwell_ms": vote.dwell_ms,
        "turns": vote.turns,
        "language": vote.language,
        "is_code": vote.is_code,
        "pacing": vote.pacing.value,
        "probability": None if math.isnan(battle.probability) else battle.probability,
        "pace_cps": battle.pace_cps,
        "battle_created_at": battle.created_at,
        "battle_updated_at": battle.updated_at,
        "battle_ready_at": battle.ready_at,
        "battle_closed_at": battle.closed_at,
        "contestant_a_hash": record.left.hash,
        "contestant_b_hash": record.right.hash,
        "contestant_a": record.left.snapshot,
        "contestant_b": record.right.snapshot,
        "conversation": turns_to_json(battle.turns),
    }


def from_row(row: Row) -> Record:
    """A row as a record. Raises `DataError`."""
    outcome = row.word("winner", {word.value: word for word in Outcome})
    values = {name: kind.value(row, name) for name, kind in COLUMNS.items()}
    pacing = row.word("pacing", {word.value: word for word in Pacing})
    left, right = _card(row, values, Side.A), _card(row, values, Side.B)
    vote = _vote(row, values, outcome, pacing)
    battle = _battle(values, left, right, vote, _turns(row))
    return Record(battle=battle, vote=vote, left=left, right=right)


def _vote(row: Row, values: dict[str, Any], outcome: Outcome, pacing: Pacing) -> Vote:
    return Vote(
        id=row.text("vote_id"),
        battle_id=row.text("battle_id"),
        rater_id=values["rater"],
        outcome=outcome,
        created_at=_utc(values["created_at"]),
        left=values["model_a"],
        right=values["model_b"],
        reasons=_words(row, "reasons", values["reasons"], Standing),
        tags_a=_words(row, "tags_a", values["tags_a"], Tag),
        tags_b=_words(row, "tags_b", values["tags_b"], Tag),
        comment=values["comment"],
        comment_after=values["comment_after"],
        dwell_ms=values["dwell_ms"],
        turns=values["turns"],
        language=values["language"],
        is_code=values["is_code"],
        pacing=pacing,
        origin=row.text("origin"),
    )


def _battle(values: dict[str, Any], left: Card, right: Card, vote: Vote, turns: tuple[Turn, ...]) -> Battle:
    ready_at, closed_at = values["battle_ready_at"], values["battle_closed_at"]
    return Battle(
        id=vote.battle_id,
        rater_id=vote.rater_id or "",
        state=BattleState.VOTED,
        left=vote.left,
        right=vote.right,
        left_hash=left.hash,
        right_hash=right.hash,
        probability=math.nan if values["probability"] is None else values["probability"],
        pacing=vote.pacing,
        created_at=_utc(values["battle_created_at"]),
        updated_at=_utc(values["battle_updated_at"]),
        ready_at=_utc(ready_at) if ready_at else None,
        closed_at=_utc(closed_at) if closed_at else None,
        pace_cps=values["pace_cps"],
        turns=turns,
        vote=vote,
    )


def _card(row: Row, values: dict[str, Any], side: Side) -> Card:
    """A contestant's snapshot, if it is the one that the hash and the vote speak of."""
    column = f"contestant_{side.value}"
    snapshot: str = values[column]
    try:
        shape = json.loads(snapshot)
        name, notice = shape["name"], shape["notice"]
    except (ValueError, KeyError, TypeError) as error:
        raise row.error(column, "a contestant's snapshot, as JSON") from error
    hash_ = hashlib.sha256(snapshot.encode()).hexdigest()
    if hash_ != values[f"{column}_hash"]:
        raise row.error(f"{column}_hash", f"{hash_}, the SHA-256 of {column}")
    if name != values[f"model_{side.value}"]:
        raise row.error(f"model_{side.value}", f"{name!r}, as in {column}")
    return Card(hash=hash_, name=name, snapshot=snapshot, notice=notice)


def _turns(row: Row) -> tuple[Turn, ...]:
    try:
        return turns_from_json(row.text("conversation"))
    except (ValueError, KeyError, TypeError) as error:
        raise row.error("conversation", f"turns as docs/data.md has them ({error!r})") from error


def _words(row: Row, column: str, found: list[str], words: type[W]) -> tuple[W, ...]:
    try:
        return tuple(words(word) for word in found)
    except ValueError as error:
        raise row.error(column, f"a list of {', '.join(words)}") from error


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
