"""Events of a stream that differ from an earlier one by their text alone, as nearly all of a streamed answer do.

A server writes them with the same bytes around the text. To compare those costs less than to parse JSON, and each token
of each answer comes in an event of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

CONTENT = re.compile(rb'"content": ?"')
SPARE_LESSONS = 4
"""How many more events may be learnt from than were known: a gateway that pads each event otherwise teaches nothing."""


class AlikeEvents:
    """Knows the events of one stream by what stands around their text.

    Args:
        read: the text of an event by its JSON; "" for one with anything else to say.
    """

    def __init__(self, read: Callable[[bytes], str]) -> None:
        self._read = read
        self._head = self._tail = b""
        self._line_head = self._line_tail = b""
        self._lessons = self._known = 0

    def text_of(self, event: bytes) -> str:
        """The text of an event that is like another; "" for every other one, which is to be parsed."""
        return self._between(event, self._head, self._tail)

    def text_of_line(self, piece: bytes) -> str:
        """The same for a piece of the body that is such an event on a line of its own, and nothing else."""
        return self._between(piece, self._line_head, self._line_tail)

    def learn(self, event: bytes, text: str) -> None:
        """Note what stands around the text of an event, unless the events of this stream are not alike."""
        enough = self._lessons > self._known + SPARE_LESSONS
        if enough or self._framed(event, self._head, self._tail) or not _stands_as_it_is(text):
            return
        self._lessons += 1
        found = CONTENT.search(event)
        written = text.encode()
        if found is None or not event.startswith(written + b'"', found.end()):
            return
        head, tail = event[: found.end()], event[found.end() + len(written) :]
        # Another text there must be another text of the event: "content" may be written elsewhere, too.
        if self._read(head + written + b"?" + tail) == f"{text}?":
            self._head, self._tail = head, tail
            self._line_head, self._line_tail = b"data: " + head, tail + b"\n\n"

    def _between(self, written: bytes, head: bytes, tail: bytes) -> str:
        if not self._framed(written, head, tail):
            return ""
        try:
            text = written[len(head) : -len(tail)].decode()
        except UnicodeDecodeError:
            return ""
        if not _stands_as_it_is(text):
            return ""
        self._known += 1
        return text

    @staticmethod
    def _framed(written: bytes, head: bytes, tail: bytes) -> bool:
        return bool(head) and written.startswith(head) and written.endswith(tail)


def _stands_as_it_is(text: str) -> bool:
    """Whether a text has nothing that JSON writes otherwise or that would end the string, and no control character."""
    return '"' not in text and "\\" not in text and text.isprintable()
