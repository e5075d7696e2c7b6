"""Work in a process of its own: results and errors come back, and a cancelled caller leaves nothing running."""

from __future__ import annotations

import asyncio
import io
import operator
import os
import pickle
import time
from functools import partial

import pytest

from arena.apart import ApartError, answer, run_apart
from arena.errors import DataError, StoreUnavailable

pytestmark = pytest.mark.integration


def refuse() -> None:
    raise DataError("There are no votes.")


async def test_work_is_done_in_another_process_of_low_priority() -> None:
    assert await run_apart(partial(operator.add, 2, 3)) == 5
    assert await run_apart(os.getpid) != os.getpid()
    assert await run_apart(partial(os.nice, 0)) >= 10


async def test_an_error_of_the_work_is_raised_here() -> None:
    with pytest.raises(DataError, match="no votes"):
        await run_apart(refuse)


async def test_a_process_that_dies_says_so() -> None:
    with pytest.raises(ApartError, match="code 3"):
        await run_apart(partial(os._exit, 3))


async def test_a_cancelled_caller_does_not_wait_for_the_work() -> None:
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await run_apart(partial(time.sleep, 60))
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(("work", "result"), [(partial(operator.mul, 6, 7), 42), (partial(StoreUnavailable, "x"), "x")])
def test_the_child_writes_what_came_of_the_work(work: partial[object], result: object) -> None:
    out = io.BytesIO()
    answer(io.BytesIO(pickle.dumps(work)), out)
    found = pickle.loads(out.getvalue())
    assert (found if isinstance(found, int) else str(found)) == result
