"""The least that a client can be: bare sockets, one thread, a stamp at each first byte. For `--self-check`.

Run as a script, in a process of its own, so that neither waits for the other. Reads its orders as JSON from standard
input: `port`, the `requests` of each stream (whole HTTP requests, as text), and `step_s` between the beginnings of two
streams. Writes JSON: for each stream the milliseconds from each request to its first byte, and the cores that it used.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

BODY_END = b"\r\n0\r\n\r\n"
PIECE = 1 << 16
PATIENCE_S = 60.0


@dataclass(slots=True)
class Stream:
    """One connection, and the requests that it sends one after the other."""

    connection: socket.socket
    requests: Iterator[bytes]
    begins: float
    sent: float = 0.0
    waiting: bool = False
    tail: bytes = b""
    ttft_ms: list[float] = field(default_factory=list)

    def send(self) -> bool:
        """Send the next request; False when there is none."""
        request = next(self.requests, None)
        if request is None:
            return False
        self.tail, self.waiting, self.sent = b"", True, time.monotonic()
        self.connection.sendall(request)
        return True

    def read(self) -> bool:
        """Read what is there; False when all has been answered. Raises ConnectionError."""
        piece = self.connection.recv(PIECE)
        if self.waiting:
            self.ttft_ms.append((time.monotonic() - self.sent) * 1000)
            self.waiting = False
        if not piece:
            raise ConnectionError("the server hung up")
        self.tail = (self.tail + piece)[-len(BODY_END) :]
        return self.send() if self.tail == BODY_END else True


def read_all(port: int, requests: Sequence[Sequence[bytes]], step_s: float) -> list[Stream]:
    """Every stream to its end."""
    selector = selectors.DefaultSelector()
    begun = time.monotonic()
    streams = []
    for place, each in enumerate(requests):
        connection = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        streams.append(Stream(connection, iter(each), begun + 0.2 + place * step_s))
    late, running = list(reversed(streams)), 0
    while late or running:
        now = time.monotonic()
        while late and late[-1].begins <= now:
            stream = late.pop()
            stream.send()
            selector.register(stream.connection, selectors.EVENT_READ, stream)
            running += 1
        for key, _ in selector.select(max(0.0, late[-1].begins - time.monotonic()) if late else PATIENCE_S):
            if not key.data.read():
                selector.unregister(key.fileobj)
                running -= 1
    for stream in streams:
        stream.connection.close()
    return streams


def main() -> None:
    """Do as ordered."""
    orders = json.load(sys.stdin)
    requests = [[request.encode() for request in each] for each in orders["requests"]]
    began, cpu = time.monotonic(), time.process_time()
    streams = read_all(orders["port"], requests, orders["step_s"])
    cores = (time.process_time() - cpu) / (time.monotonic() - began)
    sys.stdout.write(json.dumps({"ttft_ms": [stream.ttft_ms for stream in streams], "cores": cores}))


if __name__ == "__main__":
    main()
