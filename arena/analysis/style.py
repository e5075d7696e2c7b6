"""Style of answers: length, markdown headers, lists and bold, from columns, arena-140k's metadata, or the texts.

A feature enters contextual Bradley-Terry as (left - right) / root mean square of that difference, uncentred: equal
styles are the zero, and a coefficient is the log-odds per typical difference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arena.analysis.arrays import Floats
from arena.analysis.votes import Table
from arena.errors import DataError

FEATURES = ("length", "headers", "lists", "bold")
METADATA: Mapping[str, str] = {
    "length": "sum_assistant_{side}_tokens",
    "headers": "header_count_{side}",
    "lists": "list_count_{side}",
    "bold": "bold_count_{side}",
}
"""Fields of arena-140k's `conv_metadata`; the last three are counts by kind, which are added up."""
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "headers": re.compile(r"^#{1,6}\s", re.MULTILINE),
    "lists": re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s", re.MULTILINE),
    "bold": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__"),
}
COLUMNS = (
    "conv_metadata",
    "conversation_a",
    "conversation_b",
    "conversation",
    *(f"{x}_{s}" for x in FEATURES for s in "ab"),
)
"""Columns that style may be read from."""


class Style(NamedTuple):
    """Scaled differences (votes, features), the features' names, and the scales that they were divided by."""

    differences: Floats
    names: tuple[str, ...]
    scales: Floats


def style_of(table: Table) -> Style:
    """Scaled differences of the features that a table of votes has. Features that never differ are left out."""
    read = _reader(table)
    found = {name: (read(table, name, "a"), read(table, name, "b")) for name in FEATURES}
    gaps = {name: sides[0] - sides[1] for name, sides in found.items()}
    for name, gap in gaps.items():
        if not np.isfinite(gap).all():
            raise DataError(f"Style feature '{name}', row {int(np.argmin(np.isfinite(gap))) + 1}: no value.")
    scales = {name: float(np.sqrt((gap**2).mean())) for name, gap in gaps.items()}
    names = tuple(name for name in FEATURES if scales[name] > 0)
    if not names:
        raise DataError("The answers of every vote have equal length, headers, lists and bold: nothing to control for.")
    differences = np.stack([gaps[name] / scales[name] for name in names], axis=1)
    return Style(differences, names, np.array([scales[name] for name in names]))


def measure_text(text: str) -> dict[str, int]:
    """Style features of one answer; length is in characters, which serves Chinese and English alike."""
    return {"length": len(text)} | {name: len(pattern.findall(text)) for name, pattern in PATTERNS.items()}


def _reader(table: Table) -> Callable[[Table, str, str], Floats]:
    columns = {str(name) for name in (table.column_names if isinstance(table, pa.Table) else table.columns)}
    if {f"{name}_{side}" for name in FEATURES for side in "ab"} <= columns:
        return _from_columns
    texts = {"conversation_a", "conversation_b"} <= columns
    if "conv_metadata" in columns and not (texts and _has_gaps(table)):
        return _from_metadata
    if texts:
        return _from_texts
    raise DataError(
        "Style control needs columns length_a, headers_a, lists_a, bold_a and the same for b, or conv_metadata, "
        "or conversation_a and conversation_b."
    )


def _has_gaps(table: Table) -> bool:
    """Whether some answer's tokens are not known: a server need not tell them."""
    return any(not np.isfinite(_from_metadata(table, "length", side)).all() for side in "ab")


def _from_columns(table: Table, name: str, side: str) -> Floats:
    return _floats(_arrow(table[f"{name}_{side}"]))


def _from_metadata(table: Table, name: str, side: str) -> Floats:
    field = pc.struct_field(_arrow(table["conv_metadata"]), METADATA[name].format(side=side))
    if not pa.types.is_struct(field.type):
        return _floats(field)
    kinds = [pc.fill_null(pc.struct_field(field, kind.name), 0) for kind in field.type]
    return np.asarray(sum(_floats(kind) for kind in kinds), np.float64)


def _from_texts(table: Table, name: str, side: str) -> Floats:
    conversations = _arrow(table[f"conversation_{side}"]).to_pylist()
    return np.array([measure_text(_answers(turns))[name] for turns in conversations], np.float64)


def _answers(conversation: list[dict[str, Any]] | None) -> str:
    """The assistant's words of a conversation, in either public schema."""
    said = []
    for message in conversation or ():
        content = message["content"]
        if message["role"] == "assistant":
            said.append(content if isinstance(content, str) else "\n".join(part.get("text") or "" for part in content))
    return "\n".join(said)


def _arrow(column: Any) -> pa.Array:
    array = pa.array(column, from_pandas=True) if isinstance(column, pd.Series) else column
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _floats(array: pa.Array) -> Floats:
    plain = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    values: Floats = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    return values
