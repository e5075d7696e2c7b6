"""Codes of texts that repeat, straight from an Arrow array's memory: a few bytes tell known labels apart.

Hashing and comparing every text costs more than all else that is done with a vote. Where texts are equally long, or
short, they are records of one width, and their words of eight bytes can be read all at once: a word or two, at places
where all known labels differ, are multiplied and added, and a table says which label alone has this number. Then the
labels found are laid out as the texts ought to be, and the two stretches of memory are compared: a wrong code is
impossible, whatever the texts are. Where the stretches differ, some text is new.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from arena.analysis.arrays import Ints

Words = NDArray[np.uint64]

MOST = 600
"""Up to this many labels, multipliers that give each a number of its own are soon found."""
SHORT = 12
"""Bytes that a view of a text has room for: four for the length and twelve for the text."""
VIEW = 16
WORD = 8
LONGEST = 256
PLACES = 3
"""More words to look at than this cost as much as hashing."""
DRAWS = 200
BITS = 16


@dataclass(frozen=True, slots=True)
class Records:
    """Texts in memory, `width` bytes each."""

    memory: pa.Buffer
    width: int
    count: int

    def words(self, place: int) -> Words:
        """The eight bytes at a place of each, not copied."""
        return np.ndarray((self.count,), np.uint64, self.memory, place, (self.width,))


@dataclass(frozen=True, slots=True)
class Lookup:
    """Known labels as records, `rows`; at `places`, times `factors`, they have different numbers.

    `slots` is the table from number to label.
    """

    rows: NDArray[np.void]
    viewed: bool
    places: tuple[int, ...]
    factors: tuple[np.uint64, ...]
    slots: Ints

    def codes(self, texts: pa.Array) -> Ints | None:
        """The place of each text among the labels; None where any is not one of them. There must be no nulls."""
        if not len(texts):
            return np.empty(0, np.intp)
        records = _views(texts) if self.viewed else _even(texts, self.rows.itemsize)
        if records is None:
            return None
        found = self.slots.take(_numbers(records, self.places, self.factors), mode="clip")
        same = records.memory.equals(pa.py_buffer(self.rows.take(found, mode="clip")))
        return found if same else None


def prepare(labels: pa.Array) -> Lookup | None:
    """Find what tells the labels apart; None where hashing is the better way."""
    texts = [text.encode() for text in labels.to_pylist()]
    lengths = set(map(len, texts))
    if not 0 < len(texts) <= MOST:
        return None
    if max(lengths) <= SHORT:
        records, viewed = _views(labels), True
    elif len(lengths) == 1 and max(lengths) <= LONGEST:
        records, viewed = _even(labels, max(lengths)), False
    else:
        return None
    if records is None:
        return None
    places = _places(records)
    factors = _factors(records, places)
    if factors is None:
        return None
    slots = np.zeros(1 << BITS, np.intp)
    slots[_numbers(records, places, factors)] = np.arange(len(texts))
    rows = np.frombuffer(records.memory, f"V{records.width}", records.count)
    return Lookup(rows, viewed, places, factors, slots)


def _starts(texts: pa.Array) -> Ints:
    """Where each text starts, and where the last ends."""
    kind = np.dtype(np.int64 if pa.types.is_large_string(texts.type) else np.int32)
    starts = np.frombuffer(texts.buffers()[1], kind, len(texts) + 1, texts.offset * kind.itemsize)
    return starts.astype(np.intp, copy=False)


def _even(texts: pa.Array, width: int) -> Records | None:
    """Texts that are all `width` bytes long, where they are; None where one is not."""
    starts = _starts(texts)
    if not (starts[1:] - starts[:-1] == width).all():
        return None
    return Records(texts.buffers()[2].slice(int(starts[0]), len(texts) * width), width, len(texts))


def _views(texts: pa.Array) -> Records | None:
    """Arrow's views of texts, in which a short text stands itself, filled up with zeros, after its length."""
    starts, memory = _starts(texts), texts.buffers()[2]
    if memory is None:  # only empty texts
        return None
    first = int(starts[0])  # a view says places in 32 bits: count them from this array's first text
    near = (pa.py_buffer(starts - first), memory.slice(first, int(starts[-1]) - first))
    views = pa.LargeStringArray.from_buffers(len(texts), *near).cast(pa.string_view())
    return Records(views.buffers()[1].slice(views.offset * VIEW, len(texts) * VIEW), VIEW, len(texts))


def _places(records: Records) -> tuple[int, ...]:
    """Few places whose words differ between any two labels, each the one that tells most of them apart."""
    classes, chosen = np.zeros(records.count, np.intp), list[int]()
    words = {
        place: np.unique(records.words(place), return_inverse=True)[1] for place in range(records.width - WORD + 1)
    }
    while classes.max() + 1 < records.count and len(chosen) < PLACES:
        split = {p: np.unique(classes * records.count + word, return_inverse=True)[1] for p, word in words.items()}
        best = max(split, key=lambda place: int(split[place].max()))
        classes = split[best]
        chosen.append(best)
    return tuple(chosen or [0])


def _factors(records: Records, places: tuple[int, ...]) -> tuple[np.uint64, ...] | None:
    """Odd multipliers that give each label a number of its own."""
    rng = np.random.default_rng(0)
    for _ in range(DRAWS):
        factors = tuple(rng.integers(0, 1 << 63, len(places), np.uint64) * np.uint64(2) + np.uint64(1))
        if np.unique(_numbers(records, places, factors)).size == records.count:
            return factors
    return None


def _numbers(records: Records, places: tuple[int, ...], factors: tuple[np.uint64, ...]) -> Ints:
    """The uppermost bits of the sum of words times factors."""
    total = records.words(places[0]) * factors[0]
    for place, factor in zip(places[1:], factors[1:], strict=True):
        total += records.words(place) * factor
    total >>= np.uint64(8 * WORD - BITS)
    return total.view(np.intp)
