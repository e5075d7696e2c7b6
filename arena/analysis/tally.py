"""Votes counted straight from their columns, a piece at a time: no column of codes is ever made.

Only what most tables of votes are is counted here: names and outcomes as texts or categories, one vote a row, nothing
missing. Of anything else, and of every mistake, `tally` says None; `votes.encode_votes` tells which row it is in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arena.analysis import lookup
from arena.analysis.arrays import Column, Ints
from arena.analysis.encoding import PIECE, to_arrow
from arena.analysis.schemas import LABELS

BLOCK = 1 << 18
"""Rows counted at once: passing over all possible cells for fewer would cost more than counting them."""
MOST = 700
"""Contestants of whom every possible cell has room in an array."""
ROOM = 16
"""Up to this many possible cells per vote, counting into an array is cheaper than sorting."""
KINDS = 8
"""Outcomes in a key: a few more than there are labels, so that only those who misspell need a closer look."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Cells of `n` equal votes each, or single votes (None). Contestants are in the order of their coming."""

    names: tuple[str, ...]
    left: Ints
    right: Ints
    outcome: Ints
    n: Ints | None


@dataclass(slots=True)
class Coder:
    """Gives texts codes in the order of their coming; `many`: finding out what tells them apart pays."""

    many: bool
    labels: pa.Array = field(default_factory=lambda: pa.array([], pa.large_string()))
    quick: lookup.Lookup | None = None

    def codes(self, texts: pa.Array) -> Ints | None:
        """The texts' codes; None where one is missing or they are no texts."""
        if texts.null_count or not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
            return None
        found = None if self.quick is None else self.quick.codes(texts)
        return self._hashed(texts) if found is None else found

    def _hashed(self, texts: pa.Array) -> Ints:
        if not len(self.labels):
            encoded = texts.dictionary_encode()
            self._learn(encoded.dictionary)
            return _plain(encoded.indices)
        found = pc.index_in(texts, value_set=self.labels)
        if found.null_count:
            new = texts.filter(found.is_null()).unique()
            self._learn(pa.concat_arrays([self.labels, new.cast(self.labels.type)]))
            found = pc.index_in(texts, value_set=self.labels)
        return _plain(found)

    def _learn(self, labels: pa.Array) -> None:
        self.labels = labels
        self.quick = lookup.prepare(labels) if self.many else None


@dataclass(slots=True)
class Reader:
    """One column's pieces as codes; the codes of its categories are kept, which pieces mostly share."""

    coder: Coder
    dictionary: pa.Array | None = None
    translation: Ints | None = None

    def codes(self, piece: pa.Array) -> Ints | None:
        """A piece's codes; None where it has a gap or is of neither texts nor categories."""
        if not pa.types.is_dictionary(piece.type):
            return self.coder.codes(piece)
        if self.dictionary is None or not self.dictionary.equals(piece.dictionary):
            self.dictionary, self.translation = piece.dictionary, self.coder.codes(piece.dictionary)
        if piece.null_count or self.translation is None:
            return None
        return self.translation.take(_plain(piece.indices))


@dataclass(slots=True)
class Cells:
    """Votes per possible cell of `size` contestants, and the keys of those that were not added up yet."""

    size: int = 0
    total: Ints = field(default_factory=lambda: np.zeros(0, np.intp))
    waiting: list[Ints] = field(default_factory=list)
    rows: int = 0

    def add(self, left: Ints, right: Ints, outcome: Ints, size: int) -> None:
        """Count votes among `size` contestants."""
        if size > self.size:
            self._grow(size)
        key = left * self.size
        key += right
        key *= KINDS
        key += outcome
        self.waiting.append(key)
        self.rows += key.size
        if self.rows >= max(BLOCK, size * size * KINDS):
            self._flush()

    def found(self) -> tuple[Ints, Ints | None]:
        """Keys of the cells that have votes, and how many; of each vote where there are few."""
        if not self.total.size and self.size * self.size * KINDS > ROOM * self.rows:
            return np.concatenate(self.waiting), None
        self._flush()
        keys: Ints = np.flatnonzero(self.total)
        return keys, self.total[keys]

    def _flush(self) -> None:
        if self.waiting:
            votes = np.bincount(np.concatenate(self.waiting), minlength=self.size * self.size * KINDS)
            self.total = self.total + votes if self.total.size else votes
        self.waiting, self.rows = [], 0

    def _grow(self, size: int) -> None:
        """Make room; most names come early, so this happens a few times only."""
        self._flush()
        if self.total.size:
            square = np.zeros((size, size, KINDS), np.intp)
            square[: self.size, : self.size] = self.total.reshape(self.size, self.size, KINDS)
            self.total = square.ravel()
        self.size = size


def tally(left: Column, right: Column, outcome: Column) -> Tally | None:
    """Count votes; None where that takes a closer look, or more room than there is."""
    columns = [to_arrow(column) for column in (left, right, outcome)]
    table = pa.Table.from_arrays(columns, ["left", "right", "outcome"])
    names, outcomes = Coder(len(table) > BLOCK), Coder(len(table) > BLOCK)
    readers, cells = (Reader(names), Reader(names), Reader(outcomes)), Cells()
    for batch in table.to_batches(max_chunksize=PIECE):
        lefts, rights, ends = (reader.codes(piece) for reader, piece in zip(readers, batch.columns, strict=True))
        if lefts is None or rights is None or ends is None or len(names.labels) > MOST or len(outcomes.labels) > KINDS:
            return None
        cells.add(lefts, rights, ends, len(names.labels))
    return _told(names, outcomes, cells) if cells.size else None


def _told(names: Coder, outcomes: Coder, cells: Cells) -> Tally | None:
    labels = outcomes.labels.to_pylist()
    if any(label not in LABELS for label in labels):
        return None
    keys, n = cells.found()
    pair, size = keys // KINDS, cells.size
    meaning = np.array([LABELS[label] for label in labels], np.intp)
    return Tally(tuple(names.labels.to_pylist()), pair // size, pair % size, meaning[keys % KINDS], n)


def _plain(indices: pa.Array) -> Ints:
    codes: Ints = indices.to_numpy(zero_copy_only=False).astype(np.intp, copy=False)
    return codes
