"""The scripted model server itself: HTTP on a bare asyncio protocol, so that bytes and times are exactly as scripted.

Tokens go out on a schedule that does not drift; asyncio's timers make one up to a millisecond late. All times in the
log are `time.monotonic()`, which processes of one machine share.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.support.model_replies import Ending, Frame, Reply, http_json, reply_to
from tests.support.model_script import Fault, Script

OWN_PATHS = frozenset({"/script", "/log"})
HEAD_END = b"\r\n\r\n"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER on, for no time: closing the socket resets the connection."""


@dataclass(slots=True, kw_only=True)
class LoggedRequest:
    """One request as the server saw it. None: has not happened. `disconnected`: the client left before the end.

    `connection` counts the server's connections; requests with the same number shared one.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    model: str
    connection: int
    started: float
    first_byte: float | None = None
    last_byte: float | None = None
    ended: float | None = None
    disconnected: float | None = None
    frames_sent: int = 0

    @property
    def authorized(self) -> bool:
        """Whether a key came with the request."""
        return "authorization" in self.headers


@dataclass(slots=True)
class Service:
    """What the connections share: the scripts by model id, the log, and how `/v1/models` answers."""

    scripts: dict[str, Script] = field(default_factory=dict)
    log: list[LoggedRequest] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    connections: int = 0
    models_status: int = 200
    models_body: Any = None
    models_delay_s: float = 0.0

    def respond(self, request: LoggedRequest) -> Reply:
        """The reply to a request."""
        routes: Mapping[tuple[str, str], Callable[[LoggedRequest], Reply]] = {
            ("POST", "/v1/chat/completions"): self._chat,
            ("GET", "/v1/models"): self._models,
            ("POST", "/script"): self._script,
            ("GET", "/log"): self._log,
            ("DELETE", "/log"): self._clear,
        }
        if request.path not in OWN_PATHS:
            self.log.append(request)
        route = routes.get((request.method, request.path))
        return route(request) if route else whole(404, {"error": {"message": f"no {request.path}"}})

    def _chat(self, request: LoggedRequest) -> Reply:
        model = request.model
        script = self.scripts.get(model) or (Script.of(json.loads(model)) if model.startswith("{") else None)
        if script is None:
            return whole(404, {"error": {"message": f"The model `{model}` does not exist.", "code": 404}})
        before = self.asked[model] = self.asked.get(model, -1) + 1
        faulty = script.fault is not Fault.NONE and (script.fail_times is None or before < script.fail_times)
        return reply_to(script, faulty=faulty)

    def _models(self, request: LoggedRequest) -> Reply:
        listed = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.scripts]}
        body = listed if self.models_body is None else self.models_body
        return whole(self.models_status, body, self.models_delay_s)

    def _script(self, request: LoggedRequest) -> Reply:
        body = request.body
        if "model" in body:
            self.scripts[body["model"]] = Script.of(body.get("script", {}))
            self.asked.pop(body["model"], None)
        self.models_status = body.get("models_status", self.models_status)
        self.models_body = body.get("models_body", self.models_body)
        self.models_delay_s = body.get("models_delay_s", self.models_delay_s)
        return whole(200, {"models": list(self.scripts)})

    def _log(self, request: LoggedRequest) -> Reply:
        return whole(200, [asdict(entry) for entry in self.log])

    def _clear(self, request: LoggedRequest) -> Reply:
        self.log.clear()
        return whole(200, {})


def whole(status: int, value: object, delay_s: float = 0.0) -> Reply:
    """A JSON reply in one piece."""
    return Reply((Frame(delay_s, http_json(status, value)),))


class Player:
    """Sends one reply on time, and notes in the log how it went."""

    def __init__(
        self, transport: asyncio.Transport, reply: Reply, entry: LoggedRequest, done: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._frames = reply.frames
        self._ending = reply.ending
        self._entry = entry
        self._done = done
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def play(self) -> None:
        """Send what is due, then come back for the rest."""
        now, start = time.monotonic(), self._entry.started
        first = self._next
        while self._next < len(self._frames) and start + self._frames[self._next].at_s <= now:
            self._next += 1
        if self._next > first:
            self._send(first, now)
        if self._next < len(self._frames):
            self._timer = self._loop.call_at(start + self._frames[self._next].at_s, self.play)
        else:
            self._end()

    def client_left(self) -> None:
        """The connection is gone; if we had more to say, the client left."""
        if self._timer is not None:
            self._timer.cancel()
        if self._entry.ended is None:
            self._entry.disconnected = time.monotonic()

    def _send(self, first: int, now: float) -> None:
        self._transport.write(b"".join(frame.data for frame in self._frames[first : self._next]))
        self._entry.frames_sent = self._next
        self._entry.last_byte = now
        if self._entry.first_byte is None:
            self._entry.first_byte = now

    def _end(self) -> None:
        if self._ending is Ending.HANG:
            return
        self._entry.ended = time.monotonic()
        if self._ending is Ending.RESET:
            peer: socket.socket = self._transport.get_extra_info("socket")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        if self._ending is not Ending.COMPLETE:
            self._transport.close()
        self._done()


class Connection(asyncio.Protocol):
    """One client's connection: one request at a time, kept open between them."""

    def __init__(self, service: Service) -> None:
        self._service = service
        service.connections += 1
        self._number = service.connections
        self._buffer = b""
        self._player: Player | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._buffer[:1].isalpha():
            self._transport.abort()  # A TLS handshake, say: no HTTP server would wait for more of it.
        elif self._player is None:
            self._next_request()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._player is not None:
            self._player.client_left()

    def _next_request(self) -> None:
        """Answer the next request if all of it is here."""
        self._player = None
        head, found, rest = self._buffer.partition(HEAD_END)
        if not found:
            return
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, path, _ = lines[0].split(" ")
        self._answer(method, path, headers, rest[:length])

    def _answer(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> None:
        entry = LoggedRequest(
            method=method,
            path=path,
            headers=headers,
            body={},
            model="",
            connection=self._number,
            started=time.monotonic(),
        )
        try:
            entry.body = json.loads(raw) if raw else {}
            entry.model = str(entry.body.get("model", ""))
            reply = self._service.respond(entry)
        except (ValueError, TypeError, AttributeError) as error:
            reply = whole(400, {"error": {"message": str(error)}})
        self._player = Player(self._transport, reply, entry, self._next_request)
        self._player.play()


async def serve(port: int, service: Service, ready: Callable[[int], None]) -> None:
    """Serve on loopback until cancelled; `ready` is told the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(service), "127.0.0.1", port, backlog=1024)
    async with server:
        ready(server.sockets[0].getsockname()[1])
        await server.serve_forever()
