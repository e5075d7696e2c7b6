"""What runs beside the requests goes on when it fails."""

from __future__ import annotations

import asyncio
from functools import partial

from structlog.testing import capture_logs

from arena.errors import StoreUnavailable
from arena.ui.lifecycle import running


async def test_jobs_that_fail_are_begun_again_and_only_a_fault_of_ours_has_a_traceback() -> None:
    tries = {"waits": iter([StoreUnavailable("the disk is full")]), "is wrong": iter([ZeroDivisionError("oh")])}
    again = {name: asyncio.Event() for name in tries}

    async def do(name: str) -> None:
        for error in tries[name]:
            raise error
        again[name].set()

    async def nothing() -> None:
        """Neither before nor after."""

    with capture_logs() as lines:
        async with running(before=nothing, jobs={name: partial(do, name) for name in tries}, after=nothing):
            await asyncio.wait_for(asyncio.gather(*(event.wait() for event in again.values())), 30)
    assert {line["event"] for line in lines} == {"job_failed"}
    told = {line["job"]: (line["log_level"], line.get("error"), "exc_info" in line) for line in lines}
    assert told == {"waits": ("warning", "the disk is full", False), "is wrong": ("error", None, True)}
