"""Read votes from a file into the database: our own exports, and the field's public data sets."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from arena.battle.labels import label_language, looks_like_code
from scripts._cli import DatabaseUrl, database_at, progress_bar, say
from storage.transfer.formats import OWN
from storage.transfer.importing import check_file, import_votes
from storage.transfer.record import Format, Labels

_EPILOG = """
Examples:

- python -m scripts.import_votes votes.csv
- python -m scripts.import_votes train-00000.parquet --database-url sqlite:///public.db
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=_EPILOG)
def main(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV, Parquet, JSON lines or JSON.")
    ],
    format_: Annotated[
        Format | None, typer.Option("--format", help="Whose columns it has; found out from the file when not given.")
    ] = None,
    database_url: DatabaseUrl = "",
) -> None:
    """Read votes from a file into the database.

    The whole file is checked first: if a row is wrong, it is named and nothing is stored. Votes that are in the
    database already are skipped, so importing a file twice changes nothing. Votes that were given in another database
    are kept apart: they show on the leaderboard as imported and do not count there.
    """
    labels = Labels(language=label_language, is_code=looks_like_code)
    with database_at(database_url, must_exist=False) as database:
        with progress_bar("Checking", None) as progress:
            checked = check_file(file, format_, progress)
        with progress_bar("Storing", checked.votes) as progress:
            done = import_votes(database, checked, labels, datetime.now(UTC), progress)
        known = f"; {done.known} were there already" if done.known else ""
        kind = "our own format" if checked.format in OWN else checked.format.value
        say(f"{done.added} votes added from {file} ({kind}){known}")


if __name__ == "__main__":
    app()
