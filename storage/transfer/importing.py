"""Votes into a database. The whole file is checked before anything is stored; what is known already is skipped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from arena.errors import DataError, StateConflict
from storage.audit import IMPORT, write_event
from storage.database import Database, insert_missing
from storage.rows import insert_answers, insert_battles, insert_turns, save_contestants
from storage.tables import BattleRow, RaterRow, VoteRow
from storage.transfer.exporting import Progress
from storage.transfer.formats import detect, reader
from storage.transfer.reading import read_rows
from storage.transfer.record import Format, Labels, Record
from storage.votes import insert_votes

T = TypeVar("T")

_NO_LABELS = Labels(language=lambda _: "und", is_code=lambda _: False)
"""For checking: the rules cost time and cannot fail."""
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_BATCH = 200
"""Votes a transaction: the arena can write in between."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that can be imported."""

    path: Path
    format: Format
    votes: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: votes added, and votes that were there before."""

    added: int
    known: int


def check_file(path: Path, format_: Format | None, progress: Progress) -> Checked:
    """Read a whole file without storing anything. Raises `DataError` for the first row that is wrong."""
    rows = read_rows(path)
    first = next(rows, None)
    if first is None:
        raise DataError(f"{path.name} has no rows")
    found = format_ or detect(first)
    read, votes = reader(found, _NO_LABELS), 0
    for row in chain([first], rows):
        _check_texts(row.number, read(row))
        votes += 1
        progress(1)
    return Checked(path, found, votes)


def import_votes(database: Database, checked: Checked, labels: Labels, now: datetime, progress: Progress) -> Imported:
    """Store the votes of a checked file, batch by batch; if that breaks off, a second import goes on."""
    added = known = 0
    read = reader(checked.format, labels)
    for batch in _batches(map(read, read_rows(checked.path)), _BATCH):
        stored = _store(database, batch, now)
        added, known = added + stored, known + len(batch) - stored
        progress(len(batch))
    with database.write() as connection:
        write_event(connection, IMPORT, f"{checked.path.name}: {added} votes as {checked.format.value}", now)
    return Imported(added, known)


def _check_texts(number: int, record: Record) -> None:
    """A NUL or half of a surrogate pair would break off the import when the row is stored."""
    vote, turns = record.vote, record.battle.turns
    answers = [answer for turn in turns for answer in turn.answers]
    texts = [vote.comment, vote.comment_after, vote.left, vote.right, *(turn.prompt for turn in turns)]
    for text in chain(texts, (a.text for a in answers), (a.thinking for a in answers)):
        if _UNSTORABLE.search(text):
            raise DataError(f"row {number}: a text has characters that cannot be stored (NUL, or half of a pair)")


def _store(database: Database, batch: Sequence[Record], now: datetime) -> int:
    try:
        with database.write() as connection:
            new = _unknown(connection, batch)
            if new:
                _insert(connection, database.origin, new, now)
    except StateConflict as error:
        raise DataError(f"a vote contradicts what is stored, or another vote of the file: {error}") from error
    return len(new)


def _unknown(connection: Connection, batch: Sequence[Record]) -> list[Record]:
    """The records whose vote and battle are not stored yet, each once."""
    votes = select(VoteRow.id).where(VoteRow.id.in_([record.vote.id for record in batch]))
    battles = select(BattleRow.id).where(BattleRow.id.in_([record.battle.id for record in batch]))
    known = {*connection.scalars(votes), *connection.scalars(battles)}
    new: dict[str, Record] = {}
    for record in batch:
        if record.vote.id not in known and record.battle.id not in known:
            new.setdefault(record.vote.id, record)
    return list(new.values())


def _insert(connection: Connection, origin: str, records: Sequence[Record], now: datetime) -> None:
    cards = {card.hash: card for record in records for card in (record.left, record.right)}
    save_contestants(connection, cards.values(), now)
    _save_raters(connection, {record.vote.rater_id for record in records if record.vote.rater_id}, now)
    insert_battles(connection, [record.battle for record in records])
    turns = [(record.battle.id, turn) for record in records for turn in record.battle.turns]
    insert_turns(connection, turns)
    insert_answers(connection, ((battle_id, turn.id, answer) for battle_id, turn in turns for answer in turn.answers))
    insert_votes(connection, origin, [record.vote for record in records])


def _save_raters(connection: Connection, rater_ids: Iterable[str], now: datetime) -> None:
    """People from elsewhere: without a cookie, so nobody can come back as one of them."""
    rows = [
        {"id": id_, "digest": None, "erasure_digest": None, "excluded": False, "created_at": now}
        for id_ in sorted(rater_ids)
    ]
    if rows:
        connection.execute(insert_missing(connection, RaterRow), rows)


def _batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
