"""Databases that the real app can be run on, and what a test can make go wrong there meanwhile. Linux only."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.app import App
from tests.support.postgres import PostgresServer

DISK = "16m"
MOUNT = f'mount -t tmpfs -o size={DISK} tmpfs "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is.

    Args:
        url: for the app.
        stored: where the test finds what that app has stored, while it runs and nobody writes.
        broken: what goes wrong while the context is open.
        within: the command that the app has to be started with.
    """

    url: str
    stored: Callable[[App], str]
    broken: Callable[[App], AbstractContextManager[None]]
    within: Sequence[str] = ()


def on_a_small_disk(folder: Path) -> Place:
    """SQLite on a disk that fills up. Nobody but the app sees the disk, and it is gone with the app."""
    disk = folder / "disk"
    disk.mkdir()
    within = ("unshare", "-Urm", "sh", "-c", MOUNT, str(disk))
    if subprocess.run([*within, "true"], check=False, capture_output=True).returncode:
        pytest.skip(
            "nobody may mount a disk of their own here; files that cannot be written to are tested all the same"
        )

    def seen(app: App) -> Path:
        return Path(f"/proc/{app.pid}/root{disk}")

    @contextmanager
    def full(app: App) -> Iterator[None]:
        filler = seen(app) / "filler"
        _fill(filler)
        yield
        filler.unlink()

    def copied(app: App) -> str:
        copy = shutil.copytree(seen(app), folder / "copy")  # SQLite itself takes /proc's link for a path of ours
        return f"sqlite:///{copy}/arena.db"

    return Place(f"sqlite:///{disk}/arena.db", copied, full, within)


def with_files_that_turn_read_only(folder: Path) -> Place:
    """SQLite on a disk that lets the app read and no longer write, its log included."""
    url = f"sqlite:///{folder}/arena.db"

    @contextmanager
    def unwritable(app: App) -> Iterator[None]:
        _, most = before = resource.prlimit(app.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(app.pid, resource.RLIMIT_FSIZE, (0, most))
        yield
        resource.prlimit(app.pid, resource.RLIMIT_FSIZE, before)

    return Place(url, lambda _: url, unwritable)


def on_a_server_that_becomes_a_standby(server: PostgresServer) -> Place:
    """PostgreSQL that can be read only, until it is promoted."""
    url = server.new_database()
    return Place(url, lambda _: url, lambda _: server.as_standby())


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(os.sysconf("SC_PAGE_SIZE")))
        except OSError:  # full, which is what is wanted
            return
