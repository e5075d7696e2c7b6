"""Votes out of a database, in the order in which they were given, in batches."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select

from arena.models import Battle, Standing
from storage.database import Database
from storage.loading import HEADS, load_battles
from storage.rows import Card
from storage.tables import BattleRow, ContestantRow, VoteRow
from storage.transfer.formats import Output
from storage.transfer.record import Record

_BATCH = 200

_FIRST_PAGE = (
    select(VoteRow.id, VoteRow.battle_id, VoteRow.rater_id, VoteRow.standing, VoteRow.created_at)
    .order_by(VoteRow.created_at, VoteRow.id)
    .limit(_BATCH)
)
_NEXT_PAGE = _FIRST_PAGE.where(
    VoteRow.created_at >= bindparam("time"),
    or_(VoteRow.created_at > bindparam("time"), VoteRow.id > bindparam("vote_id")),
)
_BATTLES = HEADS.where(BattleRow.id.in_(bindparam("battle_ids", expanding=True)))
_CARDS = select(ContestantRow.hash, ContestantRow.name, ContestantRow.snapshot, ContestantRow.notice).where(
    ContestantRow.hash.in_(bindparam("hashes", expanding=True))
)

Progress = Callable[[int], None]
"""Called with the number of votes that have been dealt with since the last call."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What went into a file: how many votes, how many were left out as not counted, and whose licences go with it."""

    votes: int
    left_out: int
    noticed: tuple[Card, ...]

    @property
    def notice(self) -> str:
        """The text that must stay with the file; empty when no contestant asks for one."""
        if not self.noticed:
            return ""
        lines = [_notice_line(card) for card in self.noticed]
        return "\n".join(
            [
                "The file beside this one contains output of these models. Keep this notice with it.",
                "A licence may limit what the output is used for: Meta's Llama 3 licence, for example,",
                "forbids using it to improve any other large language model.",
                "",
                *lines,
                "",
            ]
        )


def count_votes(database: Database) -> int:
    """How many votes there are, counted or not."""
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(VoteRow)) or 0


def export_votes(
    database: Database, output: Output, stream: IO[bytes], *, everything: bool, progress: Progress
) -> Exported:
    """Write the votes that count (or all of them) from one state of the database."""
    written = left_out = 0
    noticed: dict[str, Card] = {}
    with database.read() as connection, output.writer(stream) as write:
        for page in _pages(connection):
            chosen = [vote for vote in page if everything or vote.row.standing is Standing.COUNTED]
            records = _records(connection, database.origin, chosen)
            write([output.to_row(record) for record in records])
            noticed |= {c.hash: c for record in records for c in (record.left, record.right) if c.notice}
            written, left_out = written + len(chosen), left_out + len(page) - len(chosen)
            progress(len(page))
    return Exported(written, left_out, tuple(sorted(noticed.values(), key=lambda card: (card.name, card.hash))))


@dataclass(frozen=True, slots=True)
class _Vote:
    row: Row[*tuple[Any, ...]]
    order: int


def _pages(connection: Connection) -> Iterator[list[_Vote]]:
    """All votes in order, each with its number among its rater's."""
    seen: Counter[str] = Counter()
    rows = connection.execute(_FIRST_PAGE).all()
    while rows:
        page = []
        for row in rows:
            rater = row.rater_id or row.id
            seen[rater] += 1
            page.append(_Vote(row, seen[rater]))
        yield page
        last = rows[-1]
        rows = connection.execute(_NEXT_PAGE, {"time": last.created_at, "vote_id": last.id}).all()


def _records(connection: Connection, origin: str, votes: Sequence[_Vote]) -> list[Record]:
    if not votes:
        return []
    ids = [vote.row.battle_id for vote in votes]
    battles = {b.id: b for b in load_battles(connection, origin, _BATTLES, battle_ids=ids)}
    hashes = {hash_ for b in battles.values() for hash_ in (b.left_hash, b.right_hash)}
    rows = connection.execute(_CARDS, {"hashes": sorted(hashes)})
    cards = {row.hash: Card(row.hash, row.name, row.snapshot, row.notice) for row in rows}
    return [_record(battles[vote.row.battle_id], cards, vote.order) for vote in votes]


def _record(battle: Battle, cards: dict[str, Card], order: int) -> Record:
    if battle.vote is None:
        raise ValueError(f"battle {battle.id} was found by its vote and has none")
    given = tuple(reason for reason in battle.vote.reasons if reason is not Standing.IMPORTED)
    return Record(
        battle=battle,
        vote=replace(battle.vote, reasons=given),
        left=cards[battle.left_hash],
        right=cards[battle.right_hash],
        order=order,
    )


def _notice_line(card: Card) -> str:
    shape = json.loads(card.snapshot)
    return f"{shape['display']} ({card.name}): {card.notice}; licence: {shape['licence'] or 'not stated'}"
