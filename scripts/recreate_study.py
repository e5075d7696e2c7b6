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
from arena.study.operating import ALTERNATIVES, characteristics, simulate
from arena.study.published import Published, published, recreate
from arena.study.reading import to_csv
from arena.study.recreated import render
from arena.study.truth import Truth, bare_study
from scripts._cli import in_sentences, progress_bar, say

_EPILOG = """
Examples:

- python -m scripts.recreate_study
- python -m scripts.recreate_study --json figures.json --report study.html --language zh
- python -m scripts.recreate_study --reconstruct sheets.csv
- python -m scripts.recreate_study --operating-characteristics

docs/study-methods.md says what each figure means. Exit codes: 0 done, 2 a file cannot be written.
"""

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=_EPILOG)
def main(
    json_out: Annotated[str, typer.Option("--json", help="Write all figures here; - is standard output.")] = "",
    report_out: Annotated[
        str, typer.Option("--report", help="Write an HTML report to read or print; - as above.")
    ] = "",
    reconstruct_out: Annotated[
        str,
        typer.Option(
            "--reconstruct",
            help="Write twelve response sheets with these totals here, every row marked as reconstructed; - as above.",
        ),
    ] = "",
    operating: Annotated[
        bool,
        typer.Option(
            "--operating-characteristics",
            help="Print instead the true size and power of every test with 12 people, beside simulated studies.",
        ),
    ] = False,
    simulations: Annotated[int, typer.Option(min=1, help="Simulated studies for each truth.")] = 1000,
    seed: Annotated[int, typer.Option(help="Of the simulated studies.")] = 0,
    language: Annotated[Language, typer.Option(help="Of the table and the report.")] = Language.EN,
) -> None:
    """Print each claim of the published study beside what its figures give.

    Only totals were published, so tests on pairs come as a range over every pairing that fits them.
    """
    if operating:
        show_operating(simulations, seed, Console())
        return
    totals = published()
    found = recreate(totals)
    with in_sentences():
        if json_out:
            _write(json_out, json.dumps(found.as_json(), indent=2) + "\n")
        if report_out:
            _write(report_out, render(totals, found, language.value))
        if reconstruct_out:
            _write(reconstruct_out, to_csv(reconstruct.record()))
            say(reconstruct.PAIRING[language.value])
    show(
        totals,
        claims(totals, found, language.value),
        language,
        Console(stderr="-" in (json_out, report_out, reconstruct_out)),
    )


def show(totals: Published, found: Sequence[Claim], language: Language, console: Console) -> None:
    """Each claim with what was published, what we compute and what that carries."""
    console.print(totals.source[language.value], style="dim", highlight=False)
    _, *names = headings(language.value)
    for claim in found:
        grid = Table.grid(Column(width=max(map(cell_len, names)), style="dim"), Column(overflow="fold"), padding=(0, 2))
        for name, said in zip(names, (claim.published, claim.computed, claim.carries), strict=True):
            grid.add_row(name, said)
        console.print(f"\n[bold]{claim.question}[/]", highlight=False)
        console.print(grid)


def show_operating(studies: int, seed: int, console: Console) -> None:
    """Size and power by adding up every outcome; then each truth with as many simulated studies, and their distance."""
    known = characteristics()
    sizes = Table("test", "size", *ALTERNATIVES, title="Exact, 12 people, 6 in each order, level 0.05")
    for row in known:
        sizes.add_row(row.test.value, f"{row.size:.4f}", *(f"{row.power[name]:.4f}" for name in ALTERNATIVES))
    console.print(sizes)
    drawn = Table("truth", "test", "exact", "simulated", "z", title=f"{studies} simulated studies each, seed {seed}")
    truths = {"nothing to find": Truth(), **ALTERNATIVES}
    with progress_bar("Simulating", len(truths)) as advance:
        for name, truth in truths.items():
            for rate in simulate(bare_study(), truth, studies, seed):
                drawn.add_row(name, rate.test.value, f"{rate.exact:.4f}", f"{rate.simulated:.4f}", f"{rate.z:+.2f}")
            advance(1)
    console.print(drawn)


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
