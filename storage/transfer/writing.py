"""Rows -> files: CSV, JSON lines, a JSON array, Parquet. Each writer takes rows in batches and holds one batch."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from storage.transfer.columns import COLUMNS

Rows = Sequence[Mapping[str, Any]]
Write = Callable[[Rows], None]
Writer = Callable[[IO[bytes]], AbstractContextManager[Write]]
"""Opens a writer on a binary stream; leaving the context completes the file."""


@contextmanager
def csv_writer(stream: IO[bytes]) -> Iterator[Write]:
    """Our own columns as CSV (RFC 4180, UTF-8)."""
    text = _Utf8(stream)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)

    def write(rows: Rows) -> None:
        writer.writerows([kind.text(row[name]) for name, kind in COLUMNS.items()] for row in rows)

    yield write


@contextmanager
def jsonl_writer(stream: IO[bytes]) -> Iterator[Write]:
    """One JSON object a line."""

    def write(rows: Rows) -> None:
        for row in rows:
            stream.write(_json(row) + b"\n")

    yield write


@contextmanager
def json_writer(stream: IO[bytes]) -> Iterator[Write]:
    """One JSON array, one object a line."""
    separator = b"[\n"

    def write(rows: Rows) -> None:
        nonlocal separator
        for row in rows:
            stream.write(separator + _json(row))
            separator = b",\n"

    yield write
    stream.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def parquet_writer(schema: pa.Schema) -> Writer:
    """Parquet with a schema."""

    @contextmanager
    def opened(stream: IO[bytes]) -> Iterator[Write]:
        with pq.ParquetWriter(stream, schema, compression="zstd") as writer:

            def write(rows: Rows) -> None:
                writer.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema))

            yield write

    return opened


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when it is complete and not before."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _Utf8:
    """What csv.writer needs of a text stream, on a binary one that stays open."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text.encode())


def _json(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")
