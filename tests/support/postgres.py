"""A PostgreSQL of the tests' own: a private cluster in a temporary folder, on loopback, gone with the tests.

PostgreSQL refuses to run as root; then it runs as the user that Debian's package has made.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from arena.ids import new_id
from tests.support.ports import free_port

USER = "arena"
START_S = 30.0


class PostgresServer:
    """One cluster. `crash` and `start` are for tests of what happens meanwhile."""

    def __init__(self, folder: Path, binaries: Path, account: str | None) -> None:
        self.port = free_port()
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._binaries = binaries
        # As another user, in a folder that this user may enter.
        self._options: dict[str, Any] = {"cwd": folder}
        if account is not None:
            entry = pwd.getpwnam(account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            self._options |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None
        command = [binaries / "initdb", "-D", self._data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run([*command, "--no-sync"], check=True, capture_output=True, **self._options)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        # What is written survives the death of its processes, which is all that happens here, without being synced.
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "fsync": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._binaries / "postgres", "-D", self._data, *options], stdout=log, stderr=log, **self._options
            )
        give_up = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def crash(self) -> None:
        """End it at once, as a power cut would; what was committed has to be there afterwards."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End it; connections are cut."""
        self._end(signal.SIGINT)

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"t_{new_id().replace('-', '')}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def cut_connections(self) -> int:
        """End every client's connection, as a failing network would; how many there were."""
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            row = connection.execute(f"{cut} AND backend_type = 'client backend'").fetchone()
        return int(row[0]) if row else 0

    @contextmanager
    def as_standby(self) -> Iterator[None]:
        """Start again as a standby, which can be read only, and be promoted at the end of the context."""
        self.stop()
        (self._data / "standby.signal").touch()
        self.start()
        yield
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(START_S)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _dsn(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user={USER} dbname={database}"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A started cluster. Skips the test where there is no PostgreSQL; `scripts/test.sh` installs it."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL here; sudo apt-get install postgresql")
    # Not pytest's own folder, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="arena-postgres-"))
    server = PostgresServer(folder, binaries, "postgres" if os.geteuid() == 0 else None)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A cluster for all tests; each makes databases of its own in it."""
    with postgres_server() as server:
        yield server


def _binaries() -> Path | None:
    """Where `postgres` and `initdb` are: Debian keeps them off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None
