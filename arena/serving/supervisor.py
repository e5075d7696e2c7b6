"""Starts servers one after another, watches them, and starts again what ends.

Time is passed in; processes are a port.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from arena.errors import ServingError
from arena.serving.plan import ServerPlan
from arena.serving.processes import BANNER, Launcher, Process
from arena.serving.trouble import TAIL_BYTES, why_it_ended

CHECK_S = 5.0
"""How often a server that is up is asked for its health."""


class State(StrEnum):
    """Where a server is."""

    WAITING = "waiting"
    STARTING = "starting"
    UP = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds. Restarts are `first`, then twice as long each time, up to `longest`."""

    start_s: float = 1800.0
    first_restart_s: float = 1.0
    longest_restart_s: float = 300.0
    calm_s: float = 300.0
    unhealthy_s: float = 60.0

    def restart_s(self, failures: int) -> float:
        """How long to wait after so many failures in a row."""
        return float(min(self.first_restart_s * 2 ** min(failures - 1, 30), self.longest_restart_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A server has become ready."""

    plan: ServerPlan
    pid: int
    load_s: float
    memory_bytes: int | None
    gpu_memory_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fell:
    """A server that had been ready has ended, or no longer answers, and will be started again."""

    plan: ServerPlan
    why: str
    again_in_s: float


Event = Loaded | Fell
Tell = Callable[[Event], None]


@dataclass(slots=True)
class _Server:
    """A plan and how it stands."""

    plan: ServerPlan
    state: State = State.WAITING
    process: Process | None = None
    due_s: float = 0.0
    since_s: float = 0.0
    well_s: float = 0.0
    checked_s: float = 0.0
    failures: int = 0
    was_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a server stands, for showing it."""

    plan: ServerPlan
    state: State
    since_s: float
    failures: int


class Supervisor:
    """The servers of one file. `tick` does what is due; call it a few times a second.

    Only one server loads at a time: two that measure a GPU's free memory at once would both count the same bytes.
    """

    def __init__(self, plans: Sequence[ServerPlan], launcher: Launcher, tell: Tell, patience: Patience) -> None:
        self._servers = [_Server(plan) for plan in plans]
        self._launcher = launcher
        self._tell = tell
        self._patience = patience

    @property
    def all_up(self) -> bool:
        """Whether every server answers."""
        return all(server.state is State.UP for server in self._servers)

    def standings(self) -> tuple[Standing, ...]:
        """How the servers stand."""
        return tuple(
            Standing(plan=s.plan, state=s.state, since_s=s.since_s, failures=s.failures) for s in self._servers
        )

    def tick(self, now_s: float) -> None:
        """Do what is due. Raises `ServingError` when a server does not come up at its first start."""
        for server in self._servers:
            if server.process is None:
                continue
            if server.state is State.STARTING:
                self._watch_start(server, server.process, now_s)
            else:
                self._watch(server, server.process, now_s)
        if any(server.state is State.STARTING for server in self._servers):
            return
        for server in self._servers:
            if server.state is State.WAITING and server.due_s <= now_s:
                self._start(server, now_s)
                return

    def stop(self) -> None:
        """End all servers: all are asked first, so that they end beside each other."""
        running = [server.process for server in self._servers if server.process is not None]
        for process in running:
            process.ask_to_stop()
        for process in running:
            process.stop()

    def _start(self, server: _Server, now_s: float) -> None:
        server.process = self._launcher.start(server.plan)
        server.state, server.since_s = State.STARTING, now_s

    def _watch_start(self, server: _Server, process: Process, now_s: float) -> None:
        status = process.ended()
        if status is not None:
            self._failed(server, process, status, now_s)
        elif process.healthy():
            self._up(server, process, now_s)
        elif now_s - server.since_s > self._patience.start_s:
            self._failed(server, process, None, now_s)

    def _watch(self, server: _Server, process: Process, now_s: float) -> None:
        status = process.ended()
        if status is not None:
            self._failed(server, process, status, now_s)
            return
        if now_s - server.checked_s < CHECK_S:
            return
        server.checked_s = now_s
        if process.healthy():
            server.well_s = now_s
            if now_s - server.since_s > self._patience.calm_s:
                server.failures = 0
        elif now_s - server.well_s > self._patience.unhealthy_s:
            self._failed(server, process, None, now_s)

    def _up(self, server: _Server, process: Process, now_s: float) -> None:
        load_s = now_s - server.since_s
        server.state, server.was_up = State.UP, True
        server.since_s = server.well_s = server.checked_s = now_s
        memory, gpu = process.memory_bytes(), process.gpu_memory_bytes()
        self._tell(Loaded(plan=server.plan, pid=process.pid, load_s=load_s, memory_bytes=memory, gpu_memory_bytes=gpu))

    def _failed(self, server: _Server, process: Process, status: int | None, now_s: float) -> None:
        """Starts it again later, if it has ever worked; what never did is for the operator."""
        process.stop()
        why = why_it_ended(_newest(self._launcher.log(server.plan)), status)
        if status is None and server.state is State.UP:
            why = f"it has not answered for {self._patience.unhealthy_s:g} s"
        if not server.was_up:
            raise ServingError(f"{server.plan.name}: {why}\nAll that it wrote is in {self._launcher.log(server.plan)}.")
        server.failures += 1
        wait_s = self._patience.restart_s(server.failures)
        server.process, server.state, server.since_s, server.due_s = None, State.WAITING, now_s, now_s + wait_s
        self._tell(Fell(plan=server.plan, why=why, again_in_s=wait_s))


def _newest(log: Path) -> str:
    """The end of a log, as far as it is of the newest start."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL_BYTES))
            return file.read().decode("utf-8", errors="replace").rpartition(BANNER)[2].partition("\n")[2]
    except FileNotFoundError:
        return ""
