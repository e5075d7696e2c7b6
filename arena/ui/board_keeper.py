"""The leaderboard's figures: estimates anew at a visit, and what takes longer in the background, each with its age."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import structlog

from arena.analysis.board import ALL, Board, Sliced, Styled, refreshed
from arena.analysis.counts import Counts, from_vote_counts
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options, Ratings
from arena.analysis.standings import Standings, standings
from arena.errors import DataError
from arena.models import VoteCount
from arena.ports import Clock, Store

VISITED_S = 600.0
"""Without a visitor for so long, nothing is computed."""
SHARE_S = 2.0
"""Visits within this time, or twenty times as long as reading the counts took, share one reading."""
PATIENCE = 20
"""A computation is repeated after this many times its own duration at the earliest."""
TICK_S = 1.0

T = TypeVar("T")
Apart = Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRates:
    """Of a contestant's attempts that ended by themselves: how many failed, and said nothing or only thought."""

    ended: int
    failed: int
    no_answer: int


@dataclass(frozen=True, slots=True)
class Details:
    """What one look at all votes gives (None where there is nothing to slice), and at the attempts at an answer."""

    sliced: Sliced | None
    rates: Mapping[str, AnswerRates]


class BoardWork(Protocol):
    """What is computed in the background; each gives work that a process of its own can do."""

    def overall(self) -> Callable[[], Board]:
        """All votes, with intervals clustered by rater."""
        ...

    def sliced(self, now: datetime) -> Callable[[], Details]:
        """Slices, votes per day, the comparison of two, and how attempts at an answer ended."""
        ...

    def styled(self, now: datetime) -> Callable[[], Styled]:
        """Style control."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A result, when it was begun, and how long it took."""

    value: Any
    at: datetime
    took_s: float
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One leaderboard as a visitor sees it. `intervals_at` is None where the intervals are model-based and new.

    `board` is None where there is nothing to rate; `problem` says why.
    """

    key: str
    style: bool
    board: Board | None
    now: Standings
    at: datetime
    intervals_at: datetime | None = None
    stale: bool = False
    problem: str = ""
    slices: tuple[str, ...] = ()
    style_votes: int = 0
    extra: Sliced | None = None
    rates: Mapping[str, AnswerRates] = field(default_factory=dict)


class BoardKeeper:
    """Leaderboards for the pages; one for the whole process."""

    def __init__(self, store: Store, work: BoardWork, apart: Apart, clock: Clock, ttl_s: float) -> None:
        self._store, self._work, self._apart, self._clock, self._ttl_s = store, work, apart, clock, ttl_s
        self._known: dict[str, Aged] = {}
        self._visited = -VISITED_S
        self._counts: tuple[VoteCount, ...] = ()
        self._read_again = -1.0
        self._reading = asyncio.Lock()

    async def show(self, key: str = ALL, *, style: bool = False) -> Shown:
        """The leaderboard of a slice; all votes where there is no such slice. Raises `StoreError`."""
        self._visited = self._clock.monotonic()
        cells = await self._cells()
        boards = self._boards(style=style)
        kept = boards.get(key)
        details: Details | None = self._value("sliced")
        base = Shown(
            key=key, style=style, board=None, now=standings(cells), at=self._clock.now(), slices=self._slices(),
            extra=details.sliced if details else None, rates=details.rates if details else {},
            style_votes=styled.votes if (styled := self._value("styled")) else 0,
        )  # fmt: skip
        if key == ALL and not style:
            return await self._fresh(base, cells)
        aged = self._known.get("styled" if style else "sliced")
        if kept is None or aged is None:
            return replace(base, problem="too_few" if aged else "soon")
        return replace(base, board=kept, intervals_at=aged.at, stale=True)

    async def keep_forever(self) -> None:
        """Compute what has grown old, one thing after another, while the leaderboard is visited."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._clock.monotonic() - self._visited < VISITED_S:
                await self.refresh()

    async def refresh(self) -> None:
        """Compute everything that is too old, if votes have changed since."""
        votes = sum(cell.n for cell in await self._cells())
        now = self._clock.now()
        works: Mapping[str, Callable[[], Callable[[], Any]]] = {
            "overall": self._work.overall,
            "sliced": lambda: self._work.sliced(now),
            "styled": lambda: self._work.styled(now),
        }
        for name, work in works.items():
            if self._is_due(name, votes):
                await self._compute(name, work(), votes)

    def _is_due(self, name: str, votes: int) -> bool:
        known = self._known.get(name)
        if known is None:
            return True
        rest = timedelta(seconds=max(self._ttl_s, PATIENCE * known.took_s))
        return known.votes != votes and self._clock.now() - known.at >= rest

    async def _compute(self, name: str, work: Callable[[], Any], votes: int) -> None:
        at, begun = self._clock.now(), self._clock.monotonic()
        try:
            value = await self._apart(work)
        except DataError as error:  # no votes yet, or nothing to compare: the page says so
            log.debug("board_without_votes", work=name, problem=str(error))
            value = None
        took_s = self._clock.monotonic() - begun
        self._known[name] = Aged(value=value, at=at, took_s=took_s, votes=votes)
        log.info("board_computed", work=name, took_s=round(took_s, 3), votes=votes)

    async def _cells(self) -> tuple[VoteCount, ...]:
        async with self._reading:
            begun = self._clock.monotonic()
            if begun >= self._read_again:
                self._counts = tuple(await self._store.vote_counts())
                ended = self._clock.monotonic()
                self._read_again = ended + max(SHARE_S, PATIENCE * (ended - begun))
            return self._counts

    async def _fresh(self, base: Shown, cells: tuple[VoteCount, ...]) -> Shown:
        known = self._known.get("overall")
        clustered = known.value if known else None
        try:
            board = await asyncio.to_thread(_estimate, cells, clustered)
        except DataError:
            return replace(base, problem="empty")
        return replace(base, board=board, intervals_at=known.at if known and clustered else None)

    def _boards(self, *, style: bool) -> Mapping[str, Board]:
        styled: Styled | None = self._value("styled")
        details: Details | None = self._value("sliced")
        found = styled if style else details and details.sliced
        return found.boards if found else {}

    def _slices(self) -> tuple[str, ...]:
        return (ALL, *self._boards(style=False))

    def _value(self, name: str) -> Any:
        known = self._known.get(name)
        return known.value if known else None


def _estimate(cells: tuple[VoteCount, ...], clustered: Board | None) -> Board:
    """Today's estimate, with the clustered intervals where there are some and model-based ones where not."""
    counts = from_vote_counts(cells)
    return Board(estimate(counts, clustered.ratings if clustered else None), counts)


def estimate(counts: Counts, clustered: Ratings | None) -> Ratings:
    """Ratings from the maintained counts; what a visit costs."""
    if clustered is None:
        return rate(counts, Options(ci=Ci.MODEL))
    return refreshed(rate(counts, Options(ci=Ci.NONE, ranks=False)), clustered)
