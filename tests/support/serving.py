"""Model servers that `scripts.serve_models` runs, seen from outside. Loopback only."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def free_ports(n: int) -> list[int]:
    """Ports that nobody had a moment ago."""
    probes = [socket.socket() for _ in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def answers(port: int) -> bool:
    """Whether a server is up on this port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def metric(port: int, name: str) -> float:
    """The sum of a metric of vLLM's over its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    found = re.findall(rf"^{re.escape(name)}(?:{{[^}}]*}})? ([-+.0-9e]+)$", text, re.MULTILINE)
    assert found, f"there is no metric {name}"
    return sum(map(float, found))


def wait_until(happened: Callable[[], object], within_s: float = 40.0) -> float:
    """Wait for something; how many seconds it took. Raises TimeoutError when it does not happen."""
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > within_s:
            raise TimeoutError(f"it did not happen within {within_s:g} s")
        time.sleep(0.1)
    return time.monotonic() - begun


def server_pids(port: int) -> list[int]:
    """Processes with this port as an argument, but the keepers: the servers themselves, without their children."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(port).encode() in arguments and not any(a.endswith(b"keeper.py") for a in arguments):
            found.append(int(folder.name))
    return found


@contextmanager
def serving(
    contestants: Path, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The command in a process of its own; what it says is in `folder`/out, the servers' logs in `folder`/logs."""
    command = [sys.executable, "-m", "scripts.serve_models", "--contestants", str(contestants)]
    with (folder / "out").open("w") as out:
        process = subprocess.Popen(
            [*command, "--logs", str(folder / "logs")],
            cwd=ROOT,
            env=None if environment is None else dict(environment),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)
