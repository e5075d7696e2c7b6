"""What runs beside the requests, from the server's start to its stop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from arena.errors import StoreError

log = structlog.get_logger()


@asynccontextmanager
async def running(
    *,
    before: Callable[[], Awaitable[None]],
    jobs: dict[str, Callable[[], Coroutine[Any, Any, None]]],
    after: Callable[[], Awaitable[None]],
) -> AsyncIterator[None]:
    """Run endless jobs in the background.

    Args:
        before: awaited before the first request.
        jobs: by name; one that dies is logged and started again after a second.
        after: awaited when the server stops, while the jobs still run.
    """
    await before()
    tasks = [asyncio.create_task(_forever(name, job), name=name) for name, job in jobs.items()]
    try:
        yield
    finally:
        await after()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(name: str, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await job()
        except StoreError as error:
            log.warning("job_failed", job=name, error=str(error))
        except Exception:
            log.exception("job_failed", job=name)
        await asyncio.sleep(1)


def settle_memory() -> None:
    """Take what the start has made out of the garbage collector's sight.

    Gradio's component trees are a million objects that live as long as the process; looking through them again and
    again cost a tenth of the CPU of a crowd's battles.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
