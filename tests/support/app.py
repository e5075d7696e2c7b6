"""The real app in a process of its own, and a visitor who talks to it as a program does. Loopback only."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from arena.models import Contestant

ROOT = Path(__file__).parents[2]
START_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A running arena."""

    url: str
    pid: int
    data: Path
    log: Path


@contextmanager
def running_app(
    folder: Path,
    contestants: Sequence[Contestant] = (),
    keys: Mapping[str, str] | None = None,
    within: Sequence[str] = (),
    **settings: str,
) -> Iterator[App]:
    """Start `app.py` with these contestants, keys and settings (names without `ARENA_`), and stop it at the end.

    `keys` may also have other variables, the port among them. `within` is a command that becomes the command behind
    it, as `env` does.
    """
    port = int((keys or {}).get("GRADIO_SERVER_PORT") or _free_port())
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ARENA_", "GRADIO_"))}
    environment |= {"GRADIO_SERVER_PORT": str(port), "GRADIO_SERVER_NAME": "127.0.0.1"}
    environment |= {"ARENA_DATA_DIR": str(folder), **(keys or {})}
    environment |= {f"ARENA_{name.upper()}": value for name, value in settings.items()}
    if contestants:
        path = folder / "contestants.toml"
        path.write_text("\n".join(map(_as_toml, contestants)), encoding="utf-8")
        environment["ARENA_CONTESTANTS"] = str(path)
    log = folder / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*within, sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(url, process, log)
        yield App(url=url, pid=process.pid, data=folder, log=log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)


@dataclass
class Event:
    """One server-sent event with the time at which it arrived."""

    kind: str
    data: dict[str, Any]
    at: float


@dataclass
class Visitor:
    """A rater with a cookie of their own. Every byte that reaches them is kept in `received`."""

    url: str
    session: aiohttp.ClientSession
    received: list[bytes] = field(default_factory=list)

    async def call(self, name: str, *data: Any) -> dict[str, Any]:
        """Call a documented handler."""
        async with self.session.post(f"{self.url}/gradio_api/run/{name}", json={"data": list(data)}) as response:
            body = await self._keep(response)
        answer: dict[str, Any] = json.loads(body)["data"][0]
        return answer

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Get an address."""
        async with self.session.get(f"{self.url}{path}", headers=headers) as response:
            return response.status, (await self._keep(response)).decode()

    async def follow(self, battle: str, query: str = "") -> AsyncIterator[Event]:
        """A battle's events as they arrive."""
        async with self.session.get(f"{self.url}/arena/events/{battle}{query}") as response:
            self.received.append(repr(sorted(response.headers.items())).encode())
            response.raise_for_status()
            kind = ""
            async for line in response.content:
                self.received.append(line)
                if line.startswith(b"event: "):
                    kind = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    yield Event(kind, json.loads(line[6:]), time.perf_counter())

    async def turn(self, prompt: str, battle: str = "") -> dict[str, Any]:
        """Send a prompt and follow the turn to its end; the battle as it then stands."""
        sent = await self.call("send", prompt, battle)
        if "error" in sent:
            return sent
        async for _ in self.follow(sent["battle"]):
            pass
        return await self.call("view", sent["battle"])

    async def vote(self, battle: Mapping[str, Any], outcome: str = "tie") -> dict[str, Any]:
        """Vote without reasons."""
        return await self.call("vote", battle["battle"], battle["token"], outcome, [], [], "")

    async def _keep(self, response: aiohttp.ClientResponse) -> bytes:
        body = await response.read()
        self.received += [repr(sorted(response.headers.items())).encode(), body]
        return body


@asynccontextmanager
async def visitor(url: str) -> AsyncIterator[Visitor]:
    """A new visitor."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        it = Visitor(url, session)
        await it.get("/config")
        yield it


def _as_toml(contestant: Contestant) -> str:
    values = {
        "name": contestant.name,
        "display": contestant.display,
        "base_url": contestant.base_url,
        "model": contestant.model,
        "thinks": contestant.thinks,
        "licence": contestant.licence,
        "notice": contestant.notice,
    }
    if contestant.api_key_env:
        values["api_key_env"] = contestant.api_key_env
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join(["[[contestant]]", *lines, ""])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the arena ended with code {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers: degraded or down is for the test to judge
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the arena was not up after {START_S:.0f} s:\n{log.read_text()[-2000:]}")
