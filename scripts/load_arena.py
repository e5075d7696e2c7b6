"""Play whole battles through the real app, and ask the model server directly in the same run.

Starts a scripted model server and the arena, each in a process of its own, on loopback. Battles and direct questions
take turns, so that both see the same machine. What is printed is what the arena adds.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.support.app import running_app, visitor
from tests.support.model_server import ModelServer

MODELS = ("left", "right")

app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One answer or battle: milliseconds to the first text, updates a second, milliseconds to the end."""

    first_ms: float
    updates_per_s: float
    end_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was measured. `added_*`: arena minus direct, of the same quantile, in milliseconds."""

    battles: int
    past_turns: int
    direct_first_ms_p50: float
    direct_first_ms_p95: float
    arena_first_ms_p50: float
    arena_first_ms_p95: float
    added_first_ms_p50: float
    added_first_ms_p95: float
    added_end_ms_p95: float
    updates_per_s_min: float
    updates_per_s_p50: float
    app_cpu_ms_per_battle: float


@app.command()
def main(
    battles: Annotated[int, typer.Option(help="How many battles, after the warm-up.")] = 200,
    warm_up: Annotated[int, typer.Option(help="Battles before the measuring starts.")] = 10,
    past_turns: Annotated[int, typer.Option(help="Turns that each battle has had before the measured one.")] = 0,
    rate: Annotated[float, typer.Option(help="Tokens a second of each side.")] = 50.0,
    tokens: Annotated[int, typer.Option(help="Tokens of each answer.")] = 50,
    first_s: Annotated[float, typer.Option(help="Seconds to the model server's first token.")] = 0.2,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure one battle at a time, pacing natural."""
    with ModelServer() as server, tempfile.TemporaryDirectory() as folder:
        field = [server.contestant(model, rate=rate, tokens=tokens, first_s=first_s) for model in MODELS]
        with running_app(Path(folder), field, pacing="natural", max_turns="100") as arena:
            result = asyncio.run(measure(arena.url, server, arena.pid, battles, warm_up, past_turns))
    if json_out:
        print(json.dumps(asdict(result), indent=2))
    else:
        Console().print(table(result))


async def measure(url: str, server: ModelServer, pid: int, battles: int, warm_up: int, past_turns: int) -> Result:
    """Battles and direct questions in turns."""
    direct: list[Timing] = []
    through: list[Timing] = []
    async with aiohttp.ClientSession() as session:
        for _ in range(warm_up):
            await ask_directly(session, server)
            await play(url, 0)
        cpu = cpu_seconds(pid)
        for _ in track(range(battles), description="battles", console=Console(stderr=True)):
            direct.append(await ask_directly(session, server))
            through.append(await play(url, past_turns))
        cpu = cpu_seconds(pid) - cpu
    return summarise(direct, through, past_turns, cpu)


def summarise(direct: Sequence[Timing], through: Sequence[Timing], past_turns: int, cpu_s: float) -> Result:
    """Quantiles of both and what the arena adds."""
    first_direct, first_arena = [t.first_ms for t in direct], [t.first_ms for t in through]
    p95 = quantile([t.end_ms for t in through], 0.95) - quantile([t.end_ms for t in direct], 0.95)
    return Result(
        battles=len(through),
        past_turns=past_turns,
        direct_first_ms_p50=quantile(first_direct, 0.5),
        direct_first_ms_p95=quantile(first_direct, 0.95),
        arena_first_ms_p50=quantile(first_arena, 0.5),
        arena_first_ms_p95=quantile(first_arena, 0.95),
        added_first_ms_p50=quantile(first_arena, 0.5) - quantile(first_direct, 0.5),
        added_first_ms_p95=quantile(first_arena, 0.95) - quantile(first_direct, 0.95),
        added_end_ms_p95=p95,
        updates_per_s_min=min(t.updates_per_s for t in through),
        updates_per_s_p50=quantile([t.updates_per_s for t in through], 0.5),
        app_cpu_ms_per_battle=cpu_s * 1000 / len(through),
    )


async def ask_directly(session: aiohttp.ClientSession, server: ModelServer) -> Timing:
    """One answer from the model server itself."""
    body = {"model": MODELS[0], "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    asked, arrivals = time.perf_counter(), []
    async with session.post(f"{server.base_url}/chat/completions", json=body) as response:
        async for line in response.content:
            if b'"content"' in line:
                arrivals.append(time.perf_counter())
    return _timing(asked, arrivals)


async def play(url: str, past_turns: int) -> Timing:
    """One battle as a program plays it, from the prompt to the vote; only the last turn is measured."""
    async with visitor(url) as person:
        battle = ""
        for _ in range(past_turns):
            battle = (await person.turn("Hello again", battle))["battle"]
        asked = time.perf_counter()
        sent = await person.call("send", "Hello", battle)
        arrivals = [e.at async for e in person.follow(sent["battle"]) if e.kind == "delta" and _has_text(e.data)]
        voted = await person.vote(sent)
        if voted.get("outcome") != "tie":
            raise RuntimeError(f"the vote was not stored: {voted}")
    return _timing(asked, arrivals)


def _has_text(data: dict[str, Any]) -> bool:
    return any("add" in side or "tail" in side for side in data.values())


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantile(values: Sequence[float], q: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def table(result: Result) -> Table:
    """The result for people."""
    shown = Table(title=f"{result.battles} battles, one at a time, {result.past_turns} past turns, pacing natural")
    shown.add_column("")
    shown.add_column("p50", justify="right")
    shown.add_column("p95", justify="right")
    shown.add_row("direct: first token, ms", f"{result.direct_first_ms_p50:.1f}", f"{result.direct_first_ms_p95:.1f}")
    shown.add_row("arena: first token, ms", f"{result.arena_first_ms_p50:.1f}", f"{result.arena_first_ms_p95:.1f}")
    shown.add_row(
        "added to the first token, ms", f"{result.added_first_ms_p50:.1f}", f"{result.added_first_ms_p95:.1f}"
    )
    shown.add_row("added to the end, ms", "", f"{result.added_end_ms_p95:.1f}")
    shown.add_row("updates a second (least; p50)", f"{result.updates_per_s_p50:.1f}", f"{result.updates_per_s_min:.1f}")
    shown.add_row("CPU of the app a battle, ms", f"{result.app_cpu_ms_per_battle:.0f}", "")
    return shown


def _timing(asked: float, arrivals: Sequence[float]) -> Timing:
    if len(arrivals) < 2:
        raise RuntimeError("an answer came in fewer than two pieces: nothing to measure")
    span = arrivals[-1] - arrivals[0]
    return Timing(
        first_ms=(arrivals[0] - asked) * 1000,
        updates_per_s=(len(arrivals) - 1) / span if span else 0.0,
        end_ms=(arrivals[-1] - asked) * 1000,
    )


if __name__ == "__main__":
    app()
