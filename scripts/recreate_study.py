"""The published 12-person study, computed again from its totals: what they can and cannot carry."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table

from arena.analysis.report_text import Language
from arena.errors import DataError
from arena.study import reconstruct
from arena.study.claims import Claim, claims, headings
from arena.study.published import Published, published, recreate
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
    show(totals, claims(totals, found, language.value), language, Console(stderr="-" in (json_out, reconstruct_out)))


def show(totals: Published, found: Sequence[Claim], language: Language, console: Console) -> None:
    """Each claim with what was published, what we compute and what that carries."""
    console.print(totals.source, style="dim", highlight=False)
    _, *names = headings(language.value)
    for claim in found:
        grid = Table.grid(Column(width=max(map(cell_len, names)), style="dim"), Column(overflow="fold"), padding=(0, 2))
        for name, said in zip(names, (claim.published, claim.computed, claim.carries), strict=True):
            grid.add_row(name, said)
        console.print(f"\n[bold]{claim.question}[/]", highlight=False)
        console.print(grid)


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
