"""Play whole battles through the real app, and ask the model server directly in the same run.

Starts a scripted model server and the arena, each in a process of its own, on loopback. In each run a wave of battles
and a wave of direct questions follow each other, so that both see the same machine; what is printed is what the arena
adds, as the median of the runs.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from scripts._load import MODELS, Load, Wave, arena_wave, cpu_seconds, direct_wave, quantile, resident_mb
from tests.support.app import App, running_app
from tests.support.model_server import ModelServer

IDLE_S = 5.0

app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run. `added_*`: arena minus direct, of the same quantile, in milliseconds. CPU is the app's, per battle."""

    direct_first_ms_p50: float
    direct_first_ms_p95: float
    added_first_ms_p50: float
    added_first_ms_p95: float
    added_end_ms_p95: float
    updates_per_s_p50: float
    updates_per_s_min: float
    cpu_ms_per_battle: float
    resident_mb: float
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All runs, the median of each figure over them, and the app's share of a core when nobody plays."""

    load: Load
    runs: tuple[Run, ...]
    median: Run
    failures: tuple[str, ...]
    idle_core_share: float


UNLIMITED = {
    "max_turns": "100",
    "max_live_battles": "1000",
    **{f"limit_{whose}": "1000000/minute" for whose in ("rater", "address", "all")},
}


@app.command()
def main(
    battles: Annotated[int, typer.Option(help="How many battles a run has.")] = 50,
    spread: Annotated[float, typer.Option(help="Seconds over which they start; 0: all in one instant.")] = 1.0,
    runs: Annotated[int, typer.Option(help="How many runs.")] = 5,
    one_at_a_time: Annotated[bool, typer.Option("--one-at-a-time", help="Each after the one before.")] = False,
    past_turns: Annotated[int, typer.Option(help="Turns that each battle has had before the measured one.")] = 0,
    rate: Annotated[float, typer.Option(help="Tokens a second of each side.")] = 50.0,
    tokens: Annotated[int, typer.Option(help="Tokens of each answer.")] = 150,
    first_s: Annotated[float, typer.Option(help="Seconds to the model server's first token.")] = 0.2,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure with pacing natural, so that every delay is the arena's."""
    answer = {"rate": rate, "tokens": tokens, "first_s": first_s}
    load = Load(battles=battles, spread_s=spread, answer=answer, past_turns=past_turns, one_at_a_time=one_at_a_time)
    with ModelServer() as server, tempfile.TemporaryDirectory() as folder:
        field = [server.contestant(model, **answer) for model in MODELS]
        with running_app(Path(folder), field, None, pacing="natural", **UNLIMITED) as arena:
            result = asyncio.run(measure(arena, server, load, runs))
    if json_out:
        print(json.dumps(asdict(result), indent=2))
    else:
        Console().print(table(result))
    if result.failures:
        raise typer.Exit(1)


async def measure(arena: App, server: ModelServer, load: Load, runs: int) -> Result:
    """A wave of both kinds to warm up, then the runs, then a while of nothing."""
    warm_up = replace(load, battles=min(10, load.battles), past_turns=0)
    await direct_wave(server, warm_up)
    await arena_wave(arena, server, warm_up)
    measured: list[Run] = []
    failures: list[str] = []
    for _ in track(range(runs), description="runs", console=Console(stderr=True)):
        direct = await direct_wave(server, load)
        through = await arena_wave(arena, server, load)
        failures += [*direct.failures, *through.failures]
        measured.append(summarise(direct, through, resident_mb(arena.pid)))
    return Result(
        load=load,
        runs=tuple(measured),
        median=middle(measured),
        failures=tuple(failures),
        idle_core_share=await idle_share(arena),
    )


async def idle_share(arena: App) -> float:
    """The app's share of one core while nobody plays."""
    await asyncio.sleep(1.0)
    cpu, since = cpu_seconds(arena.pid), time.perf_counter()
    await asyncio.sleep(IDLE_S)
    return (cpu_seconds(arena.pid) - cpu) / (time.perf_counter() - since)


def summarise(direct: Wave, through: Wave, memory_mb: float) -> Run:
    """Quantiles of both and what the arena adds. Raises RuntimeError when nothing came through."""
    if not direct.timings or not through.timings:
        raise RuntimeError(f"nothing to measure: {[*direct.failures, *through.failures][:3]}")

    def added(of: str, q: float) -> float:
        return quantile([getattr(t, of) for t in through.timings], q) - quantile(
            [getattr(t, of) for t in direct.timings], q
        )

    return Run(
        direct_first_ms_p50=quantile([t.first_ms for t in direct.timings], 0.5),
        direct_first_ms_p95=quantile([t.first_ms for t in direct.timings], 0.95),
        added_first_ms_p50=added("first_ms", 0.5),
        added_first_ms_p95=added("first_ms", 0.95),
        added_end_ms_p95=added("end_ms", 0.95),
        updates_per_s_p50=quantile([t.updates_per_s for t in through.timings], 0.5),
        updates_per_s_min=min(t.updates_per_s for t in through.timings),
        cpu_ms_per_battle=through.cpu_s * 1000 / len(through.timings),
        resident_mb=memory_mb,
        failures=len(direct.failures) + len(through.failures),
    )


def middle(runs: Sequence[Run]) -> Run:
    """The median of every figure; failures are added up."""
    values = {name: median(getattr(run, name) for run in runs) for name in Run.__slots__}
    return Run(**values | {"failures": sum(run.failures for run in runs)})


def table(result: Result) -> Table:
    """The result for people: the median, and what each run had."""
    load = result.load
    how = "one at a time" if load.one_at_a_time else f"starts spread over {load.spread_s:g} s"
    shown = Table(title=f"{load.battles} battles, {how}, {load.past_turns} past turns, pacing natural")
    shown.add_column("")
    shown.add_column("median", justify="right")
    shown.add_column("runs", justify="right")
    rows = {
        "direct_first_ms_p95": "direct: first token p95, ms",
        "added_first_ms_p50": "added to the first token p50, ms",
        "added_first_ms_p95": "added to the first token p95, ms",
        "added_end_ms_p95": "added to the end p95, ms",
        "updates_per_s_p50": "updates a second p50",
        "updates_per_s_min": "updates a second, least",
        "cpu_ms_per_battle": "CPU of the app a battle, ms",
        "resident_mb": "memory of the app, MB",
    }
    for name, words in rows.items():
        values = " ".join(f"{getattr(run, name):.1f}" for run in result.runs)
        shown.add_row(words, f"{getattr(result.median, name):.1f}", values)
    shown.add_row("battles that failed", str(result.median.failures), " ".join(str(r.failures) for r in result.runs))
    shown.add_row("idle, % of a core", f"{result.idle_core_share * 100:.1f}", "")
    for failure in sorted(set(result.failures))[:5]:
        shown.add_row(failure, "", "")
    return shown


if __name__ == "__main__":
    app()
