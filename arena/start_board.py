"""A step of the composition root: the leaderboard's work, from the database's readers and the analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from arena.analysis.board import Board, Styled, overall, sliced, styled
from arena.apart import run_apart
from arena.ports import Clock, Store
from arena.settings import Settings
from arena.ui.board_keeper import AnswerRates, BoardKeeper, Details
from storage.tallies import answer_table, count_table, read_at, vote_table

STYLE_VOTES = 20_000
"""Style control reads the texts of so many of the newest votes."""


@dataclass(frozen=True, slots=True)
class DatabaseWork:
    """The keeper's work on the database at a URL; each piece opens it anew, in its own process."""

    url: str

    def overall(self) -> Callable[[], Board]:
        """All votes, by one GROUP BY over the covering index."""
        return partial(_overall, self.url)

    def sliced(self, now: datetime) -> Callable[[], Details]:
        """Slices, from one look at all votes, and the answers."""
        return partial(_sliced, self.url, now)

    def styled(self, now: datetime) -> Callable[[], Styled]:
        """Style control, from the newest votes with their texts."""
        return partial(_styled, self.url, now)


def board_keeper(settings: Settings, store: Store, clock: Clock) -> BoardKeeper:
    """The leaderboard of the arena's database."""
    work = DatabaseWork(settings.resolved_database_url)
    return BoardKeeper(store, work, run_apart, clock, settings.leaderboard_ttl_s)


def _overall(url: str) -> Board:
    return overall(read_at(url, partial(count_table, raters=True)))


def _sliced(url: str, now: datetime) -> Details:
    rates = {row.pop("name"): AnswerRates(**row) for row in read_at(url, answer_table).to_pylist()}
    votes = read_at(url, vote_table)
    return Details(sliced(votes, now) if len(votes) else None, rates)


def _styled(url: str, now: datetime) -> Styled:
    return styled(read_at(url, partial(vote_table, texts=True, newest=STYLE_VOTES)), now)
