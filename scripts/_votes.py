"""Where the votes of an analysis come from: a file, or a database by its file or URL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from arena.analysis.conversations import with_conversations
from arena.analysis.sources import read_votes
from arena.analysis.verdicts import REASONS, judge
from arena.errors import DataError
from arena.models import Standing
from storage.database import open_database
from storage.statistics import ContestantStats, contestant_stats
from storage.tallies import count_table, vote_table

SQLITE_SUFFIXES = (".db", ".sqlite", ".sqlite3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an analysis needs beside who met whom and what was voted.

    `columns` of a file; of a database one row a vote, the conversations, the first prompts, how answers ended.
    """

    columns: Collection[str] = ()
    single: bool = False
    texts: bool = False
    prompts: bool = False
    answers: bool = False
    include: Collection[Standing] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A table of votes or counts, and how many do not count, by reason (empty where the source has no reasons).

    `contestants`: how their attempts ended, where the source is a database and that was wanted.
    """

    table: pa.Table
    not_counted: Mapping[str, float]
    contestants: Sequence[ContestantStats] = ()


def find_votes(source: str, wanted: Wanted) -> Found:
    """Read the votes of a file or database. Raises `DataError`, or what the database says."""
    url = database_url(source)
    if url is None:
        judged = judge(with_conversations(read_votes(Path(source), [*wanted.columns, REASONS])), wanted.include)
        return Found(judged.table, judged.not_counted)
    table, contestants = _from_database(url, wanted)
    judged = judge(with_conversations(table), wanted.include)
    return Found(judged.table, judged.not_counted, contestants)


def looks_like_database(source: str) -> bool:
    """Whether a source is named like a database: a URL, or a file with one of SQLite's suffixes."""
    return "://" in source or Path(source).suffix.lower() in SQLITE_SUFFIXES


def database_url(source: str) -> str | None:
    """The URL of the database that a source is, or None for a file of votes. Raises `DataError` if it is not there."""
    if not looks_like_database(source):
        return None
    url = source if "://" in source else f"sqlite:///{source}"
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).is_file():
        raise DataError(f"{file} does not exist.")
    return url


def _from_database(url: str, wanted: Wanted) -> tuple[pa.Table, list[ContestantStats]]:
    database = open_database(url)
    try:
        contestants: list[ContestantStats] = []
        if wanted.answers:
            with database.read() as connection:
                contestants = contestant_stats(connection, database.origin)
        if wanted.single:
            return vote_table(database, texts=wanted.texts, prompts=wanted.prompts), contestants
        return count_table(database, raters=True, exact=bool(wanted.include)), contestants
    finally:
        database.close()
