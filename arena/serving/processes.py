"""Server processes as the supervisor sees them, each under a keeper that ends it when this program is gone."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol, cast

from arena.serving import keeper
from arena.serving.memory import GpuMemory, memory_of_group
from arena.serving.plan import ServerPlan

STOP_S = keeper.GRACE_S + 5.0
HEALTH_S = 5.0
BANNER = "=== started: "

ReadSecret = Callable[[str], str | None]


class Process(Protocol):
    """A server that has been started."""

    @property
    def pid(self) -> int:
        """The server's process id; what it starts are its children."""
        ...

    def ended(self) -> int | None:
        """The status with which it ended; None while it runs."""
        ...

    def healthy(self) -> bool:
        """Whether it answers requests now."""
        ...

    def memory_bytes(self) -> int | None:
        """What it and its children hold in memory; None where that cannot be told."""
        ...

    def gpu_memory_bytes(self) -> int | None:
        """The same on GPUs."""
        ...

    def ask_to_stop(self) -> None:
        """Begin to end it; returns at once."""
        ...

    def stop(self) -> None:
        """End it with all its children, and wait for that."""
        ...


class Launcher(Protocol):
    """A way to start servers."""

    def start(self, plan: ServerPlan) -> Process:
        """Start one. It is not ready yet."""
        ...

    def log(self, plan: ServerPlan) -> Path:
        """Where what it writes goes."""
        ...


class KeptProcess:
    """A server under its keeper."""

    def __init__(self, plan: ServerPlan, process: subprocess.Popen[str], group: int, gpu_memory: GpuMemory) -> None:
        self._plan = plan
        self._process = process
        self._group = group
        self._gpu_memory = gpu_memory

    @property
    def pid(self) -> int:
        """The server's process id, which is also its group's."""
        return self._group

    def ended(self) -> int | None:
        """The status with which it ended; None while it runs."""
        return self._process.poll()

    def healthy(self) -> bool:
        """Whether it says so itself."""
        try:
            with urllib.request.urlopen(self._plan.health_url, timeout=HEALTH_S) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (OSError, ValueError):  # ValueError: an answer that is no HTTP
            return False

    def memory_bytes(self) -> int | None:
        """Memory of the process group; what its processes share is counted once."""
        return memory_of_group(self._group)

    def gpu_memory_bytes(self) -> int | None:
        """GPU memory of the process group."""
        return self._gpu_memory.of_group(self._group)

    def ask_to_stop(self) -> None:
        """Close the keeper's standard input, at which it ends the server."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()

    def stop(self) -> None:
        """End it with all its children, and wait for that."""
        self.ask_to_stop()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            keeper.signal_group(self._group, signal.SIGKILL)
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class KeeperLauncher:
    """Starts servers under keepers and keeps what they write in a file for each.

    Args:
        folder: where the logs go; made when it is not there.
        secret: gives the value of a variable that holds a key.
        gpu_memory: tells what is used on the GPUs.
    """

    def __init__(self, folder: Path, secret: ReadSecret, gpu_memory: GpuMemory) -> None:
        self._folder = folder
        self._secret = secret
        self._gpu_memory = gpu_memory
        folder.mkdir(parents=True, exist_ok=True)

    def log(self, plan: ServerPlan) -> Path:
        """One file a server; later starts are added to it."""
        return self._folder / f"{plan.name.replace('/', '_')}.log"

    def start(self, plan: ServerPlan) -> Process:
        """Start a server under a keeper of its own."""
        secrets = {name: self._secret(source) or "" for name, source in plan.command.secrets.items()}
        environment = {**plan.command.environment, **secrets}
        with self.log(plan).open("a", encoding="utf-8") as log:
            log.write(f"{BANNER}{plan.command.shown}\n")
            log.flush()
            # A session of its own: Ctrl-C in the terminal is for us, who stop the servers in order.
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-P", keeper.__file__, *plan.command.arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        orders, words = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
        orders.write(json.dumps(environment) + "\n")
        orders.flush()
        group = words.readline().strip()
        return KeptProcess(plan, process, int(group or 0), self._gpu_memory)
