"""What the load generator itself costs: a scripted server is read by it and by a bare reader in turns.

`added`: our p95 of the time to first token minus that of the bare reader (`_bench_reader.py`), which meets the same
server, the same kernel and the same neighbours on the machine. What the server's log says it took is told beside them:
what lies between is also the scheduler's, for any client. Streams begin one after the other, at a step that does not
fit into the time between two tokens, and only requests that all other streams run beside count.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from arena.bench.load import Load, run
from arena.clock import SystemClock
from arena.models import Contestant
from arena.ports import ChatClient
from tests.support.model_server import ModelServer

STREAMS, RATE, TOKENS = 100, 50.0, 125
REQUESTS = 3
"""Of each stream; the first ones meet a server that is not yet under load."""

STEP_S = 0.0113
FIRST_S = 0.5
TURNS = ("ours", "bare", "bare", "ours")
MOST_CORES, MOST_ADDED_MS = 0.5, 5.0
READER = Path(__file__).with_name("_bench_reader.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn of one of the two: times to first token under full load, as it measured them and as the server sent."""

    ttft_ms: tuple[float, ...]
    sent_ms: tuple[float, ...]
    cores: float
    tokens_per_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCost:
    """Cores used by this program, and milliseconds that it adds to the time to first token; `bare`: the bare reader."""

    streams: int
    tokens_per_s: float
    cores: float
    bare_cores: float
    ttft_p95_ms: float
    bare_ttft_p95_ms: float
    added_p50_ms: float
    added_p95_ms: float
    after_sent_p95_ms: float
    bare_after_sent_p95_ms: float

    @property
    def good(self) -> bool:
        """Whether it is not the bottleneck: under half a core, under 5 ms added to the p95."""
        return self.cores < MOST_CORES and self.added_p95_ms < MOST_ADDED_MS


async def own_cost(client: ChatClient, server: ModelServer, done: Callable[[int], None]) -> OwnCost:
    """Both in turns, in the order A B B A, after short streams that open our connections."""
    clock = SystemClock()
    short = server.contestant("short", rate=RATE, tokens=5, first_s=FIRST_S, head_s=FIRST_S)
    # The headers go out with the first token, so that the server's first byte is the first token.
    steady = server.contestant("steady", rate=RATE, tokens=TOKENS, first_s=FIRST_S, head_s=FIRST_S)
    await run(client, short, [f"Hello {n}" for n in range(STREAMS)], STREAMS, clock, lambda _: None)
    turns: dict[str, list[Turn]] = {"ours": [], "bare": []}
    for who in TURNS:
        server.clear_log()
        turns[who].append(await (_our_turn(client, steady, server) if who == "ours" else _bare_turn(steady, server)))
        done(1)
    return compared(turns["ours"], turns["bare"])


async def _our_turn(client: ChatClient, steady: Contestant, server: ModelServer) -> Turn:
    prompts = [f"Question {n}" for n in range(STREAMS * REQUESTS)]
    began = time.process_time()
    load = await run(client, steady, prompts, STREAMS, SystemClock(), lambda _: None, step_s=STEP_S)
    cores = (time.process_time() - began) / load.duration_s
    _refuse_failures(load)
    return Turn(
        ttft_ms=tuple((sample.ttft_s or 0.0) * 1000 for sample in load.samples[STREAMS:]),
        sent_ms=_as_sent(server),
        cores=cores,
        tokens_per_s=sum(sample.output_tokens for sample in load.samples) / load.duration_s,
    )


async def _bare_turn(steady: Contestant, server: ModelServer) -> Turn:
    requests = [[_request(steady, f"Question {s} {n}") for n in range(REQUESTS)] for s in range(STREAMS)]
    orders = {"port": server.port, "requests": requests, "step_s": STEP_S}
    reader = await asyncio.create_subprocess_exec(
        sys.executable, "-P", str(READER), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await reader.communicate(json.dumps(orders).encode())
    if reader.returncode:
        raise RuntimeError(f"the bare reader ended with status {reader.returncode}")
    found: dict[str, Any] = json.loads(answer)
    full = tuple(ms for stream in found["ttft_ms"] for ms in stream[1:])
    return Turn(ttft_ms=full, sent_ms=_as_sent(server), cores=found["cores"])


def _request(contestant: Contestant, prompt: str) -> str:
    """A whole request, as bytes on the wire."""
    body = json.dumps({"model": contestant.model, "messages": [{"role": "user", "content": prompt}], "stream": True})
    head = ("POST /v1/chat/completions HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}")
    return "\r\n".join((*head, "", body))


def _as_sent(server: ModelServer) -> tuple[float, ...]:
    """From each request's arrival to its first byte, by the server's clock, under full load."""
    entries = sorted(server.log("steady"), key=lambda entry: entry.started)[STREAMS:]
    return tuple(((entry.first_byte or 0.0) - entry.started) * 1000 for entry in entries)


def _refuse_failures(load: Load) -> None:
    failed = [sample.detail for sample in load.samples if sample.error is not None]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(load.samples)} requests failed: {failed[0]}")


def compared(ours: Sequence[Turn], bare: Sequence[Turn]) -> OwnCost:
    """Both, the turns of each together."""
    our_p50, our_p95 = _percentiles([turn.ttft_ms for turn in ours])
    bare_p50, bare_p95 = _percentiles([turn.ttft_ms for turn in bare])
    return OwnCost(
        streams=STREAMS,
        tokens_per_s=float(np.mean([turn.tokens_per_s for turn in ours])),
        cores=float(np.mean([turn.cores for turn in ours])),
        bare_cores=float(np.mean([turn.cores for turn in bare])),
        ttft_p95_ms=our_p95,
        bare_ttft_p95_ms=bare_p95,
        added_p50_ms=our_p50 - bare_p50,
        added_p95_ms=our_p95 - bare_p95,
        after_sent_p95_ms=our_p95 - _percentiles([turn.sent_ms for turn in ours])[1],
        bare_after_sent_p95_ms=bare_p95 - _percentiles([turn.sent_ms for turn in bare])[1],
    )


def _percentiles(turns: Sequence[Sequence[float]]) -> tuple[float, float]:
    p50, p95 = np.percentile(np.concatenate([np.array(turn) for turn in turns]), (50, 95))
    return float(p50), float(p95)


def table(found: OwnCost) -> Table:
    """For people."""
    shown = Table(title="The load generator itself", title_justify="left", box=SIMPLE_HEAD)
    for head in ("", "this program", "bare reader"):
        shown.add_column(head, justify="left" if not head else "right")
    shown.add_row("streams", str(found.streams), str(found.streams))
    shown.add_row("tokens a second, all together", f"{found.tokens_per_s:.0f}", "")
    shown.add_row("cores that it uses", f"{found.cores:.2f}", f"{found.bare_cores:.2f}")
    shown.add_row("TTFT p95, ms", f"{found.ttft_p95_ms:.1f}", f"{found.bare_ttft_p95_ms:.1f}")
    after = (f"{found.after_sent_p95_ms:.1f}", f"{found.bare_after_sent_p95_ms:.1f}")
    shown.add_row("  more than the server says it took", *after)
    shown.add_row("added to TTFT p50 and p95, ms", f"{found.added_p50_ms:.1f}, {found.added_p95_ms:.1f}", "")
    verdict = "yes" if found.good else "no"
    shown.add_row(f"under {MOST_CORES:g} cores and {MOST_ADDED_MS:g} ms", verdict, "")
    return shown
