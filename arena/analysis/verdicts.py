"""Which votes count: a table's `reasons` (why a vote does not) become `counted`, and the totals by reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from arena.analysis.arrays import Floats
from arena.analysis.encoding import encode
from arena.errors import DataError
from arena.models import Standing

REASONS = "reasons"


@dataclass(frozen=True, slots=True)
class Judged:
    """A table with its column `counted`, and how many votes do not count by reason (several joined by "+")."""

    table: pa.Table
    not_counted: Mapping[str, float]


def judge(table: pa.Table, include: Collection[Standing] = ()) -> Judged:
    """Let those votes count that have no reason against them but those of `include`.

    A table without `reasons` keeps its column `counted`, if it has one.
    """
    if REASONS not in table.column_names:
        return Judged(table, {})
    column = table[REASONS]
    if pa.types.is_list(column.type):  # our Parquet; CSV and the database have JSON
        column = pa.array([json.dumps(words) for words in column.to_pylist()], pa.string())
    encoded = encode(column)
    given = [_words(label) for label in encoded.labels]
    counts = np.array([set(words) <= set(include) for words in given], bool)
    total = np.bincount(encoded.codes, weights=_weights(table), minlength=len(given))
    not_counted: Counter[str] = Counter()
    for words, counted, votes in zip(given, counts, total, strict=True):
        if not counted:
            not_counted["+".join(words)] += votes
    kept = [name for name in table.column_names if name not in (REASONS, "counted")]
    judged = table.select(kept).append_column("counted", pa.array(counts[encoded.codes]))
    return Judged(judged, dict(sorted(not_counted.items())))


def _weights(table: pa.Table) -> Floats | None:
    return table["count"].to_numpy().astype(np.float64) if "count" in table.column_names else None


def _words(label: str) -> list[str]:
    try:
        words: Any = json.loads(label)
        return [Standing(word).value for word in words]
    except (ValueError, TypeError) as error:
        raise DataError(
            f"Column '{REASONS}': expected JSON lists of {', '.join(Standing)}, found {label!r}."
        ) from error
