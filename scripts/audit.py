"""List the votes that do not count and why, and undo or add to what the rules decided. docs/abuse.md has the rules."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from arena.abuse.rules import WINDOW, Thresholds, findings
from arena.models import Standing
from scripts._cli import DatabaseUrl, database_at, fail, say
from storage import checks
from storage.findings import Audit, MarkedVote, read_audit, votes_of_rater

_EPILOG = """
Examples:

- python -m scripts.audit
- python -m scripts.audit --reason too_fast --json | jq .votes
- python -m scripts.audit restore VOTE VOTE
- python -m scripts.audit exclude RATER
"""

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object in place of tables.")]

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.callback(invoke_without_command=True, epilog=_EPILOG)
def main(
    context: typer.Context,
    reason: Annotated[Standing | None, typer.Option(help="Only votes with this reason.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many votes to list, newest first.")] = 50,
    as_json: AsJson = False,
    database_url: DatabaseUrl = "",
) -> None:
    """List the votes that do not count and why, or change that with one of the commands.

    Votes are never deleted. "could not check" counts checks that had nothing to go by, such as a vote whose address is
    not known; they are no mark against the vote, which counts.
    """
    if context.invoked_subcommand is not None:
        return
    with database_at(database_url) as database, database.read() as connection:
        found = read_audit(connection, reason, limit)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2, default=_plain))
    else:
        _print(found, Console())


@app.command()
def restore(
    votes: Annotated[list[str] | None, typer.Argument(help="Ids of votes.")] = None,
    rater: Annotated[str, typer.Option(help="All votes of this rater.")] = "",
    database_url: DatabaseUrl = "",
) -> None:
    """Clear votes of everything that rules found, so that they count again; the rules leave them alone from then on."""
    with database_at(database_url) as database, database.write() as connection:
        ids = [*(votes or []), *(votes_of_rater(connection, rater) if rater else [])]
        if not ids:
            fail("say which votes: their ids, or --rater with the id of a rater who has some")
        changed = checks.lift(connection, database.origin, ids, datetime.now(UTC))
    say(f"{changed} of {len(set(ids))} votes changed")


@app.command()
def exclude(rater: Annotated[str, typer.Argument(help="The rater's id.")], database_url: DatabaseUrl = "") -> None:
    """Count no vote of a rater, past or future, until they are included again."""
    _set_excluded(rater, True, database_url)


@app.command()
def include(rater: Annotated[str, typer.Argument(help="The rater's id.")], database_url: DatabaseUrl = "") -> None:
    """Take a rater back; their votes count again unless there is another reason."""
    _set_excluded(rater, False, database_url)


@app.command()
def run(database_url: DatabaseUrl = "") -> None:
    """Apply the rules over several votes now, to the votes of the last day. The arena does so twice a minute."""
    now = datetime.now(UTC)
    with database_at(database_url) as database:
        with database.read() as connection:
            traces = checks.traces(connection, database.origin, now - WINDOW)
        with database.write() as connection:
            marked = checks.apply(connection, database.origin, findings(traces, Thresholds()), now)
    say(f"{len(traces)} votes looked at, {marked} marked")


def _set_excluded(rater: str, excluded: bool, database_url: str) -> None:
    with database_at(database_url) as database, database.write() as connection:
        changed = checks.set_excluded(connection, database.origin, rater, excluded, datetime.now(UTC))
        if changed is None:
            fail(f"there is no rater {rater}")
    say(f"{changed} votes changed")


def _print(found: Audit, console: Console) -> None:
    totals = Table(title="Votes that do not count", title_justify="left", box=box.SIMPLE_HEAD)
    totals.add_column("reason")
    for heading in ("not counted", "cleared by you", "could not check"):
        totals.add_column(heading, justify="right")
    for name in sorted({*found.not_counted, *found.cleared, *found.could_not_check}):
        columns = (found.not_counted, found.cleared, found.could_not_check)
        totals.add_row(name, *(str(column.get(name, 0)) for column in columns))
    console.print(totals)
    if found.excluded_raters:
        console.print(f"Excluded raters: {', '.join(found.excluded_raters)}\n")
    for vote in found.votes:
        console.print(_lines(vote), highlight=False, soft_wrap=True)


def _lines(vote: MarkedVote) -> str:
    why = ", ".join(vote.reasons) or "counts"
    cleared = f", cleared of {', '.join(vote.cleared)}" if vote.cleared else ""
    return (
        f"{vote.vote_id}  {vote.created_at:%Y-%m-%d %H:%M:%S}  {why}{cleared}\n"
        f"  rater {vote.rater_id or '–'} · {vote.left} | {vote.right} · {vote.outcome}"
        f"{f' · {vote.details}' if vote.details else ''}"
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


if __name__ == "__main__":
    app()
