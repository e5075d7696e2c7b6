"""The embedded engine: llama.cpp's own server on a loopback port, in a process of its own.

In a process of its own, because taking the server down inside this one hangs for good while an answer is being
written (four times out of four), a crash of native code would take the arena along, and the pages' share of the
processor can be put first. The process ends by itself when the arena is gone, however that came about: it reads its
standard input, and nobody else holds the other end.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import Self

from arena.chat import embedded_server
from arena.chat.embedded_server import FAILED, READY
from arena.contestant_parts import EMBEDDED
from arena.errors import ConfigError
from arena.models import Contestant

MODEL = "smollm2-135m-instruct"
"""The id that the engine gives its model, in `/v1/models` and in presets."""

PATIENT_THREADS = ("env", "OMP_WAIT_POLICY=passive")
"""Threads that wait give up their core. Spinning, they fall to 1 token a second where others want the cores as well
(two cores, load 6; this way 33), and to be heard it must be set before the library is loaded."""

START_S = 60.0
STOP_S = 5.0


class EmbeddedEngine:
    """A running engine; made by `start`."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self._process = process
        self.base_url = f"{address}/v1"

    def __repr__(self) -> str:
        return f"EmbeddedEngine({self.base_url})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @classmethod
    def start(cls, model: Path, start_s: float = START_S) -> EmbeddedEngine:
        """Load a model (about a second) and serve it. Raises `ConfigError` when it does not get ready in time."""
        # -P: the script's folder is not searched for modules. A session of its own: Ctrl-C in the terminal is for the
        # arena, which ends its battles first.
        command = [*PATIENT_THREADS, sys.executable, "-P", embedded_server.__file__, str(model), MODEL]
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        clock = Timer(start_s, process.kill)
        clock.start()
        try:
            said = _first_word(process)
        finally:
            clock.cancel()
        if not said.startswith(READY):
            _end(process)
            reason = said.removeprefix(FAILED) or f"it ended with status {process.returncode}"
            raise ConfigError(f"the embedded engine did not start with {model}: {reason}")
        return cls(process, said.removeprefix(READY))

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process and whatever it is writing; once or more often."""
        _end(self._process)


@contextmanager
def embedded_contestants(
    contestants: Sequence[Contestant], model: Callable[[], Path]
) -> Iterator[tuple[Contestant, ...]]:
    """The contestants with the engine's address in place of "embedded"; the engine runs while somebody needs it.

    Args:
        contestants: as the file has them.
        model: gives the weights' path; called only when a contestant is embedded.
    """
    if all(contestant.base_url != EMBEDDED for contestant in contestants):
        yield tuple(contestants)
        return
    with EmbeddedEngine.start(model()) as engine:
        yield tuple(replace(c, base_url=engine.base_url) if c.base_url == EMBEDDED else c for c in contestants)


def _first_word(process: subprocess.Popen[str]) -> str:
    """The line in which the process says how it went; empty when it ended without a word."""
    lines = process.stdout or ()
    return next((line.strip() for line in lines if line.startswith((READY, FAILED))), "")


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
