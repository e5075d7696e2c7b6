"""The columns of our own format, CSV and Parquet alike; docs/data.md says what each means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from storage.transfer.row import Row


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of column: its Parquet type, how CSV has it, and what to tell a person who got it wrong.

    An optional column's None is an empty field in CSV and a null in Parquet.
    """

    arrow: pa.DataType
    python: type
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    expected: str
    optional: bool = False

    def text(self, value: Any) -> str:
        """A value as CSV has it."""
        return "" if value is None else self.write(value)

    def value(self, row: Row, column: str) -> Any:
        """A column's value in a row of a CSV or Parquet file. Raises `DataError`."""
        found = row.get(column)
        if self.optional and (found is None or found == "") and column in row.columns:
            return None
        if isinstance(found, str) and self.python is not str:
            try:
                found = self.read(found)
            except (ValueError, KeyError) as error:
                raise row.error(column, self.expected) from error
        if not isinstance(found, self.python):
            raise row.error(column, self.expected)
        return found


def _write_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _read_time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


TEXT = Kind(pa.string(), str, str, str, "text")
COUNT = Kind(pa.int64(), int, str, int, "a whole number")
NUMBER = Kind(pa.float64(), float, repr, float, "a number")
FLAG = Kind(pa.bool_(), bool, lambda v: str(v).lower(), {"true": True, "false": False}.__getitem__, "true or false")
TIME = Kind(pa.timestamp("us", tz="UTC"), datetime, _write_time, _read_time, "a time with its zone, ISO 8601")
WORDS = Kind(pa.list_(pa.string()), list, json.dumps, json.loads, "a JSON list of words")
MAYBE_TEXT, MAYBE_COUNT, MAYBE_NUMBER, MAYBE_TIME = (
    replace(kind, optional=True) for kind in (TEXT, COUNT, NUMBER, TIME)
)

COLUMNS: Mapping[str, Kind] = {
    "vote_id": TEXT,
    "battle_id": TEXT,
    "origin": TEXT,
    "rater": MAYBE_TEXT,
    "created_at": TIME,
    "model_a": TEXT,
    "model_b": TEXT,
    "winner": TEXT,
    "counted": FLAG,
    "reasons": WORDS,
    "tags_a": WORDS,
    "tags_b": WORDS,
    "comment": TEXT,
    "comment_after": TEXT,
    "dwell_ms": MAYBE_COUNT,
    "turns": COUNT,
    "language": TEXT,
    "is_code": FLAG,
    "pacing": TEXT,
    "probability": MAYBE_NUMBER,
    "pace_cps": MAYBE_NUMBER,
    "battle_created_at": TIME,
    "battle_updated_at": TIME,
    "battle_ready_at": MAYBE_TIME,
    "battle_closed_at": MAYBE_TIME,
    "contestant_a_hash": TEXT,
    "contestant_b_hash": TEXT,
    "contestant_a": TEXT,
    "contestant_b": TEXT,
    "conversation": TEXT,
}
"""Every column in its order. `contestant_*` and `conversation` are JSON."""


def arrow_schema() -> pa.Schema:
    """The columns as a Parquet schema."""
    return pa.schema([pa.field(name, kind.arrow, nullable=kind.optional) for name, kind in COLUMNS.items()])
