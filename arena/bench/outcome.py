"""All that a run gives of one contestant at one concurrency, and the machine that it was measured on."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from arena.bench.cost import Cost
from arena.bench.engine_metrics import EngineFigures
from arena.bench.figures import Figures
from arena.bench.footprint import Footprint
from arena.bench.sample import Sample

CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One contestant at one concurrency.

    `load_s`: how long its server took to start; `new_session_ms`: first token of the very first request on a new
    connection. None where not known.
    """

    figures: Figures
    footprint: Footprint
    engine: EngineFigures | None = None
    cost: Cost | None = None
    load_s: float | None = None
    new_session_ms: float | None = None
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where it was measured; servers elsewhere have a machine of their own, which cannot be seen from here."""

    cpu: str
    cores: int
    memory_gib: float
    gpu: str = ""

    @property
    def line(self) -> str:
        """In one line, for tables."""
        parts = (self.gpu, f"{self.cores} cores {self.cpu}", f"{self.memory_gib:.0f} GiB")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A whole session: what was measured, where, when and how it was asked."""

    outcomes: Sequence[Outcome]
    machine: Machine
    at: str
    settings: Mapping[str, str]


def this_machine(gpu: str = "") -> Machine:
    """What the operating system says of this machine."""
    return Machine(
        cpu=_cpu_name() or platform.machine(),
        cores=psutil.cpu_count() or 1,
        memory_gib=psutil.virtual_memory().total / (1 << 30),
        gpu=gpu,
    )


def _cpu_name() -> str:
    """The processor's name where Linux tells it."""
    if not CPUINFO.is_file():
        return platform.processor()
    lines = CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
