"""A row of a file that is being read: typed looks at its columns, and errors that name the row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from arena.errors import DataError

W = TypeVar("W", bound=StrEnum)
_SHOWN = 60


class Row:
    """A row by its number in the file, from 1, and its columns."""

    def __init__(self, number: int, columns: Mapping[str, Any]) -> None:
        self.number = number
        self.columns = columns

    def error(self, column: str, expected: str) -> DataError:
        """What is wrong with this row, for the person whose file it is."""
        if column not in self.columns:
            return DataError(f"row {self.number}: the column {column} is missing; expected {expected}")
        found = repr(self.columns[column])
        shown = found if len(found) <= _SHOWN else f"{found[:_SHOWN]}…"
        return DataError(f"row {self.number}: {column} is {shown}; expected {expected}")

    def get(self, column: str) -> Any:
        """A column's value, None where there is none."""
        return self.columns.get(column)

    def text(self, column: str) -> str:
        """A column that must hold text, with something in it."""
        value = self.get(column)
        if not isinstance(value, str) or not value:
            raise self.error(column, "text")
        return value

    def word(self, column: str, words: Mapping[str, W]) -> W:
        """A column that must hold one of a few words."""
        value = self.get(column)
        if not isinstance(value, str) or value not in words:
            raise self.error(column, f"one of {', '.join(words)}")
        return words[value]

    def nested(self, column: str) -> Any:
        """A column with structure: as the file has it, or parsed if it is JSON text."""
        value = self.get(column)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise self.error(column, "JSON") from error
