"""Column types: UTC times, words from our enums, lists of such words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import DateTime, Dialect, Enum, Text, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware UTC datetime; SQLite, which has no time zones, keeps the UTC wall time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: it would be stored as some other moment."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class WordList(TypeDecorator[tuple[StrEnum, ...]]):
    """A short list of words of one enum, in its order, as a JSON array."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Sequence[StrEnum] | None, _dialect: Dialect) -> str | None:
        """Write the words."""
        return None if value is None else json.dumps([word.value for word in value])

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[StrEnum, ...] | None:
        """Read the words."""
        if value is None:
            return None
        return () if value == "[]" else tuple(self.words(word) for word in json.loads(value))


def closed_words(words: type[StrEnum], name: str) -> Enum:
    """One of these words and nothing else: the database checks it (constraint `name`)."""
    return _words(words, name, check=True)


def growing_words(words: type[StrEnum], name: str) -> Enum:
    """One of these words; unchecked by the database, so that a new word needs no migration."""
    return _words(words, name, check=False)


def _words(words: type[StrEnum], name: str, *, check: bool) -> Enum:
    return Enum(
        words,
        name=name,
        native_enum=False,
        create_constraint=check,
        length=24,
        values_callable=lambda all_words: [word.value for word in all_words],
    )
