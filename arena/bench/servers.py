"""Which processes serve a contestant and how long they took to start: from a record, or from who listens on the port.

The record is JSON, `{"servers": [{"contestant": NAME, "pid": 123, "load_s": 28.1}, ...]}`; `scripts.serve_models`
writes it. `pid` and `load_s` may be missing, whatever else is in it is left alone, and a contestant with replicas has
an entry for each. An entry whose process is gone is of an earlier start, and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from arena.errors import ConfigError
from arena.models import Contestant

HERE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is known of a contestant's server, or of its replicas and their router.

    `pids` empty: not on this machine, or not ours to see. `load_s`: the longest, since each loads by itself.
    """

    pids: tuple[int, ...] = ()
    load_s: float | None = None

    def with_replica(self, other: Server) -> Server:
        """Both together."""
        loads = [load_s for load_s in (self.load_s, other.load_s) if load_s is not None]
        return Server(pids=(*self.pids, *other.pids), load_s=max(loads, default=None))


def read_record(path: Path) -> dict[str, Server]:
    """Servers by contestant's name. Raises `ConfigError`."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["servers"]
        named = [(str(entry["contestant"]), _server(entry)) for entry in entries]
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(
            f'{path}: expected {{"servers": [{{"contestant": NAME, "pid": NUMBER, "load_s": SECONDS}}]}}'
        ) from error
    found: dict[str, Server] = {}
    for name, server in named:
        if all(map(psutil.pid_exists, server.pids)):
            found[name] = found.get(name, Server()).with_replica(server)
    return found


def server_of(contestant: Contestant, record: Mapping[str, Server]) -> Server:
    """The record's entry, completed by who listens on the contestant's port."""
    known = record.get(contestant.name, Server())
    listening = None if known.pids else listener(contestant.base_url)
    return Server(pids=known.pids or _none_or_one(listening), load_s=known.load_s)


def listener(base_url: str) -> int | None:
    """The process that listens on a loopback address's port, as far as this user may see it."""
    parts = urlsplit(base_url)
    if parts.hostname not in HERE:
        return None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return None  # some systems show them to administrators only
    pids = (c.pid for c in connections if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port)
    return next((pid for pid in pids if pid), None)


def _server(entry: Mapping[str, object]) -> Server:
    pid, load_s = entry.get("pid"), entry.get("load_s")
    if not isinstance(pid, int | None) or not isinstance(load_s, int | float | None):
        raise TypeError
    return Server(pids=_none_or_one(pid), load_s=None if load_s is None else float(load_s))


def _none_or_one(pid: int | None) -> tuple[int, ...]:
    return () if pid is None else (pid,)
