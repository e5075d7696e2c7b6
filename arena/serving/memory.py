"""How much memory a server and its children hold, in RAM and on NVIDIA cards."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
MIB = 1 << 20
NVIDIA_SMI_S = 10.0


def group_pids(group: int, proc: Path = PROC) -> Iterator[int]:
    """The processes of a process group; none where there is no /proc."""
    return (int(entry.name) for entry in proc.glob("[0-9]*") if _group_in(entry / "stat") == group)


def _group_in(stat: Path) -> int | None:
    """The process group in a `stat` file; None when the process has ended meanwhile."""
    try:
        # The name in parentheses may hold anything; state, parent and group come after it (proc_pid_stat(5)).
        return int(stat.read_text().rpartition(")")[2].split()[2])
    except (OSError, ValueError, IndexError):
        return None


def memory_of_group(group: int, proc: Path = PROC) -> int | None:
    """Proportional set size of a process group in bytes: shared pages count once. None where it cannot be told."""
    total, seen = 0, False
    for pid in group_pids(group, proc):
        with suppress(OSError):
            if found := re.search(r"^Pss:\s+(\d+) kB", (proc / str(pid) / "smaps_rollup").read_text(), re.MULTILINE):
                total, seen = total + int(found[1]) * 1024, True
    return total if seen else None


@dataclass(frozen=True, slots=True)
class Gpu:
    """An NVIDIA card."""

    index: int
    name: str


class GpuMemory:
    """What nvidia-smi knows. `program` is looked for in the path; without it there are no cards."""

    def __init__(self, program: str = "nvidia-smi") -> None:
        self._program = shutil.which(program)

    def cards(self) -> tuple[Gpu, ...]:
        """The cards of this machine."""
        return tuple(Gpu(int(row[0]), row[1]) for row in self._ask("--query-gpu=index,name") if len(row) == 2)

    def of_group(self, group: int) -> int | None:
        """Bytes that a process group holds on all cards; None without cards, or where the driver does not say."""
        rows = [row for row in self._ask("--query-compute-apps=pid,used_memory") if len(row) == 2]
        used = [(int(pid), int(mib) * MIB) for pid, mib in rows if mib.isdigit()]
        ours = [size for pid, size in used if _group_of(pid) == group]
        return sum(ours) if ours else None

    def _ask(self, query: str) -> list[list[str]]:
        if self._program is None:
            return []
        command = [self._program, query, "--format=csv,noheader,nounits"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=NVIDIA_SMI_S, check=True)  # noqa: S603
        except (OSError, subprocess.SubprocessError):  # no driver, or one that hangs: as good as no card
            return []
        return [[part.strip() for part in line.split(",")] for line in done.stdout.splitlines() if line.strip()]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return None
