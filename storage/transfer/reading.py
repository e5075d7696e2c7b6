"""Files -> rows, whatever their name: Parquet, CSV, JSON lines and JSON arrays are told apart by how they begin."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from arena.errors import DataError
from storage.transfer.row import Row

_PARQUET_MAGIC = b"PAR1"
_BATCH = 200
_CHUNK = 1 << 20
_BLANK = " \t\r\n,"


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file one after the other, numbered from 1. Raises `DataError` where it cannot be read."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
        yield from _reader(start)(path)
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text ({error.reason} at byte {error.start})") from error
    except (OSError, pa.ArrowInvalid, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from error


def _reader(start: bytes) -> Any:
    if start.startswith(_PARQUET_MAGIC):
        return _parquet_rows
    if start.startswith(b"["):
        return _json_rows
    if start.startswith(b"{"):
        return _jsonl_rows
    return _csv_rows


def _parquet_rows(path: Path) -> Iterator[Row]:
    number = 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH):
            for columns in _microseconds(batch).to_pylist():
                number += 1
                yield Row(number, columns)


def _microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Nanoseconds do not fit a Python time; no vote needs them."""
    for index, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type):
            times = batch.column(index).cast(pa.timestamp("us", field.type.tz), safe=False)
            batch = batch.set_column(index, field.name, times)
    return batch


def _csv_rows(path: Path) -> Iterator[Row]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a conversation is longer than the default limit
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        for number, columns in enumerate(reader, 1):
            if None in columns or None in columns.values():
                raise DataError(f"row {number}: expected {len(reader.fieldnames or ())} fields, as in the first line")
            yield Row(number, columns)


def _jsonl_rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="\n") as stream:
        lines = (line for line in stream if line.strip())
        for number, line in enumerate(lines, 1):
            try:
                columns = json.loads(line)
            except ValueError as error:
                raise DataError(f"row {number}: not a JSON object on one line ({error})") from error
            yield _object(number, columns)


def _json_rows(path: Path) -> Iterator[Row]:
    """The objects of one array, read piece by piece."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8-sig") as stream:
        text, number = stream.read(_CHUNK).lstrip()[1:], 0
        while True:
            text = text.lstrip(_BLANK)
            if text.startswith("]"):
                return
            try:
                columns, end = decoder.raw_decode(text)
            except ValueError as error:
                text += _more(stream, number + 1, error)
                continue
            number += 1
            text = text[end:]
            yield _object(number, columns)


def _more(stream: IO[str], number: int, error: ValueError) -> str:
    more = stream.read(_CHUNK)
    if not more:
        raise DataError(f"row {number}: not a JSON object in an array ({error})") from error
    return more


def _object(number: int, columns: Any) -> Row:
    if not isinstance(columns, dict):
        raise DataError(f"row {number}: expected a JSON object")
    return Row(number, columns)
