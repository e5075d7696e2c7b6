"""Votes reduced once to a count table (left, right, outcome), per rater where asked. Everything is fitted on counts.

Count tables of shards add up (`merge`), so any engine can make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from arena.analysis import schemas
from arena.analysis.arrays import Bools, Codes, Column, Floats, Ints, scatter
from arena.analysis.encoding import PIECE, Encoded, encode
from arena.errors import DataError
from arena.models import Standing, VoteCount

TIE, BOTH_BAD = 2, 3
LONE = -1
"""The rater of a vote whose rater is unknown: a cluster of its own."""
DENSE_CELLS = 1 << 22
"""Up to this many possible cells, counting into an array is cheaper than sorting the votes' keys."""

Table = pd.DataFrame | pa.Table


@dataclass(frozen=True, slots=True)
class Counts:
    """Cells of equal votes: `n[c]` votes of `outcome[c]` (a code, see `schemas.OUTCOMES`) between two contestants.

    `left` and `right` index `names`, which are sorted. `rater` is None when raters were not asked for or not known.
    """

    names: tuple[str, ...]
    left: Codes
    right: Codes
    outcome: Codes
    n: Floats
    rater: Codes | None = None
    excluded: int = 0

    @property
    def n_votes(self) -> float:
        """Votes in all cells."""
        return float(self.n.sum())

    @property
    def n_raters(self) -> int | None:
        """Distinct known raters; None where raters are not known."""
        return None if self.rater is None else int(np.unique(self.rater[self.rater != LONE]).size)

    def select(self, keep: Bools) -> Counts:
        """Keep some cells. Contestants who lose all their votes keep their place in `names`."""
        rater = None if self.rater is None else self.rater[keep]
        return replace(
            self, left=self.left[keep], right=self.right[keep], outcome=self.outcome[keep], n=self.n[keep], rater=rater
        )

    def without_raters(self) -> Counts:
        """The same votes, with the raters summed out."""
        return _from_codes(self.names, self.left, self.right, self.outcome, self.n, None, self.excluded)


def reduce_votes(table: Table, *, raters: bool = False) -> Counts:
    """Reduce a table of votes, one a row (or with a `count` column). Raises `DataError` for anything unexpected."""
    schema = schemas.detect(list(map(str, _columns(table))))
    if not len(table):
        raise DataError("There are no votes: the table has no rows.")
    keep = _counted(table, schema)
    outcome = _outcomes(encode(table[schema.outcome]), schema.outcome)
    left, right, names = _contestants(table, schema)
    n = None if schema.count is None else _weights(table[schema.count], schema.count)
    rater = encode(table[schema.rater]).codes if raters and schema.rater else None
    excluded = 0
    if keep is not None:
        excluded = int((~keep).sum())
        left, right, outcome = left[keep], right[keep], outcome[keep]
        n, rater = n if n is None else n[keep], rater if rater is None else rater[keep]
    return _checked(_from_codes(names, left, right, outcome, n, rater, excluded))


def from_cells(
    left: Sequence[str],
    right: Sequence[str],
    outcome: Sequence[str],
    n: Sequence[float],
    rater: Sequence[str | None] | None = None,
) -> Counts:
    """Counts from cells given as plain columns, in the words of the public data sets."""
    data = {"model_a": list(left), "model_b": list(right), "winner": list(outcome), "count": list(n)}
    if rater is not None:
        data["rater"] = list(rater)
    return reduce_votes(pd.DataFrame(data), raters=rater is not None)


def from_vote_counts(cells: Iterable[VoteCount]) -> Counts:
    """Counts from the store's maintained table; cells that do not count are only added up in `excluded`."""
    rows = list(cells)
    counted = [cell for cell in rows if cell.standing is Standing.COUNTED and cell.n]
    if not counted:
        raise DataError("There are no votes that count yet.")
    columns = ([c.left for c in counted], [c.right for c in counted], [c.outcome.value for c in counted])
    excluded = sum(cell.n for cell in rows if cell.standing is not Standing.COUNTED)
    return replace(from_cells(*columns, [float(cell.n) for cell in counted]), excluded=excluded)


def merge(parts: Sequence[Counts]) -> Counts:
    """Add up the count tables of shards. Raters are summed out: their codes mean nothing across shards."""
    names = tuple(sorted({name for part in parts for name in part.names}))
    place = {name: code for code, name in enumerate(names)}
    codes = [np.array([place[name] for name in part.names], np.int32) for part in parts]
    left = np.concatenate([code[part.left] for code, part in zip(codes, parts, strict=True)])
    right = np.concatenate([code[part.right] for code, part in zip(codes, parts, strict=True)])
    outcome = np.concatenate([part.outcome for part in parts])
    n = np.concatenate([part.n for part in parts])
    return _from_codes(names, left, right, outcome, n, None, sum(part.excluded for part in parts))


def _columns(table: Table) -> Sequence[str]:
    return list(table.column_names) if isinstance(table, pa.Table) else list(table.columns)


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
            raise DataError(f"Column '{column}', {_row(int(bad[0]))}: the outcome is {label}. Expected one of: {wanted}.")
    return codes


def _contestants(table: Table, schema: schemas.Schema) -> tuple[Codes, Codes, tuple[str, ...]]:
    sides = {name: encode(table[name]) for name in (schema.left, schema.right)}
    for name, side in sides.items():
        if side.codes.min(initial=0) < 0:
            raise DataError(f"Column '{name}', {_row(int(np.argmax(side.codes < 0)))}: the contestant's name is missing.")
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


def _from_codes(
    names: tuple[str, ...],
    left: Codes,
    right: Codes,
    outcome: Codes,
    n: Floats | None,
    rater: Codes | None,
    excluded: int,
) -> Counts:
    size = len(names)
    if rater is None and size * size * 4 <= DENSE_CELLS:
        total = _tally(left, right, outcome, n, size)
        keys: Ints = np.flatnonzero(total)
        cells = total[keys]
    else:
        key = (left.astype(np.int64) * size + right) * 4 + outcome
        if rater is not None:
            key += (rater.astype(np.int64) + 1) * (4 * size * size)
        keys, cells = _group(key, n)
    pair, who = keys // 4 % (size * size), keys // (4 * size * size) - 1
    return Counts(
        names,
        (pair // size).astype(np.int32),
        (pair % size).astype(np.int32),
        (keys % 4).astype(np.int32),
        cells,
        None if rater is None else who.astype(np.int32),
        excluded,
    )


def _group(key: Ints, n: Floats | None) -> tuple[Ints, Floats]:
    """Distinct keys and the votes of each, by sorting."""
    order = None if n is None else np.argsort(key)
    ordered = np.sort(key) if order is None else key[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    if n is None or order is None:
        return ordered[starts], np.diff(starts, append=ordered.size).astype(np.float64)
    cells: Floats = np.add.reduceat(n[order], starts) if starts.size else np.empty(0)
    return ordered[starts][cells > 0], cells[cells > 0]


def _tally(left: Codes, right: Codes, outcome: Codes, n: Floats | None, size: int) -> Floats:
    """Count votes per possible cell, a piece of the rows at a time."""
    total = np.zeros(size * size * 4)
    for start in range(0, left.size, PIECE):
        rows = slice(start, start + PIECE)
        key = (left[rows] * np.int32(size) + right[rows]) * np.int32(4) + outcome[rows]
        if n is None:
            total += np.bincount(key, minlength=total.size)
        else:
            total += scatter(key, n[rows], total.size)
    return total


def _checked(counts: Counts) -> Counts:
    if not counts.n.size:
        raise DataError("There are no votes that count.")
    if len(counts.names) < 2:
        raise DataError(f"There is only one contestant, '{counts.names[0]}'. Expected at least two.")
    return counts
