"""Memory of a server's processes, and of the GPU through NVML where there is an NVIDIA card."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil
import pynvml

MIB = 1 << 20
GONE = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One look: resident memory of the process and its children; memory and power of all GPUs. None: not to be seen."""

    rss_mib: float | None = None
    gpu_mib: float | None = None
    gpu_watts: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Peaks over a run, the mean power, and the GPU's name.

    Under vLLM the GPU's memory is what was set aside at start (`--gpu-memory-utilization`), not what the model needs.
    """

    rss_mib_peak: float | None
    gpu_mib_peak: float | None
    gpu_watts_mean: float | None
    gpu: str = ""


def footprint_of(looks: Sequence[Usage], gpu: str = "") -> Footprint:
    """What a run's looks come to."""
    watts = [look.gpu_watts for look in looks if look.gpu_watts is not None]
    return Footprint(
        rss_mib_peak=max((look.rss_mib for look in looks if look.rss_mib is not None), default=None),
        gpu_mib_peak=max((look.gpu_mib for look in looks if look.gpu_mib is not None), default=None),
        gpu_watts_mean=sum(watts) / len(watts) if watts else None,
        gpu=gpu,
    )


def resident_mib(pid: int) -> float | None:
    """Resident memory of a process and all below it; pages that they share count for each. None when it is gone."""
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except GONE:
        return None
    total = 0
    for process in family:
        with suppress(*GONE):  # a child that has just ended uses nothing
            total += process.memory_info().rss
    return total / MIB


class Gpus:
    """The NVIDIA cards of this machine; none without a driver. A context manager."""

    def __init__(self) -> None:
        self._handles: list[object] = []
        self.name = ""

    def __enter__(self) -> Gpus:
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError:
            return self  # no NVIDIA driver: there is nothing to measure
        self._handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        self.name = ", ".join(str(pynvml.nvmlDeviceGetName(handle)) for handle in self._handles)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handles:
            pynvml.nvmlShutdown()

    def used_mib(self) -> float | None:
        """Memory in use on all cards."""
        if not self._handles:
            return None
        return float(sum(pynvml.nvmlDeviceGetMemoryInfo(handle).used for handle in self._handles)) / MIB

    def watts(self) -> float | None:
        """Power of all cards; None where a card does not tell."""
        if not self._handles:
            return None
        try:
            return float(sum(pynvml.nvmlDeviceGetPowerUsage(handle) for handle in self._handles)) / 1000
        except pynvml.NVMLError_NotSupported:
            return None
