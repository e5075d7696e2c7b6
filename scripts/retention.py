"""Erase the texts of old battles. The arena does so by itself every hour where ARENA_RETENTION_DAYS says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from arena.abuse.watch import ADDRESSES_KEPT
from arena.settings import Settings
from scripts._cli import DatabaseUrl, database_at, fail, in_sentences, say
from storage import checks, retention

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog="Example: python -m scripts.retention --days 90")
def main(
    days: Annotated[
        int | None, typer.Option(min=1, help="Erase texts older than this; ARENA_RETENTION_DAYS when not given.")
    ] = None,
    database_url: DatabaseUrl = "",
) -> None:
    """Erase prompts, answers, comments and reports of battles that nobody has touched for so many days.

    The votes stay, and count as before. Studies are left alone: their texts go with their participants' withdrawal.
    """
    with in_sentences():
        kept = days or Settings().retention_days
    if kept is None:
        fail("say how many days texts are kept: --days, or ARENA_RETENTION_DAYS")
    now = datetime.now(UTC)
    with database_at(database_url) as database:
        with database.write() as connection:
            checks.forget_addresses(connection, now - ADDRESSES_KEPT)
            erased = retention.erase_texts(connection, now - timedelta(days=kept), now)
            in_studies = retention.study_talks(connection)
        database.forget_old_pages()
    say(f"the texts of {erased} battles were erased")
    if in_studies:
        say(
            f"the texts of {in_studies} talks in studies are kept: python -m scripts.study withdraw STUDY PARTICIPANT "
            "--erase erases a participant's, until the study's report is published"
        )


if __name__ == "__main__":
    app()
