"""A period of a study as numbered server-sent events: the same events as a battle's, with one side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

import structlog

from arena.errors import ArenaError
from arena.models import Side
from arena.study.service import PeriodWatch
from arena.study.views import PeriodView
from arena.study_people import PeriodState
from arena.ui.events import ELSEWHERE_POLL_S, RETRY_MS, Payload, event, past_side, turn_events

log = structlog.get_logger()


async def period_events(
    watch: PeriodWatch, first_turn: int, look_again: Callable[[], Coroutine[Any, Any, PeriodWatch]]
) -> AsyncGenerator[bytes, None]:
    """The events of a period until its turn has ended; the arguments are those of `battle_events`."""
    yield f"retry: {RETRY_MS}\n\n".encode()
    while watch.turn is None and watch.view.state is PeriodState.STREAMING:
        yield event("snapshot", _snapshot(watch.view, first_turn), "")
        await asyncio.sleep(ELSEWHERE_POLL_S)
        try:
            watch = await look_again()
        except ArenaError as error:
            # The browser asks again after the retry time, and is told then what is the case.
            log.warning("period_watch_ended", period=watch.view.id, error=str(error))
            return
    if watch.turn is None:
        number = len(watch.view.turns)
        yield event("snapshot", _snapshot(watch.view, first_turn), f"{number}.0")
        yield event("end", {"state": watch.view.state}, f"{number}.1")
        return
    with watch.turn.subscribed():
        async for each in turn_events(_snapshot(watch.view, first_turn), watch.turn):
            yield each


def _snapshot(view: PeriodView, first_turn: int) -> Payload:
    turns = [
        {"index": index, "prompt": turn.prompt, Side.A: past_side(turn.text, usable=turn.usable)}
        for index, turn in enumerate(view.turns)
        if index >= first_turn or index == len(view.turns) - 1
    ]
    return {"state": view.state, "turns": turns}
