"""A scripted OpenAI-compatible model server in a process of its own, on loopback only.

In tests: `with ModelServer() as server: server.contestant("slow", rate=5, tokens=100)`. By hand:

    python -m tests.support.model_server --port 9001 --model 'zh={"language": "zh", "tokens": 200, "rate": 30}'

One server plays many models: those named here or by `POST /script` (`{"model": NAME, "script": {...}}`), and any whose
id is itself a script in JSON; the keys of a script are the fields of `tests.support.model_script.Script`. `GET /log`
tells what was asked and how it ended, `DELETE /log` forgets it. `POST /script` with `models_status`, `models_body` or
`models_delay_s` changes what `/v1/models` says.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self

from arena.models import Contestant
from tests.support.model_http import LoggedRequest, Service, serve
from tests.support.model_script import Script

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 20.0
POLL_S = 0.01


class ModelServer:
    """Starts the server as a child process and talks to it; a context manager."""

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Where the server's OpenAI-compatible API is."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", __spec__.name, "--port", str(self.port), "--until-stdin-closes"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.__exit__()
            raise RuntimeError("the scripted model server did not start")
        self.port = json.loads(line)["port"]
        return self

    def __exit__(self, *_exc: object) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        # Closes the child's stdin, at which it ends; so does the death of this process, whatever the cause.
        process.communicate(timeout=START_TIMEOUT_S)

    @property
    def pid(self) -> int:
        """The server's process id, for measuring it."""
        assert self._process is not None
        return self._process.pid

    def script(self, model: str, **script: Any) -> None:
        """Teach the server a model, or change one; its count of failures starts anew."""
        self._call("POST", "/script", {"model": model, "script": Script(**{"served_as": model, **script}).values()})

    def contestant(self, name: str, **script: Any) -> Contestant:
        """A contestant whose model, of the same name, follows the script."""
        self.script(name, **script)
        thinks = bool(script.get("thinking") or script.get("thinking_tokens"))
        return Contestant(name=name, display=name.title(), base_url=self.base_url, model=name, thinks=thinks)

    def models_say(self, status: int = 200, body: object = None, delay_s: float = 0.0) -> None:
        """What `/v1/models` answers from now on, and when; a body of None is the true list."""
        answer = {"models_status": status, "models_body": body, "models_delay_s": delay_s}
        self._call("POST", "/script", answer)

    def log(self, model: str | None = None) -> list[LoggedRequest]:
        """The requests so far, oldest first; of one model or all."""
        entries = [LoggedRequest(**entry) for entry in self._call("GET", "/log")]
        return [entry for entry in entries if model is None or entry.model == model]

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._call("DELETE", "/log")

    async def last_when(
        self, model: str, happened: Callable[[LoggedRequest], bool], within_s: float = 5.0
    ) -> LoggedRequest:
        """The model's last request once something has happened to it. Raises TimeoutError when it does not."""
        give_up = time.monotonic() + within_s
        while time.monotonic() < give_up:
            # The caller's event loop stays free: it may have a connection to close.
            await asyncio.sleep(POLL_S)
            entries = await asyncio.to_thread(self.log, model)
            if entries and happened(entries[-1]):
                return entries[-1]
        raise TimeoutError(f"nothing happened to {model} within {within_s} s")

    async def last_when_over(self, model: str, within_s: float = 5.0) -> LoggedRequest:
        """The model's last request once it has ended or been left. Raises TimeoutError when it still runs."""
        return await self.last_when(model, lambda r: r.ended is not None or r.disconnected is not None, within_s)

    def _call(self, method: str, path: str, body: object = None) -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ValueError(answer["error"]["message"])
        return answer


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted, or until stdin closes. The first line of output is `{"port": N}`."""
    options = _options(arguments)
    scripts = {name: Script.of(json.loads(script)) for name, _, script in (m.partition("=") for m in options.model)}
    service = Service(scripts=scripts or {"demo": Script(tokens=100, rate=30, first_s=0.3)})
    try:
        asyncio.run(_run(options.port, service, options.until_stdin_closes))
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")


async def _run(port: int, service: Service, until_stdin_closes: bool) -> None:
    server = asyncio.create_task(serve(port, service, _announce))
    if until_stdin_closes:
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), gone.set)
        await asyncio.wait({server, asyncio.create_task(gone.wait())}, return_when=asyncio.FIRST_COMPLETED)
        server.cancel()
    await asyncio.wait({server})


def _announce(port: int) -> None:
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 finds a free one")
    parser.add_argument("--model", action="append", default=[], metavar="NAME=JSON", help="a model and its script")
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
