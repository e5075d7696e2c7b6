"""What the load generator itself costs: a scripted server says when it sent what, and we compare.

`added`: our time to first token minus the server's own, of the same request; connecting and reading are in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from arena.bench.load import Load, run
from arena.clock import SystemClock
from arena.ports import ChatClient
from tests.support.model_http import LoggedRequest
from tests.support.model_server import ModelServer

STREAMS, RATE, TOKENS = 100, 50.0, 250
FIRST_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCost:
    """Cores used by this process, and milliseconds that it adds to the time to first token."""

    streams: int
    tokens_per_s: float
    cores: float
    ttft_p95_ms: float
    true_ttft_p95_ms: float
    added_p50_ms: float
    added_p95_ms: float

    @property
    def added_to_p95_ms(self) -> float:
        """Between the two p95."""
        return self.ttft_p95_ms - self.true_ttft_p95_ms


async def own_cost(client: ChatClient, server: ModelServer, done: Callable[[int], None]) -> OwnCost:
    """Measure `STREAMS` streams, after as many short ones that open the connections."""
    clock = SystemClock()
    short = server.contestant("short", rate=RATE, tokens=5, first_s=FIRST_S, head_s=FIRST_S)
    # The headers go out with the first token, so that the server's first byte is the first token.
    steady = server.contestant("steady", rate=RATE, tokens=TOKENS, first_s=FIRST_S, head_s=FIRST_S)
    prompts = [f"Question {index}" for index in range(STREAMS)]
    await run(client, short, prompts, STREAMS, clock, lambda _: None)
    server.clear_log()
    began = time.process_time()
    load = await run(client, steady, prompts, STREAMS, clock, done)
    cores = (time.process_time() - began) / load.duration_s
    return _compared(load, server.log("steady"), cores)


def _compared(load: Load, log: Sequence[LoggedRequest], cores: float) -> OwnCost:
    entries = {entry.body["messages"][-1]["content"]: entry for entry in log}
    pairs = [(sample, entries[sample.prompt]) for sample in load.samples]
    failed = [sample.detail for sample, _ in pairs if sample.error is not None]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(pairs)} requests failed: {failed[0]}")
    ours = np.array([sample.ttft_s or 0.0 for sample, _ in pairs]) * 1000
    true = np.array([(entry.first_byte or 0.0) - entry.started for _, entry in pairs]) * 1000
    added_p50, added_p95 = (float(q) for q in np.percentile(ours - true, (50, 95)))
    return OwnCost(
        streams=len(pairs),
        tokens_per_s=sum(sample.output_tokens for sample, _ in pairs) / load.duration_s,
        cores=cores,
        ttft_p95_ms=float(np.percentile(ours, 95)),
        true_ttft_p95_ms=float(np.percentile(true, 95)),
        added_p50_ms=added_p50,
        added_p95_ms=added_p95,
    )


def table(found: OwnCost) -> Table:
    """For people."""
    shown = Table(title="The load generator itself", title_justify="left", box=SIMPLE_HEAD, show_header=False)
    shown.add_column()
    shown.add_column(justify="right")
    shown.add_row("streams", str(found.streams))
    shown.add_row("tokens a second, all together", f"{found.tokens_per_s:.0f}")
    shown.add_row("cores that it uses", f"{found.cores:.2f}")
    shown.add_row("TTFT p95 as measured, ms", f"{found.ttft_p95_ms:.1f}")
    shown.add_row("TTFT p95 as sent, ms", f"{found.true_ttft_p95_ms:.1f}")
    shown.add_row("added to TTFT p95, ms", f"{found.added_to_p95_ms:.1f}")
    shown.add_row("added, p50 and p95 of each request, ms", f"{found.added_p50_ms:.1f}, {found.added_p95_ms:.1f}")
    return shown
