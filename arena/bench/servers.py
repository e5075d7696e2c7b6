"""Which process serves a contestant and how long it took to start: from a record, or from who listens on the port.

The record is JSON, `{"servers": [{"contestant": NAME, "pid": 123, "load_s": 28.1}, ...]}`; `pid` and `load_s` may be
missing, and whatever else is in it is left alone, so that the program that starts servers can keep more there.
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
    """What is known of a contestant's server; `pid` None: not on this machine, or not ours to see."""

    pid: int | None = None
    load_s: float | None = None


def read_record(path: Path) -> dict[str, Server]:
    """Servers by contestant's name. Raises `ConfigError`."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["servers"]
        return {str(entry["contestant"]): _server(entry) for entry in entries}
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(
            f'{path}: expected {{"servers": [{{"contestant": NAME, "pid": NUMBER, "load_s": SECONDS}}]}}'
        ) from error


def server_of(contestant: Contestant, record: Mapping[str, Server]) -> Server:
    """The record's entry, completed by who listens on the contestant's port."""
    known = record.get(contestant.name, Server())
    return Server(pid=known.pid or listener(contestant.base_url), load_s=known.load_s)


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
    return Server(pid=pid, load_s=None if load_s is None else float(load_s))
