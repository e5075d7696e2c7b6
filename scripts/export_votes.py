"""Write the votes to a file, for analysis elsewhere or for publication. docs/data.md describes every column."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from arena.errors import DataError
from scripts._cli import DatabaseUrl, database_at, progress_bar, say
from storage.database import Database
from storage.transfer.exporting import Exported, count_votes, export_votes
from storage.transfer.formats import OWN, Output, masking, output
from storage.transfer.record import Format
from storage.transfer.writing import whole_file

_EPILOG = """
Examples:

- python -m scripts.export_votes --format csv --out votes.csv
- python -m scripts.export_votes --format arena-140k --out votes.parquet
- python -m scripts.export_votes --format parquet --mask --out votes.parquet
- python -m scripts.export_votes --format chatbot-arena --out - | head -1
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=_EPILOG)
def main(
    format_: Annotated[
        Format,
        typer.Option(
            "--format",
            help="csv and parquet are ours and lose nothing; arena-140k and chatbot-arena are what other tools read.",
        ),
    ],
    out: Annotated[
        str,
        typer.Option(
            help="The file to write; - is standard output. The public formats become Parquet where it ends in "
            ".parquet, a JSON array where it ends in .json, and JSON lines otherwise."
        ),
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="In a public format also write votes that do not count; ours always do.")
    ] = False,
    mask: Annotated[
        bool,
        typer.Option("--mask", help="Mask e-mail addresses, phone, identity, card and account numbers in all texts."),
    ] = False,
    database_url: DatabaseUrl = "",
) -> None:
    """Write the votes to a file.

    Texts are written as people and models wrote them: a CSV field may begin with = + - or @, so open a file from
    strangers as text, not as formulas. Raters appear by a random id. Where a model's licence asks for it, a notice is
    written beside the file (OUT.NOTICE.txt).
    """
    with database_at(database_url) as database:
        form = masking(output(format_, out)) if mask else output(format_, out)
        done = _write(database, form, out, everything=everything or format_ in OWN)
        say(f"{done.votes} votes written to {'standard output' if out == '-' else out}{_left_out(done)}")
        _notice(done, out)


def _write(database: Database, form: Output, out: str, *, everything: bool) -> Exported:
    if out == "-" and form.binary:
        raise DataError("Parquet cannot be written to standard output; give --out a file name")
    with progress_bar("Writing votes", count_votes(database)) as progress:
        if out == "-":
            return export_votes(database, form, sys.stdout.buffer, everything=everything, progress=progress)
        try:
            with whole_file(Path(out)) as stream:
                return export_votes(database, form, stream, everything=everything, progress=progress)
        except OSError as error:
            raise DataError(f"{out} cannot be written: {error.strerror}") from error


def _left_out(done: Exported) -> str:
    return f" ({done.left_out} that do not count were left out; --all writes them too)" if done.left_out else ""


def _notice(done: Exported, out: str) -> None:
    if not done.notice:
        return
    say(done.notice.strip())
    if out != "-":
        notice = Path(f"{out}.NOTICE.txt")
        notice.write_text(done.notice, encoding="utf-8")
        say(f"This notice is in {notice}; publish it with the file.")


if __name__ == "__main__":
    app()
