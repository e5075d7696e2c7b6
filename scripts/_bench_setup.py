"""What a measurement runs on: contestants with their servers, a client that tells when it sends, a clock, the GPUs."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from arena.bench.ask import Departures
from arena.bench.footprint import Gpus
from arena.bench.servers import Server, read_record, server_of
from arena.chat.consistency import SelfConsistentChat
from arena.chat.embedded import embedded_contestants
from arena.chat.openai_client import OpenAIChat
from arena.clock import SystemClock
from arena.contestant_parts import EMBEDDED
from arena.contestants import load
from arena.errors import ChatError
from arena.models import Contestant
from arena.ports import ChatClient
from arena.settings import Settings
from arena.weights import fetch
from scripts._cli import FAILED, fail, progress_bar, say

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything that the modes of the benchmark share."""

    contestants: Sequence[Contestant]
    servers: dict[str, Server]
    client: ChatClient
    clock: SystemClock
    gpus: Gpus

    def work(self, what: str, total: int, job: Callable[[Callable[[int], None]], Awaitable[T]]) -> T:
        """Run a job with a progress bar; a server that does not answer ends the command with a sentence."""

        async def whole(done: Callable[[int], None]) -> T:
            try:
                await self.client.warm_up()
                without_garbage()
                return await job(done)
            finally:
                await self.client.aclose()

        try:
            with progress_bar(what, total) as done:
                return asyncio.run(whole(done))
        except ChatError as error:
            fail(f"no measurement: {error.detail} ({error.kind.value})", FAILED)


def set_up(source: str, only: Sequence[str], record: Path | None, stack: ExitStack) -> Setup:
    """Read the contestants; the embedded engine is started, and its start timed, when one of them needs it."""
    settings = Settings()
    listed = load(source or settings.contestants, settings.api_key)
    unknown = sorted(set(only) - {c.name for c in listed})
    if unknown:
        fail(f"--only {unknown[0]}: the contestants are {', '.join(c.name for c in listed)}")
    chosen = [c for c in listed if not only or c.name in only]
    known = read_record(record) if record is not None else {}
    embedded = [c.name for c in chosen if c.base_url == EMBEDDED]
    # Before the clock of the load runs: the weights may have to be fetched.
    weights = fetch(settings.cache_dir, say) if embedded else Path()
    began = time.monotonic()
    running = stack.enter_context(embedded_contestants(chosen, lambda: weights))
    known |= dict.fromkeys(embedded, Server(load_s=time.monotonic() - began))
    clock = SystemClock()
    keys = {c.api_key_env: settings.api_key(c.api_key_env) or "" for c in running}
    return Setup(
        contestants=running,
        servers={c.name: server_of(c, known) for c in running},
        client=SelfConsistentChat(OpenAIChat(keys, on_send=Departures(clock).note)),
        clock=clock,
        gpus=stack.enter_context(Gpus()),
    )


def without_garbage() -> None:
    """What was imported is never garbage: looking through it would stop the clock's owner for 20 ms at a time."""
    gc.collect()
    gc.freeze()
