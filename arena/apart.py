"""Heavy work in a process of its own, at low priority, so that battles do not wait for it.

A process, not a thread: the interpreter's lock would be taken from the running battles. A fresh one each time: its
memory goes back when it is done, and nothing of the server's main module is loaded into it.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

T = TypeVar("T")

_ROOT = str(Path(__file__).parents[1])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from arena.apart import serve; serve()"
_NICE = 10


class ApartError(RuntimeError):
    """The process ended without a result; the message has the end of what it said."""


async def run_apart(work: Callable[[], T]) -> T:
    """Run what can be pickled (a partial of a module's function) and give its result; its exceptions are raised here.

    A cancelled caller ends the process.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _START, _ROOT, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        output, said = await process.communicate(pickle.dumps(work))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise ApartError(f"code {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    result = pickle.loads(output)  # noqa: S301 - written by our own child
    if isinstance(result, Exception):
        raise result
    return cast("T", result)


def serve() -> None:
    """What the child does: read the work, do it, write the result or the exception."""
    os.nice(_NICE)
    answer(sys.stdin.buffer, sys.stdout.buffer)


def answer(given: BinaryIO, out: BinaryIO) -> None:
    """Do the work that `given` holds and write what comes of it."""
    work = pickle.load(given)  # noqa: S301 - written by our own parent
    try:
        result = work()
    except Exception as error:  # noqa: BLE001 - raised again by the parent
        result = error
    pickle.dump(result, out)
