"""What the leaderboard costs: keeping the counts at every vote, and reading and fitting them at a visit.

    python -m scripts.bench_store
    python -m scripts.bench_store --votes 10000000 --contestants 100 --raters 200000

The first part votes in a SQLite file with synchronous=FULL, taking turns with and without the counts. The second part
fills `vote_count` (and, unless --counts-only, the votes themselves, so that the background's work can be timed too).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from arena.analysis.board import overall, sliced
from arena.analysis.counts import from_vote_counts
from arena.ids import new_id
from arena.models import BattleState, Outcome, Vote, VoteCount
from arena.ui.board_keeper import estimate
from scripts._many_votes import Amount, make_counts, make_database
from storage.database import Database, open_database
from storage.states import move
from storage.tallies import count_table, vote_table
from storage.votes import counts as read_counts
from storage.votes import insert_rows, record

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BLOCK = 50
REPEATS = 9

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


class Took(NamedTuple):
    """Milliseconds by the clock, and of this process's work (which other programs disturb less)."""

    clock_ms: float
    work_ms: float


class Cost(NamedTuple):
    """A vote with and without the counts: medians over blocks, and the medians of their ratios by turns."""

    counted: Took
    plain: Took
    ratio: Took


@app.command()
def main(
    blocks: Annotated[int, typer.Option(min=2, help=f"Turns of {BLOCK} votes each, with and without counts.")] = 40,
    votes: Annotated[int, typer.Option(min=1, help="Stored votes of the second part.")] = 1_000_000,
    contestants: Annotated[int, typer.Option(min=2)] = 100,
    raters: Annotated[int, typer.Option(min=1)] = 20_000,
    counts_only: Annotated[
        bool, typer.Option("--counts-only", help="Fill vote_count alone: quick at any size.")
    ] = False,
    folder: Annotated[Path | None, typer.Option(help="Where the files go; a local disk.")] = None,
) -> None:
    """Print what keeping the counts costs a vote, and what a visit to the leaderboard costs."""
    console = Console()
    with tempfile.TemporaryDirectory(dir=folder) as name:
        show_cost(vote_cost(Path(name) / "cost.db", blocks), blocks, console)
        show_board(Path(name) / "board.db", Amount(votes, contestants, raters), console, counts_only=counts_only)


def vote_cost(path: Path, blocks: int) -> Cost:
    """Vote in turns, with and without keeping the counts."""
    database = open_database(f"sqlite:///{path}")
    try:
        ways = (partial(_vote, counted=True), partial(_vote, counted=False))
        turns = []
        for turn in range(blocks + 1):
            both = {way: _block(database, ways[way]) for way in ((0, 1), (1, 0))[turn % 2]}
            turns.append((both[0], both[1]))
        measured = turns[1:]  # the first turn warms up
        ratios = [Took(c.clock_ms / p.clock_ms, c.work_ms / p.work_ms) for c, p in measured]
        return Cost(_median([c for c, _ in measured]), _median([p for _, p in measured]), _median(ratios))
    finally:
        database.close()


def _block(database: Database, way: Callable[[Any, str, Vote], None]) -> Took:
    """One vote of a block, each being a transaction of its own."""
    ballots = _ready_votes(database)

    def vote() -> None:
        for ballot in ballots:
            with database.write() as connection:
                way(connection, database.origin, ballot)

    took = _time(vote)
    return Took(took.clock_ms / BLOCK, took.work_ms / BLOCK)


def _time(work: Callable[[], object]) -> Took:
    begun, busy = time.perf_counter(), time.process_time()
    work()
    return Took((time.perf_counter() - begun) * 1000, (time.process_time() - busy) * 1000)


def _median(took: Sequence[Took]) -> Took:
    return Took(median(one.clock_ms for one in took), median(one.work_ms for one in took))


def _vote(connection: Any, origin: str, vote: Vote, *, counted: bool) -> None:
    if counted:
        record(connection, origin, vote, NOW)
        return
    move(connection, vote.battle_id, {BattleState.READY}, {"state": BattleState.VOTED, "updated_at": NOW})
    insert_rows(connection, origin, [vote])


def _ready_votes(database: Database) -> list[Vote]:
    """Votes on battles that are ready for them."""
    ids = [new_id() for _ in range(BLOCK)]
    columns = "id, state, pacing, owner, created_at, updated_at"
    then = f"{NOW:%Y-%m-%d %H:%M:%S.%f}"
    with database.write() as connection:
        rows = [(one, "ready", "matched", "", then, then) for one in ids]
        connection.exec_driver_sql(f"INSERT INTO battle ({columns}) VALUES (?,?,?,?,?,?)", rows)  # noqa: S608 - ours
    outcomes = list(Outcome)
    return [
        Vote(
            id=one, battle_id=one, rater_id=None, outcome=outcomes[k % 4], created_at=NOW,
            left=f"contestant-{k % 7}", right=f"contestant-{k % 5 + 7}", dwell_ms=5000, language="en",
        )
        for k, one in enumerate(ids)
    ]  # fmt: skip


def show_cost(cost: Cost, blocks: int, console: Console) -> None:
    """Print the first part."""
    table = Table("a vote", "ms", "ms of work", title=f"SQLite file, synchronous=FULL, {blocks} turns of {BLOCK} votes")
    table.add_row("with its count", *(f"{ms:.3f}" for ms in cost.counted))
    table.add_row("without", *(f"{ms:.3f}" for ms in cost.plain))
    table.add_row("more", *(f"{ratio - 1:+.1%}" for ratio in cost.ratio))
    console.print(table)


def show_board(path: Path, amount: Amount, console: Console, *, counts_only: bool) -> None:
    """Print the second part."""
    database = make_counts(path, amount) if counts_only else make_database(path, amount)
    try:
        title = f"{amount.votes:,} stored votes, {amount.contestants} contestants"
        table = Table("at a visit", "ms", "ms of work", title=title)
        for name, took in visit_costs(database):
            table.add_row(name, *(f"{ms:.1f}" for ms in took))
        console.print(table)
        if not counts_only:
            show_background(database, console)
    finally:
        database.close()


def visit_costs(database: Database) -> Iterator[tuple[str, Took]]:
    """Milliseconds to read the counts and to fit them, as the page does once intervals by rater are known."""

    def read() -> list[VoteCount]:
        with database.read() as connection:
            return read_counts(connection)

    cells = read()
    known = estimate(from_vote_counts(cells), None)
    yield f"read {len(cells):,} cells", _median([_time(read) for _ in range(REPEATS)])
    fits = [_time(lambda: estimate(from_vote_counts(cells), known)) for _ in range(REPEATS)]
    yield "fit (count table, estimates, known intervals)", _median(fits)


def show_background(database: Database, console: Console) -> None:
    """Print what runs in a process of its own."""
    table = Table("in the background", "s")
    with timed(table, "GROUP BY over the covering index"):
        cells = count_table(database, raters=True)
    with timed(table, f"intervals by rater, {len(cells):,} cells"):
        overall(cells)
    with timed(table, "one look at all votes"):
        votes = vote_table(database)
    with timed(table, "every slice with intervals"):
        sliced(votes, NOW)
    console.print(table)


@contextmanager
def timed(table: Table, name: str) -> Iterator[None]:
    """Add a row with how long the block took."""
    begun = time.perf_counter()
    yield
    table.add_row(name, f"{time.perf_counter() - begun:.1f}")


if __name__ == "__main__":
    app()
