"""Leaderboards for tests of the page: two contestants, a few votes, one that does not count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from arena.analysis.board import Board, Sliced, Styled
from arena.analysis.counts import Counts, from_cells
from arena.analysis.plots import Bars
from arena.analysis.ratings import rate
from arena.analysis.results import Options
from arena.analysis.sequence import confidence_sequence
from arena.analysis.standings import standings
from arena.errors import DataError
from arena.models import Outcome, Standing, VoteCount
from arena.ui.board_keeper import AnswerRates, Details, Shown

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
CELLS = (
    VoteCount(left="x", right="y", outcome=Outcome.MODEL_A, standing=Standing.COUNTED, n=10),
    VoteCount(left="x", right="y", outcome=Outcome.MODEL_B, standing=Standing.COUNTED, n=2),
    VoteCount(left="x", right="y", outcome=Outcome.TIE, standing=Standing.IDENTITY_LEAK, n=3),
)
RATES = {"x": AnswerRates(ended=40, failed=3, no_answer=1)}


def by_rater() -> Board:
    """The counted votes by three people, with clustered intervals."""
    return board_of(
        ["ann"] * 4 + ["bo"] * 4 + ["cy"] * 4,
        ["model_a"] * 3 + ["model_b"] + ["model_a"] * 4 + ["model_a"] * 3 + ["model_b"],
    )


def board_of(raters: list[str], outcomes: list[str]) -> Board:
    """A board of votes between x and y."""
    n = len(raters)
    counts: Counts = from_cells(["x"] * n, ["y"] * n, outcomes, [1] * n, raters)
    return Board(rate(counts, Options()), counts.without_raters())


def sliced() -> Sliced:
    """One slice, two days, and a comparison of two."""
    return Sliced(
        boards={"language:zh": by_rater()},
        days=Bars(("2026-01-01", "2026-01-02"), (5.0, 7.0)),
        sequence=confidence_sequence([1.0, 0.75] * 8),
        mean=0.875,
    )


def shown(**changes: Any) -> Shown:
    """All votes with intervals by rater that are five minutes old."""
    whole = Shown(
        key="all", style=False, board=by_rater(), now=standings(CELLS), at=NOW,
        intervals_at=NOW - timedelta(minutes=5), slices=("all", "language:zh"), extra=sliced(), rates=RATES,
    )  # fmt: skip
    return replace(whole, **changes)


class FakeWork:
    """Work that is done at once; `fails` makes it find no votes. `done` says what was asked for."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.fails = False

    def overall(self) -> Callable[[], Board]:
        return self._work("overall", by_rater)

    def sliced(self, now: datetime) -> Callable[[], Details]:
        return self._work("sliced", lambda: Details(sliced(), RATES))

    def styled(self, now: datetime) -> Callable[[], Styled]:
        return self._work("styled", lambda: Styled(boards={"all": by_rater()}, votes=12))

    def _work(self, name: str, make: Callable[[], Any]) -> Callable[[], Any]:
        def work() -> Any:
            self.done.append(name)
            if self.fails:
                raise DataError("There are no votes that count.")
            return make()

        return work


async def at_once(work: Callable[[], Any]) -> Any:
    """In the place of another process."""
    return work()
