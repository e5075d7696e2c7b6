"""A column of strings or categories as integer codes and labels, at the speed of its memory.

Columns are read in pieces of `PIECE` rows so that a piece stays in the processor's cache and no copy of a whole
column is ever made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from arena.analysis.arrays import Codes, Column

PIECE = 1 << 17
"""Rows per piece: the codes of three columns and their keys fit into a second-level cache."""

FEW = 2000
"""Up to this many labels, looking a value up costs less than a hash table that may have to grow."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column as codes into `labels`; -1 stands for a missing value."""

    codes: Codes
    labels: tuple[str, ...]


def encode(column: Column) -> Encoded:
    """Encode a pandas Series, or a pyarrow Array or ChunkedArray, of strings, categories or plain values."""
    if isinstance(column, pd.Series) and isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(np.int32, copy=False)
        return Encoded(codes, tuple(map(str, column.cat.categories)))
    chunked = _chunked(column)
    if chunked.num_chunks > 1 and (pa.types.is_large_string(chunked.type) or pa.types.is_string(chunked.type)):
        found = _look_up(chunked.chunks)
        if found is not None:
            return found
    # Encoding gives all pieces one dictionary; a column that came encoded may have one per piece.
    encoded = chunked.unify_dictionaries() if pa.types.is_dictionary(chunked.type) else chunked.dictionary_encode()
    pieces = [_codes(piece) for piece in encoded.chunks]
    labels = encoded.chunk(0).dictionary.to_pylist() if pieces else []
    codes = pieces[0] if len(pieces) == 1 else np.concatenate([np.empty(0, np.int32), *pieces])
    return Encoded(codes, tuple(map(str, labels)))


def _look_up(pieces: Sequence[pa.Array]) -> Encoded | None:
    """Encode by looking values up among those seen so far, which is faster than encoding; None where they are many."""
    labels = pieces[0].slice(0, 0)
    codes = []
    for piece in pieces:
        found = pc.index_in(piece, value_set=labels)
        if found.null_count > piece.null_count:
            new = piece.filter(pc.and_(found.is_null(), piece.is_valid())).unique()
            labels = pa.concat_arrays([labels, new])
            if len(labels) > FEW:
                return None
            found = pc.index_in(piece, value_set=labels)
        codes.append(_plain(found))
    return Encoded(np.concatenate(codes), tuple(labels.to_pylist()))


def _chunked(column: Column) -> pa.ChunkedArray:
    array = to_arrow(column)
    if isinstance(array, pa.ChunkedArray) and array.num_chunks == 1 and len(array) <= PIECE:
        return array
    chunks: Sequence[pa.Array] = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    pieces = [chunk.slice(start, PIECE) for chunk in chunks for start in range(0, len(chunk), PIECE)]
    return pa.chunked_array(pieces, type=array.type)


def to_arrow(column: Column) -> pa.Array | pa.ChunkedArray:
    """A column as Arrow's array, not copied where it is one."""
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return column
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # values of several types: compare them by their names
        return pa.array(column.map(str, na_action="ignore"), from_pandas=True)


def _codes(piece: pa.DictionaryArray) -> Codes:
    return _plain(piece.indices)


def _plain(indices: pa.Array) -> Codes:
    filled = indices.fill_null(-1) if indices.null_count else indices
    codes: Codes = filled.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    return codes
