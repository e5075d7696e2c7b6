"""Votes reduced once to a count table (left, right, outcome), per rater where asked. Everything is fitted on counts.

Count tables of shards add up (`merge`), so any engine can make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np
import pandas as pd

from arena.analysis import schemas
from arena.analysis.arrays import Bools, Codes, Floats, Ints, scatter
from arena.analysis.encoding import PIECE
from arena.analysis.schemas import OUTCOMES, Schema
from arena.analysis.tally import tally
from arena.analysis.votes import Table, Votes, column_names, encode_votes
from arena.errors import DataError
from arena.models import Standing, VoteCount

TIE, BOTH_BAD = 2, 3
CODES = {outcome: code for code, outcome in enumerate(OUTCOMES)}
PLAIN = attrgetter("outcome._value_")
PLAIN_CODES = {outcome.value: code for outcome, code in CODES.items()}
"""By plain texts: an enum's member is hashed in Python, which cost most of a visit to the leaderboard."""
LONE = -1
"""The rater of a vote whose rater is unknown: a cluster of its own."""
DENSE_CELLS = 1 << 22
ROOM = 16
"""Up to this many possible cells, and this many per vote, counting into an array is cheaper than sorting keys."""


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


def scores(counts: Counts) -> tuple[Floats, Floats, Floats]:
    """Wins, losses and ties (both_bad among them) per contestant."""
    size = len(counts.names)
    left, right = (
        scatter(side * 4 + counts.outcome, counts.n, 4 * size).reshape(size, 4).T
        for side in (counts.left, counts.right)
    )
    return left[0] + right[1], left[1] + right[0], left[TIE] + left[BOTH_BAD] + right[TIE] + right[BOTH_BAD]


def reduce_votes(table: Table, *, raters: bool = False) -> Counts:
    """Reduce a table of votes, one a row (or with a `count` column). Raises `DataError` for anything unexpected."""
    schema = schemas.detect(column_names(table))
    if not (raters and schema.rater) and schema.count is None and schema.counted is None:
        counted = _tallied(table, schema)
        if counted is not None:
            return counted
    return reduce(encode_votes(table, raters=raters))


def reduce(votes: Votes) -> Counts:
    """Count equal votes."""
    v = votes
    return _from_codes(v.names, v.left, v.right, v.outcome, v.n, v.rater, v.excluded)


def _tallied(table: Table, schema: Schema) -> Counts | None:
    """The usual table counted quickly; None for any other and for all that is wrong, which `encode_votes` can name."""
    found = tally(table[schema.left], table[schema.right], table[schema.outcome])
    if found is None or (found.left == found.right).any():
        return None
    met = np.zeros(len(found.names), bool)  # categories may be there that nobody has
    met[found.left] = met[found.right] = True
    codes = sorted(np.flatnonzero(met).tolist(), key=found.names.__getitem__)
    place = np.zeros(met.size, np.intp)
    place[codes] = np.arange(len(codes))
    names = tuple(found.names[code] for code in codes)
    n = None if found.n is None else found.n.astype(np.float64)
    return _from_codes(names, place[found.left], place[found.right], found.outcome, n, None, 0)


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
    rows, counts = list(cells), Standing.COUNTED
    counted = [cell for cell in rows if cell.standing is counts and cell.n]
    if not counted:
        raise DataError("There are no votes that count yet.")
    lefts, rights = [cell.left for cell in counted], [cell.right for cell in counted]
    names = tuple(sorted({*lefts, *rights}))
    place = {name: code for code, name in enumerate(names)}
    left, right = (np.array([place[name] for name in side], np.int32) for side in (lefts, rights))
    outcome = np.array([PLAIN_CODES[text] for text in map(PLAIN, counted)], np.int32)
    n = np.array([cell.n for cell in counted], np.float64)
    excluded = sum(cell.n for cell in rows if cell.standing is not counts) if len(counted) < len(rows) else 0
    return _from_codes(names, left, right, outcome, n, None, excluded)


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


def _from_codes(
    names: tuple[str, ...],
    left: Codes | Ints,
    right: Codes | Ints,
    outcome: Codes | Ints,
    n: Floats | None,
    rater: Codes | None,
    excluded: int,
) -> Counts:
    size = len(names)
    if rater is None and size * size * 4 <= min(DENSE_CELLS, ROOM * left.size):
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


def _tally(left: Codes | Ints, right: Codes | Ints, outcome: Codes | Ints, n: Floats | None, size: int) -> Floats:
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
