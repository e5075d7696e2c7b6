"""The process of the embedded engine: loads a model, says where it listens, ends when its standard input ends.

Run by `embedded.py` as a script, by path; it imports nothing of ours, so that it starts fast and needs no search path.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

READY, FAILED = "ready ", "failed "
"""How the one line begins that is written to standard output."""

SLOTS = 4
"""Answers at once: two battles. More wait their turn."""

TOKENS_PER_SLOT = 4096
"""Prompts and answers of one conversation; 23 kB of memory each."""

PROMPT_CACHE_MIB = 256
"""For conversations that have lost their slot; llama.cpp would take 8 GiB."""

BATCH_TOKENS = 64
"""How much of a prompt is read in one step, after which running answers go on and a request that was dropped is
noticed: half a second on two cores, and 10 s or more with llama.cpp's 2048."""

MOST_THREADS = 4
"""A model of this size gains nothing from more."""

LOWER_PRIORITY = 5
"""Of Unix's 19: the pages come first."""

ERRORS_ONLY = 1

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = CPU_QUOTA) -> int:
    """How many processors this process may use, after affinity and a container's quota."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
    except (OSError, ValueError):  # another system, or no container
        return affinity
    return affinity if share == "max" else max(1, min(affinity, int(share) // int(period)))


def serve(model: str, alias: str) -> Any:
    """Load a model and serve it on a port that was free, for as long as what is returned is kept."""
    import xllamacpp  # 0.1 s, and only this process needs it

    cores = min(usable_cores(), MOST_THREADS)
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {alias}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * TOKENS_PER_SLOT
    params.n_batch = params.n_ubatch = BATCH_TOKENS
    params.cache_ram_mib = PROMPT_CACHE_MIB
    # A token is made between many waits for the slowest thread: the last core is left to the pages, and to prompts.
    params.cpuparams.n_threads = max(1, cores - 1)
    params.cpuparams_batch.n_threads = cores
    params.ui = False
    params.endpoint_slots = True
    params.verbosity = ERRORS_ONLY
    return xllamacpp.Server(params)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Serve the model of the command line until standard input ends; then end at once."""
    os.nice(LOWER_PRIORITY)
    try:
        server = serve(*sys.argv[1:3])
    except Exception as error:  # noqa: BLE001 - whatever it is, the arena tells it to a person
        _say(f"{FAILED}{error}")
        sys.exit(1)
    _say(f"{READY}{server.listening_address}")
    sys.stdin.buffer.read()
    # Not by returning: taking the server down in the middle of an answer waits for a thread that waits for this one.
    os._exit(0)


if __name__ == "__main__":
    main()
