"""The body of a streamed response as aiohttp has it, beneath the SDK and its HTTP library.

Every layer between costs as much a token as the network does: five iterators and a timer each, and with a hundred
streams of fifty tokens a second that is most of a core. See docs/decisions.md for the figures.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import httpx2
from openai._vendor.httpx_aiohttp.transport import AiohttpResponseStream

from arena.chat.patience import Patience
from arena.errors import ChatError
from arena.models import ErrorKind


def raw_body(response: httpx2.Response) -> aiohttp.StreamReader:
    """The reader of an open response's body. The pinned SDK has it in private places; a test reads through them."""
    stream = getattr(response.stream, "_stream", None)
    if not isinstance(stream, AiohttpResponseStream):
        raise ChatError(ErrorKind.INTERNAL, f"no aiohttp body in {type(response.stream).__name__}")
    return stream._aiohttp_response.content


class Watch:
    """Ends a read that lasts beyond the patience, with one timer an answer instead of one a read."""

    def __init__(self, body: aiohttp.StreamReader, patience: Patience) -> None:
        self._body = body
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_at(patience.deadline, self._look)
        self._soon = False

    def sooner(self) -> None:
        """The deadline has come nearer: look again in time."""
        if not self._soon:
            self._soon = True
            self.close()
            self._timer = self._loop.call_at(self._patience.deadline, self._look)

    def close(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _look(self) -> None:
        if self._loop.time() < self._patience.deadline:
            self._timer = self._loop.call_at(self._patience.deadline, self._look)
        else:
            self._body.set_exception(self._patience.lost())


@contextmanager
def watching(body: aiohttp.StreamReader, patience: Patience) -> Iterator[Watch]:
    """Keep a `Watch` for as long as the body is read."""
    watch = Watch(body, patience)
    try:
        yield watch
    finally:
        watch.close()
