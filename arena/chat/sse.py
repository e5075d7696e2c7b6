"""Server-sent events out of raw bytes, however the network has cut them."""

from __future__ import annotations

import codecs

DATA = b"data"


class EventTooLong(Exception):
    """A line, or the data of one event, is longer than the limit."""


class EventSplitter:
    """Turns pieces of a response body into the data of its events.

    Lines end in LF, CRLF or CR. An event's data lines are joined by LF; comments and other fields are passed over.
    Lines are put together before anything is decoded, so a character cut in two by the network is whole again.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0
        self._started = False

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of every event that this piece completes. Raises `EventTooLong`."""
        if self._whole(piece):
            data = piece[6:-2]
            if data and b"\n" not in data:  # one event, as a token usually comes
                return [data]
            events = data.split(b"\n\ndata: ")
            if not any(b"\n" in event for event in events):
                return [event for event in events if event]
        lines = (self._rest + piece).splitlines(keepends=True)
        # A CR at the end may be half of a CRLF, so it waits for what comes next.
        self._rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if len(self._rest) > self._max_bytes:
            raise EventTooLong(f"a line of over {self._max_bytes} bytes")
        return self._events(lines)

    def ready_for(self, piece: bytes) -> bool:
        """Whether a piece may be an event by itself: none before waits for its rest, and it is not too long."""
        return self._started and not self._rest and not self._data and len(piece) <= self._max_bytes

    def _whole(self, piece: bytes) -> bool:
        """Whether a piece looks like whole events of one line each, as nearly all are: those need no care."""
        return self.ready_for(piece) and piece.startswith(b"data: ") and piece.endswith(b"\n\n") and b"\r" not in piece

    def finish(self) -> list[bytes]:
        """The data of an event that the end of the body left without its blank line."""
        lines = [self._rest, b"\n"]
        self._rest = b""
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        for raw in lines:
            line = raw.rstrip(b"\r\n")
            if line:
                self._take(line)
            elif self._data:
                events.append(b"\n".join(self._data))
                self._data = []
                self._size = 0
        return [event for event in events if event]

    def _take(self, line: bytes) -> None:
        if not self._started:
            self._started = True
            line = line.removeprefix(codecs.BOM_UTF8)
        field, _, value = line.partition(b":")
        if field != DATA:
            return
        self._data.append(value.removeprefix(b" "))
        self._size += len(value) + 1
        if self._size > self._max_bytes:
            raise EventTooLong(f"an event of over {self._max_bytes} bytes")
