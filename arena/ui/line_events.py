"""A person's place in the line as server-sent events, and the wait for its end.

`place` has the place and the sentence that says it, whenever the place has moved; `end` comes when the person's turn
has come or the place is lost. Which of the two it was is asked of the service.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from arena.battle.service import BattleService, Queued
from arena.ui.events import PING_S, RETRY_MS, event
from arena.ui.text import Texts
from arena.ui.view import place_text


async def line_events(service: BattleService, digest: str, text: Texts) -> AsyncGenerator[bytes, None]:
    """The events of a place, until it is one no more. Whoever reads them keeps the place."""
    line, place = service.line, 0
    yield f"retry: {RETRY_MS}\n\n".encode()
    with line.watched(digest):
        while (waiting := service.waiting(digest)) is not None:
            seen = line.version
            if waiting.place != place:
                place = waiting.place
                yield event("place", {"place": place, "says": place_text(place, text)}, str(seen))
            if not await line.beyond(seen, PING_S):
                yield b": still here\n\n"
    yield event("end", {}, str(line.version))


async def wait_in_line(service: BattleService, digest: str | None, timeout_s: float) -> Queued | None:
    """Keep a person's place until their turn has come; the place when it did not come in time."""
    if digest is None:
        return None
    line = service.line
    with line.watched(digest):
        try:
            async with asyncio.timeout(timeout_s):
                while service.waiting(digest) is not None:
                    await line.beyond(line.version, timeout_s)
        except TimeoutError:
            return service.waiting(digest)
    return None
