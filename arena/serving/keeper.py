"""Runs one server and ends it, with all its children, when it is told to or when its parent is gone.

Run as a script, by path; imports nothing of ours. The parent holds the other end of this process's standard input: the
first line has the server's further environment as JSON (a key in the arguments could be read by everybody), and the end
of it, however it came about, is the order to stop. A server's own children (vLLM's engine, its workers) are in its
process group, which is ended as a whole: one that outlived a crash would keep the memory that the next start needs.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

PR_SET_PDEATHSIG = 1
GRACE_S = 20.0
"""What a server gets to finish after SIGTERM; vLLM takes about two seconds."""

POLL_S = 0.05


def _end_with_keeper() -> None:
    """In the server, before it starts: SIGTERM when the keeper itself is killed. Linux only; elsewhere nothing."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def group_lives(group: int) -> bool:
    """Whether any process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # what is left is no longer ours to end
        return False
    return True


def signal_group(group: int, number: int) -> None:
    """Send a signal to every process of the group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def main() -> None:
    """Keep the server of the command line. Ends with its status."""
    for name, value in json.loads(sys.stdin.readline() or "{}").items():
        os.putenv(name, value)
    # One thread so far, so that the function may run between fork and exec.
    server = subprocess.Popen(  # noqa: S603
        sys.argv[1:],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,  # the log; nobody goes on reading what this process writes to its own standard output
        start_new_session=True,
        preexec_fn=_end_with_keeper,
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    while server.poll() is None and not stop.wait(POLL_S):
        pass
    end(server)
    # Not sys.exit: the thread that reads standard input would be waited for.
    os._exit(server.returncode if server.returncode >= 0 else 128 - server.returncode)


def end(server: subprocess.Popen[bytes], grace_s: float = GRACE_S) -> None:
    """End the server and what it has started; at once what does not listen within the grace."""
    signal_group(server.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline:
        if server.poll() is not None and not group_lives(server.pid):
            return
        time.sleep(POLL_S)
    signal_group(server.pid, signal.SIGKILL)
    server.wait()


def _wait_for_end_of_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


if __name__ == "__main__":
    main()
