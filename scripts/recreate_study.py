"""The published 12-person study, computed again from its totals: what they can and cannot carry."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from arena.analysis.report_text import Language
from arena.errors import DataError
from arena.study import reconstruct
from arena.study.claims import claims, headings
from arena.study.published import published, recreate
from arena.study.reading import to_csv
from scripts._cli import in_sentences, say

_EPILOG = """
Examples:

- python -m scripts.recreate_study
- python -m scripts.recreate_study --json figures.json --report study.html --language zh
- python -m scripts.recreate_study --reconstruct sheets.csv

docs/study-methods.md says what each figure means. Exit codes: 0 done, 2 a file cannot be written.
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=_EPILOG)
def main(
    json_out: Annotated[str, typer.Option("--json", help="Write all figures here; - is standard output.")] = "",
    reconstruct_out: Annotated[
        str,
        typer.Option(
            "--reconstruct",
            help="Write twelve response sheets with these totals here, every row marked as reconstructed; - as above.",
        ),
    ] = "",
    language: Annotated[Language, typer.Option(help="Of the table and the report.")] = Language.EN,
) -> None:
    """Print each claim of the published study beside what its figures give.

    Only totals were published, so tests on pairs come as a range over every pairing that fits them.
    """
    totals = published()
    found = recreate(totals)
    with in_sentences():
        if json_out:
            _write(json_out, json.dumps(found.as_json(), indent=2) + "\n")
        if reconstruct_out:
            _write(reconstruct_out, to_csv(reconstruct.record()))
            say(reconstruct.PAIRING[language.value])
    table = Table(*headings(language.value), title=totals.source, title_justify="left", show_lines=True)
    for claim in claims(totals, found, language.value):
        table.add_row(claim.question, claim.published, claim.computed, claim.carries)
    Console(stderr="-" in (json_out, reconstruct_out)).print(table)


def _write(out: str, text: str) -> None:
    if out == "-":
        sys.stdout.write(text)
        return
    try:
        Path(out).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror}") from error


if __name__ == "__main__":
    app()
