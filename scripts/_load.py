"""Whole battles played through the real app, and the model server asked directly, in waves that start over a spread.

The reader of events does as little as it can (it looks for text, it parses nothing), because it runs on the cores that
the app is measured on.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.support.app import App, Visitor, visitor
from tests.support.model_server import ModelServer

MODELS = ("left", "right")
BATTLE_TIMEOUT_S = 180.0
AT_ONCE = 4
AT_ONCE_TOKENS_PER_S = 5_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One battle or pair of direct answers: ms to the first text, updates a second of the stream, ms to the last."""

    first_ms: float
    updates_per_s: float
    end_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What one wave measured. `failures` are the battles that did not come to a stored vote, in words."""

    timings: tuple[Timing, ...]
    failures: tuple[str, ...]
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a wave is made of. `spread_s`: the starts are spread evenly over this time; 0 is one instant.

    `answer` is how the models answer, in the words of their script; past turns have the same answers at once.
    """

    battles: int
    spread_s: float
    answer: Mapping[str, float]
    past_turns: int = 0
    one_at_a_time: bool = False


@asynccontextmanager
async def visitors(url: str, count: int) -> AsyncIterator[list[Visitor]]:
    """New visitors who have opened the page, each with a cookie of their own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visitor(url)) for _ in range(count)]


async def arena_wave(arena: App, server: ModelServer, load: Load) -> Wave:
    """Play the battles to their votes; only the last turn is measured, the CPU time is that of the measured turns."""
    async with visitors(arena.url, load.battles) as people:
        battles = await _pasts(server, people, load)
        cpu = cpu_seconds(arena.pid)
        timings, failures = await _wave(
            load,
            [lambda p=p, b=b: _battle(p, b) for p, b in zip(people, battles, strict=True)],  # type: ignore[misc]
        )
        return Wave(timings=timings, failures=failures, cpu_s=cpu_seconds(arena.pid) - cpu)


async def direct_wave(server: ModelServer, load: Load) -> Wave:
    """Ask the model server itself, both models at once, as many times as there are battles."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        timings, failures = await _wave(load, [lambda: _direct(session, server)] * load.battles)
    return Wave(timings=timings, failures=failures, cpu_s=0.0)


async def _wave(
    load: Load, plays: Sequence[Callable[[], Awaitable[Timing]]]
) -> tuple[tuple[Timing, ...], tuple[str, ...]]:
    if load.one_at_a_time:
        results = [await _outcome(play, 0.0) for play in plays]
    else:
        step = load.spread_s / len(plays)
        results = list(await asyncio.gather(*(_outcome(play, i * step) for i, play in enumerate(plays))))
    return (
        tuple(r for r in results if isinstance(r, Timing)),
        tuple(r for r in results if isinstance(r, str)),
    )


async def _outcome(play: Callable[[], Awaitable[Timing]], wait_s: float) -> Timing | str:
    """A failure is a result of a load test, not its end."""
    await asyncio.sleep(wait_s)
    try:
        async with asyncio.timeout(BATTLE_TIMEOUT_S):
            return await play()
    except (aiohttp.ClientError, RuntimeError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"


async def _pasts(server: ModelServer, people: Sequence[Visitor], load: Load) -> list[str]:
    """The battles with their past turns, by person; none has been opened where there is no past."""
    if not load.past_turns:
        return [""] * len(people)
    a_few = asyncio.Semaphore(AT_ONCE)
    _teach(server, {**load.answer, "rate": AT_ONCE_TOKENS_PER_S, "first_s": 0.0})
    try:
        return await asyncio.gather(*(_past(person, load.past_turns, a_few) for person in people))
    finally:
        _teach(server, load.answer)


def _teach(server: ModelServer, answer: Mapping[str, float]) -> None:
    for model in MODELS:
        server.script(model, **answer)


async def _past(person: Visitor, turns: int, a_few: asyncio.Semaphore) -> str:
    battle = ""
    async with a_few:
        for _ in range(turns):
            battle = (await person.turn("Hello again", battle))["battle"]
    return battle


async def _battle(person: Visitor, battle: str) -> Timing:
    asked = time.perf_counter()
    sent = await person.call("send", "Hello", battle)
    if "error" in sent:
        raise RuntimeError(sent["message"])
    arrivals = await _arrivals(person, sent["battle"])
    voted = await person.vote(sent)
    if voted.get("outcome") != "tie":
        raise RuntimeError(f"the vote was not stored: {voted}")
    return _timing(asked, arrivals)


async def _arrivals(person: Visitor, battle: str) -> list[float]:
    """When each event with text arrived; a snapshot counts when it has text of the running turn."""
    arrivals = []
    async with person.session.get(f"{person.url}/arena/events/{battle}?turn=1000000") as response:
        response.raise_for_status()
        delta = False
        async for line in response.content:
            if line.startswith(b"event: "):
                delta = line.startswith(b"event: delta")
            elif delta and line.startswith(b"data: ") and (b'"add"' in line or b'"tail"' in line):
                arrivals.append(time.perf_counter())
    return arrivals


async def _direct(session: aiohttp.ClientSession, server: ModelServer) -> Timing:
    asked = time.perf_counter()
    both = await asyncio.gather(*(_answer(session, server, model) for model in MODELS))
    first, last = min(a[0] for a in both), max(a[-1] for a in both)
    span = both[0][-1] - both[0][0]
    return Timing(
        first_ms=(first - asked) * 1000, updates_per_s=(len(both[0]) - 1) / span, end_ms=(last - asked) * 1000
    )


async def _answer(session: aiohttp.ClientSession, server: ModelServer, model: str) -> list[float]:
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    arrivals = []
    async with session.post(f"{server.base_url}/chat/completions", json=body) as response:
        async for line in response.content:
            if b'"content"' in line:
                arrivals.append(time.perf_counter())
    return arrivals


def _timing(asked: float, arrivals: Sequence[float]) -> Timing:
    if len(arrivals) < 2:
        raise RuntimeError("an answer came in fewer than two pieces: nothing to measure")
    span = arrivals[-1] - arrivals[0]
    return Timing(
        first_ms=(arrivals[0] - asked) * 1000,
        updates_per_s=(len(arrivals) - 1) / span if span else 0.0,
        end_ms=(arrivals[-1] - asked) * 1000,
    )


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def quantile(values: Sequence[float], q: float) -> float:
    """Linear interpolation between order statistics."""
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
