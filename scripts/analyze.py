"""Ratings from votes: a table in the terminal, JSON, CSV, and a report to read or print. docs/ratings.md explains all.

    python -m scripts.analyze votes.csv
    python -m scripts.analyze arena.db --by language
    python -m scripts.analyze postgresql+psycopg://user@host/arena --report ratings.html
    python -m scripts.analyze votes.parquet --by language --json ratings.json --report ratings.html
    python -m scripts.analyze counts.csv --counts --ci sandwich

Exit codes: 0 done, 1 the database cannot be reached, 2 the votes or options cannot be used (the message says why).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as ProgressBar
from rich.table import Table

from arena.analysis import slices as parts
from arena.analysis import style
from arena.analysis.bootstrap import Progress
from arena.analysis.contextual import rate_contextual
from arena.analysis.counts import reduce_votes
from arena.analysis.elo import EloRatings, rate_elo
from arena.analysis.ratings import rate
from arena.analysis.report import render
from arena.analysis.report_text import Language
from arena.analysis.results import Ci, Correction, Method, Options, Ratings, Ties
from arena.analysis.slices import By, Slices
from arena.analysis.sources import group_by_sql, own_sql
from arena.analysis.tables import to_frame, to_json
from arena.analysis.votes import Table as Votes
from arena.errors import ArenaError, DataError, StoreUnavailable
from arena.models import Standing
from scripts._cli import BAD_INPUT, FAILED
from scripts._report_material import material
from scripts._votes import Found, Wanted, find_votes, looks_like_database

HEADS = ("rank", "contestant", "rating", "95% interval", "ranks", "wins", "losses", "ties")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Which votes, and what is made of them; as the options of the command line say."""

    source: str
    options: Options
    by: By | None
    minimum: int
    unique_prompts: bool
    counts: bool
    include: frozenset[Standing]
    report: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The votes that count for this analysis, what was found with them, and what they say."""

    votes: Votes
    found: Found
    result: Ratings | EloRatings
    slices: Slices | None

    @property
    def ratings(self) -> Ratings:
        """The leaderboard; Elo's is one of the things that its result carries."""
        return self.result.ratings if isinstance(self.result, EloRatings) else self.result


def main(
    source: Annotated[
        str,
        typer.Argument(
            help="CSV, JSONL or Parquet file (or folder) with model_a, model_b, winner; a SQLite file (.db) or a "
            "database URL (sqlite:///, postgresql+psycopg://)."
        ),
    ],
    method: Annotated[Method, typer.Option(help="How ratings are estimated.")] = Method.BT,
    ties: Annotated[Ties, typer.Option(help="Bradley-Terry: half a win each, or left out.")] = Ties.HALF,
    position: Annotated[bool, typer.Option("--position", help="Add an advantage of the left side.")] = False,
    firth: Annotated[bool, typer.Option("--firth", help="Firth's penalty: finite for all who met.")] = False,
    ci: Annotated[Ci | None, typer.Option(help="Default: cluster with raters, else sandwich.")] = None,
    correction: Annotated[Correction, typer.Option(help="Few raters: CR2 with t, or G/(G-1).")] = Correction.CR2,
    bootstraps: Annotated[int, typer.Option(min=2, help="Bootstrap replicates.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 0,
    by: Annotated[By | None, typer.Option(help="Also a leaderboard for each value.")] = None,
    minimum: Annotated[int, typer.Option(min=1, help="Fewest votes of a slice.")] = 100,
    unique_prompts: Annotated[
        bool, typer.Option("--unique-prompts", help="One vote per prompt, pair and rater.")
    ] = False,
    include: Annotated[
        list[Standing] | None, typer.Option(help="Count votes with this reason against them too; may be repeated.")
    ] = None,
    anchor: Annotated[str | None, typer.Option(help="Contestant whose log-odds are 0.")] = None,
    counts: Annotated[bool, typer.Option("--counts", help="SOURCE is a table of counts: needs 'count'.")] = False,
    print_sql: Annotated[
        bool, typer.Option("--print-sql", help="Print the SQL that makes such a table; stop.")
    ] = False,
    per_rater: Annotated[bool, typer.Option("--per-rater", help="With --print-sql: counts of every rater.")] = False,
    json_out: Annotated[str | None, typer.Option("--json", help="Write JSON here; - is standard output.")] = None,
    csv_out: Annotated[str | None, typer.Option("--csv", help="Write the table here as CSV; - as above.")] = None,
    report_out: Annotated[str | None, typer.Option("--report", help="Write an HTML report here; - as above.")] = None,
    language: Annotated[Language, typer.Option(help="Of the report.")] = Language.EN,
) -> None:
    """Rate the contestants of SOURCE and print the table."""
    if print_sql:
        show_sql(source, raters=per_rater)
        return
    options = Options(
        method=method, ties=ties, position=position, firth=firth, ci=ci, correction=correction,
        bootstraps=bootstraps, seed=seed, anchor=anchor, quasi=report_out is not None,
    )  # fmt: skip
    task = Task(
        source=source, options=options, by=by, minimum=minimum, unique_prompts=unique_prompts, counts=counts,
        include=frozenset(include or ()), report=report_out is not None,
    )  # fmt: skip
    try:
        done = analyse(task)
    except ArenaError as error:
        Console(stderr=True).print(f"[bold red]Cannot analyse:[/] {escape(str(error))}", highlight=False)
        raise typer.Exit(FAILED if isinstance(error, StoreUnavailable) else BAD_INPUT) from error
    show_all(done, Console(stderr="-" in (json_out, csv_out, report_out)))
    write(json_out, lambda: to_json(done.ratings, dict(done.slices.ratings) if done.slices else None))
    write(csv_out, lambda: to_frame(done.ratings).to_csv(index=False))
    write(report_out, lambda: report(done, options, language))


def analyse(task: Task) -> Analysis:
    """Read the votes and rate them, with a progress bar for what takes long."""
    found = find_votes(task.source, wanted(task))
    votes = checked(task, found.table)
    with ProgressBar(console=Console(stderr=True), transient=True) as bar:
        result = fit(votes, task.options, bar)
    slices = parts.rate_slices(votes, task.by, sliceable(task.options), minimum=task.minimum) if task.by else None
    return Analysis(votes=votes, found=found, result=result, slices=slices)


def wanted(task: Task) -> Wanted:
    """What the options need of the votes."""
    by, method = task.by, task.options.method
    extra = [*parts.columns_for([By.DATE]), *(parts.columns_for([by], prompts=False) if by else ())]
    extra += list(style.COLUMNS) if method is Method.CONTEXTUAL else []
    extra += list(parts.PROMPTS) if task.unique_prompts or task.report else []
    single = bool(by or task.report or task.unique_prompts or method in (Method.ELO, Method.CONTEXTUAL))
    texts = task.unique_prompts or by is By.PROMPT_LENGTH or method is Method.CONTEXTUAL
    return Wanted(
        columns=extra,
        single=single,
        texts=texts,
        prompts=task.report,
        answers=task.report,
        include=task.include,
    )


def checked(task: Task, votes: Votes) -> Votes:
    """The votes, without repeats where asked, if they are counts where that was said."""
    if task.counts and not {"count", "n"} & set(votes.column_names):
        raise DataError(
            f"{task.source} has no column 'count': with --counts every row is a cell with its number of votes."
        )
    return parts.without_repeats(votes) if task.unique_prompts else votes


def fit(votes: Votes, options: Options, bar: ProgressBar) -> Ratings | EloRatings:
    """Estimate by the method that was asked for, with a progress bar for what takes long."""
    match options.method:
        case Method.ELO:
            return rate_elo(votes, options, progress(bar, "Shuffling"))
        case Method.CONTEXTUAL:
            return rate_contextual(votes, options, progress(bar, "Resampling"))
        case Method.BT | Method.DAVIDSON:
            return rate(reduce_votes(votes, raters=True), options, progress(bar, "Resampling"))


def progress(bar: ProgressBar, label: str) -> Progress:
    """A callback that moves a bar; the bar appears with the first call."""
    task = bar.add_task(label, visible=False)

    def move(done: int, total: int) -> None:
        bar.update(task, completed=done, total=total, visible=True)

    return move


def sliceable(options: Options) -> Options:
    """Slices are rated by Bradley-Terry or Davidson; an anchor may be missing from a slice."""
    counted = options.method in (Method.BT, Method.DAVIDSON)
    return replace(options, method=options.method if counted else Method.BT, anchor=None)


def report(done: Analysis, options: Options, language: Language) -> str:
    """The HTML report; how firm the result is takes a while with many raters."""
    with Console(stderr=True).status("Writing the report ..."):
        return render(material(done.votes, done.found, done.ratings, options), language)


def show_all(done: Analysis, console: Console) -> None:
    """Print the leaderboard and what belongs to it."""
    show(done.ratings, console)
    show_not_counted(done.found.not_counted, console)
    if isinstance(done.result, EloRatings):
        show_orders(done.result, console)
    if done.slices:
        show_slices(done.slices, console)


def show(ratings: Ratings, console: Console) -> None:
    """Print the leaderboard, the further terms and the warnings."""
    table = Table(*HEADS, title=f"{ratings.method.value}, intervals: {ratings.ci.value}", box=SIMPLE)
    for column in table.columns:
        column.justify = "left" if column.header == "contestant" else "right"
        column.overflow = "fold"
    for row in ratings.contestants:
        interval = "-" if row.lower is None else f"{row.lower:.0f} to {said(row.upper, 0)}"
        ranks = "-" if row.rank_lower is None else f"{row.rank_lower}-{row.rank_upper}"
        totals = (f"{value:.10g}" for value in (row.wins, row.losses, row.ties))
        table.add_row(str(row.rank or "-"), row.name, said(row.rating, 0), interval, ranks, *totals)
    console.print(table)
    for term in (ratings.position, ratings.tie, *ratings.features):
        if term is not None:
            console.print(f"{term.name}: {said(term.estimate)} (se {said(term.se)})", highlight=False)
    raters = f" by {ratings.n_raters} raters" if ratings.n_raters else ""
    console.print(f"{ratings.n_votes:,.0f} votes{raters}; {ratings.excluded} not counted; gauge {ratings.gauge}.")
    for warning in ratings.warnings:
        console.print(f"[yellow]Note:[/] {warning}", highlight=False)


def show_not_counted(reasons: Mapping[str, float], console: Console) -> None:
    """Print why votes do not count."""
    if reasons:
        said = ", ".join(f"{reason} {votes:,.0f}" for reason, votes in reasons.items())
        console.print(f"Not counted: {said}.", highlight=False)


def show_orders(found: EloRatings, console: Console) -> None:
    """Print Elo's mean and spread over random orders."""
    table = Table(
        "contestant", "mean rating", "spread", title=f"Elo over {found.shuffles} random orders, K = {found.k:g}"
    )
    for name, value in sorted(found.mean.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{value:.0f}", f"{found.spread[name]:.1f}")
    console.print(table)


def show_slices(found: Slices, console: Console) -> None:
    """Print each slice's leaderboard in one table."""
    table = Table(found.by.value, "votes", "rank", "contestant", "rating", "95% interval", title="Slices", box=SIMPLE)
    for value, ratings in found.ratings.items():
        for place, row in enumerate(ratings.contestants):
            interval = "-" if row.lower is None else f"{row.lower:.0f} to {row.upper:.0f}"
            head = (value, f"{ratings.n_votes:g}") if place == 0 else ("", "")
            table.add_row(*head, str(row.rank or "-"), row.name, said(row.rating, 0), interval)
    console.print(table)
    for value, votes in found.skipped.items():
        console.print(f"[yellow]Note:[/] {found.by.value} {value} was left out: {votes} votes.", highlight=False)


def show_sql(source: str, *, raters: bool) -> None:
    """Print the reduction for each engine; of a database of ours, the one over its covering index."""
    ours = looks_like_database(source)
    for engine, text in (own_sql(raters=raters) if ours else group_by_sql(source, raters=raters)).items():
        typer.echo(f"-- {engine}\n{text}\n")


def said(value: float | None, digits: int = 3) -> str:
    """A number for the table."""
    return "-" if value is None else f"{value:.{digits}f}"


def write(target: str | None, make: Callable[[], str]) -> None:
    """Write a text to a file or to standard output."""
    if target == "-":
        sys.stdout.write(make().rstrip("\n") + "\n")
    elif target is not None:
        Path(target).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
