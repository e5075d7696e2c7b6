"""Print what the database has: battles, votes, errors, and how each contestant does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from scripts._cli import DatabaseUrl, database_at
from storage.statistics import ContestantStats, Statistics, read_statistics

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog="Examples: python -m scripts.stats · python -m scripts.stats --json | jq .votes")
def main(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object in place of tables.")] = False,
    database_url: DatabaseUrl = "",
) -> None:
    """Print battles by state, votes counted and not, errors by kind, and failures and tokens per contestant.

    Each attempt at an answer is one that was asked. Failed ones ended without an answer; "no answer" are those of them
    in which the model said nothing or only thought; "left" are those that nobody waited for, or whose process ended.
    "fails" is the share of failed ones among those that ended by themselves.
    """
    with database_at(database_url) as database:
        found = read_statistics(database)
    if as_json:
        typer.echo(json.dumps(_plain(found), ensure_ascii=False, indent=2))
    else:
        _print(found, Console())


def _plain(found: Statistics) -> dict[str, Any]:
    contestants = [asdict(c) | {"failure_rate": c.failure_rate} for c in found.contestants]
    newest = found.last_vote_at.isoformat() if found.last_vote_at else None
    return asdict(found) | {"contestants": contestants, "last_vote_at": newest}


def _print(found: Statistics, console: Console) -> None:
    newest = found.last_vote_at.strftime("%Y-%m-%d %H:%M UTC") if found.last_vote_at else "none yet"
    console.print(f"Raters {found.raters} · reports {found.reports} · newest vote {newest}\n")
    console.print(_pairs("Battles", found.battles))
    console.print(_pairs(f"Votes: {found.votes}", {"counted": found.counted, **found.not_counted}))
    console.print(_pairs("Errors", found.errors))
    console.print(_contestants(found.contestants))


def _pairs(title: str, counts: Mapping[str, int]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, min_width=32, box=box.SIMPLE)
    table.add_column()
    table.add_column(justify="right")
    for name, n in (counts or {"none": 0}).items():
        table.add_row(name, str(n))
    return table


def _contestants(contestants: Sequence[ContestantStats]) -> Table:
    table = Table(title="Contestants", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("name", overflow="fold")
    for heading in (
        "asked",
        "usable",
        "failed",
        "no answer",
        "left",
        "fails",
        "named itself",
        "tokens in",
        "tokens out",
    ):
        table.add_column(heading, justify="right")
    for one in contestants:
        rate = "–" if one.failure_rate is None else f"{one.failure_rate:.1%}"
        counts = (one.attempts, one.usable, one.failed, one.no_answer, one.interrupted)
        tokens = (one.leaked, one.prompt_tokens, one.completion_tokens)
        table.add_row(one.name, *map(str, counts), rate, *map(str, tokens))
    return table


if __name__ == "__main__":
    app()
