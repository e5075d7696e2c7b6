"""A PostgreSQL server of the tests' own, on a socket in a folder; only where its programs are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_SETTINGS = "-c fsync=off -c listen_addresses='' -c max_connections=40 -c shared_buffers=16MB"


def installed() -> bool:
    """Whether a server can be started here."""
    return _program("initdb") is not None and _program("pg_ctl") is not None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start a server and stop it; gives the URL of its first database, of which others can be made."""
    data, sockets = folder / "data", folder / "s"
    sockets.mkdir()
    folder.chmod(0o755)
    who: list[str] = []
    if os.geteuid() == 0:  # a server refuses to run as root
        who = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        shutil.chown(folder, "nobody")
        shutil.chown(sockets, "nobody")
    _run([*who, str(_program("initdb")), "-D", str(data), "-U", "arena", "--auth=trust", "-E", "UTF8", "--no-locale"])
    ctl = [*who, str(_program("pg_ctl")), "-D", str(data), "-w"]
    _run([*ctl, "-l", str(folder / "log"), "-o", f"{_SETTINGS} -c unix_socket_directories='{sockets}'", "start"])
    try:
        yield f"postgresql+psycopg://arena@/postgres?host={sockets}"
    finally:
        _run([*ctl, "-m", "immediate", "stop"])


def new_database(url: str, name: str) -> str:
    """The URL of a new, empty database on a server."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return url.replace("/postgres?", f"/{name}?")


def _program(name: str) -> Path | None:
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = next((place / name for place in places if (place / name).is_file()), None)
    return found or (Path(path) if (path := shutil.which(name)) else None)


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/")
