"""The formats by name: how each writes a record, reads a row, and is known by its columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from arena.errors import DataError
from storage.transfer import arena_140k, chatbot_arena, columns, own
from storage.transfer.masking import masked
from storage.transfer.record import Format, Labels, Record
from storage.transfer.row import Row
from storage.transfer.writing import Writer, csv_writer, json_writer, jsonl_writer, parquet_writer

OWN = frozenset({Format.CSV, Format.PARQUET})
"""The lossless formats; they have every vote, counted or not."""

_TO_ROW: Mapping[Format, Callable[[Record], dict[str, Any]]] = {
    Format.ARENA_140K: arena_140k.to_row,
    Format.CHATBOT_ARENA: chatbot_arena.to_row,
    Format.CSV: own.to_row,
    Format.PARQUET: own.to_row,
}
_MARKS = {
    Format.CSV: own.MARKS,
    Format.ARENA_140K: arena_140k.MARKS,
    Format.CHATBOT_ARENA: chatbot_arena.MARKS,
}


@dataclass(frozen=True, slots=True)
class Output:
    """How a record becomes a row, and rows a file."""

    to_row: Callable[[Record], dict[str, Any]]
    writer: Writer
    binary: bool


def output(format_: Format, name: str) -> Output:
    """How to write a format to a file of this name; the public formats look at its ending."""
    suffix = Path(name).suffix.lower()
    if format_ is Format.CSV:
        return Output(_TO_ROW[format_], csv_writer, binary=False)
    if format_ is Format.PARQUET:
        return Output(_TO_ROW[format_], parquet_writer(columns.arrow_schema()), binary=True)
    if suffix == ".parquet":
        schema = (arena_140k if format_ is Format.ARENA_140K else chatbot_arena).arrow_schema()
        return Output(_TO_ROW[format_], parquet_writer(schema), binary=True)
    return Output(_TO_ROW[format_], json_writer if suffix == ".json" else jsonl_writer, binary=False)


def masking(form: Output) -> Output:
    """The same with personal data masked in every text."""
    return replace(form, to_row=lambda record: form.to_row(masked(record)))


def detect(row: Row) -> Format:
    """The format of a file by its first row. Raises `DataError` when it is none of ours."""
    for format_, marks in _MARKS.items():
        if marks <= row.columns.keys():
            return format_
    known = "; ".join(f"{format_.value}: {', '.join(sorted(marks))}" for format_, marks in _MARKS.items())
    raise DataError(f"the columns are those of no known format; expected at least ({known})")


def reader(format_: Format, labels: Labels) -> Callable[[Row], Record]:
    """How to read a row of a format."""
    if format_ in OWN:
        return own.from_row
    return partial((arena_140k if format_ is Format.ARENA_140K else chatbot_arena).from_row, labels=labels)
