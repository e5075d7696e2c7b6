"""Debian's nginx in front of several arenas, with the settings that operators are given but for addresses."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.support.app import ROOT
from tests.support.ports import free_port

SETTINGS = ROOT / "deploy/nginx/arena.conf"
AROUND = """
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{settings}
}}
"""


@contextmanager
def nginx(folder: Path, arenas: Sequence[str]) -> Iterator[str]:
    """nginx in front of two arenas; its address. Skips the test where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no nginx here; sudo apt-get install nginx-light")
    port = free_port()
    path = folder / "nginx.conf"
    path.write_text(
        AROUND.format(user=getpass.getuser(), folder=folder, settings=settings_for(port, arenas)), encoding="utf-8"
    )
    process = subprocess.Popen([program, "-c", path, "-e", folder / "error.log", "-g", "daemon off;"])
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", process, folder / "error.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def settings_for(port: int, arenas: Sequence[str]) -> str:
    """The operators' settings with these addresses."""
    settings = SETTINGS.read_text(encoding="utf-8")
    for number, arena in enumerate(arenas):
        settings = _exchange(settings, f"127.0.0.1:{7860 + number}", arena.removeprefix("http://"))
    return _exchange(settings, "listen 80;", f"listen 127.0.0.1:{port};")


def _exchange(text: str, old: str, new: str) -> str:
    changed, times = re.subn(re.escape(old), new, text)
    assert times == 1, f"{SETTINGS.name} has {old!r} {times} times"
    return changed


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError(f"nginx ended with code {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            with urlopen(url, timeout=5):
                return
        except HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nginx does not answer:\n{log.read_text()[-2000:]}")
