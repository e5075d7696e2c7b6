"""A table of votes, checked and encoded, one vote a row in the table's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from arena.analysis import schemas
from arena.analysis.arrays import Bools, Codes, Column, Floats
from arena.analysis.encoding import Encoded, encode
from arena.errors import DataError

Table = Any
"""A pandas DataFrame or a pyarrow Table."""


@dataclass(frozen=True, slots=True)
class Votes:
    """Rows of votes as codes: contestants index `names` (sorted), outcomes `schemas.OUTCOMES`; -1 is an unknown rater.

    `n` is None where every row is one vote. `kept` marks the table's rows that count, None where all do; the other
    fields have those rows only. `excluded` is the number of votes in the others.
    """

    names: tuple[str, ...]
    left: Codes
    right: Codes
    outcome: Codes
    n: Floats | None = None
    rater: Codes | None = None
    kept: Bools | None = None
    excluded: int = 0


def encode_votes(table: Table, *, raters: bool = False) -> Votes:
    """Encode a table with arena-140k's, chatbot-arena's or our own columns. Raises `DataError` for what is wrong."""
    schema = schemas.detect(column_names(table))
    if not len(table):
        raise DataError("There are no votes: the table has no rows.")
    kept = _counted(table, schema)
    outcome = _outcomes(encode(table[schema.outcome]), schema.outcome)
    left, right, names = _contestants(table, schema)
    n = None if schema.count is None else _weights(table[schema.count], schema.count)
    rater = encode(table[schema.rater]).codes if raters and schema.rater else None
    excluded = 0
    if kept is not None:
        excluded = int((~kept).sum() if n is None else n[~kept].sum())
        left, right, outcome = left[kept], right[kept], outcome[kept]
        n, rater = n if n is None else n[kept], rater if rater is None else rater[kept]
    return _checked(_present(Votes(names, left, right, outcome, n, rater, kept, excluded)))


def column_names(table: Table) -> Sequence[str]:
    """The columns of a table."""
    return list(map(str, table.column_names if isinstance(table, pa.Table) else table.columns))


def _row(position: int) -> str:
    return f"row {position + 1} (the first row of data is row 1)"


def _outcomes(encoded: Encoded, column: str) -> Codes:
    """Codes of `schemas.OUTCOMES`; an unknown or missing label is an error that names its first row."""
    known = np.array([schemas.LABELS.get(label, -2) for label in encoded.labels] + [-1], np.int32)
    codes: Codes = known[encoded.codes]
    if known[:-1].min(initial=0) < 0 or encoded.codes.min(initial=0) < 0:
        bad = np.flatnonzero(codes < 0)
        if bad.size:
            code = encoded.codes[bad[0]]
            label = "missing" if code < 0 else f"'{encoded.labels[code]}'"
            wanted = ", ".join(schemas.LABELS)
            raise DataError(
                f"Column '{column}', {_row(int(bad[0]))}: the outcome is {label}. Expected one of: {wanted}."
            )
    return codes


def _contestants(table: Table, schema: schemas.Schema) -> tuple[Codes, Codes, tuple[str, ...]]:
    sides = {name: encode(table[name]) for name in (schema.left, schema.right)}
    for name, side in sides.items():
        if side.codes.min(initial=0) < 0:
            raise DataError(
                f"Column '{name}', {_row(int(np.argmax(side.codes < 0)))}: the contestant's name is missing."
            )
    names = tuple(sorted({label for side in sides.values() for label in side.labels}))
    place = {name: code for code, name in enumerate(names)}
    left, right = (np.array([place[x] for x in side.labels], np.int32)[side.codes] for side in sides.values())
    same = left == right
    if same.any():
        at = int(np.argmax(same))
        raise DataError(f"Columns '{schema.left}' and '{schema.right}', {_row(at)}: '{names[left[at]]}' meets itself.")
    return left, right, names


def _weights(column: Column, name: str) -> Floats:
    values = pd.to_numeric(column.to_pandas() if isinstance(column, pa.ChunkedArray) else column, errors="coerce")
    n: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(n) & (n >= 0))
    if wrong.any():
        raise DataError(f"Column '{name}', {_row(int(np.argmax(wrong)))}: expected a number of votes, 0 or more.")
    return n


def _counted(table: Table, schema: schemas.Schema) -> Bools | None:
    if schema.counted is None:
        return None
    encoded = encode(table[schema.counted])
    truth = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False}
    unknown = [label for label in encoded.labels if label.lower() not in truth]
    if unknown or encoded.codes.min(initial=0) < 0:
        raise DataError(f"Column '{schema.counted}': expected true or false in every row, found {unknown or 'gaps'}.")
    return np.array([truth[label.lower()] for label in encoded.labels])[encoded.codes]


def _present(votes: Votes) -> Votes:
    """Leave out contestants without a vote: a column may know names that none of its rows that count has."""
    used = np.zeros(len(votes.names), bool)
    used[votes.left] = used[votes.right] = True
    if used.all():
        return votes
    place = (np.cumsum(used) - 1).astype(np.int32)
    names = tuple(name for name, there in zip(votes.names, used, strict=True) if there)
    return replace(votes, names=names, left=place[votes.left], right=place[votes.right])


def _checked(votes: Votes) -> Votes:
    if not votes.left.size or (votes.n is not None and not votes.n.any()):
        raise DataError("There are no votes that count.")
    if len(votes.names) < 2:
        raise DataError(f"There is only one contestant, '{votes.names[0]}'. Expected at least two.")
    return votes
