"""A battle as numbered server-sent events, both sides in one stream.

`snapshot` has every turn from the one asked for; `delta` what the running turn has grown by; `end` the state after
it. A reconnect gets a snapshot again, so no event has to be kept. What is in an event is decided by the text shown
and by nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from functools import lru_cache
from typing import Any

import orjson
import structlog

from arena.battle.service import Watch
from arena.battle.views import turn_texts
from arena.chat.live import LiveTurn, SideStatus
from arena.errors import ArenaError
from arena.models import Battle, BattleState, Side
from arena.ui.markdown import BlockStream, render

PING_S = 10.0
ELSEWHERE_POLL_S = 1.0
RETRY_MS = 1000

log = structlog.get_logger()

Payload = dict[str, Any]


class SideFeed:
    """What one watcher has been sent of one side of the running turn."""

    def __init__(self) -> None:
        self._blocks = BlockStream()
        self._sent = 0
        self._status: SideStatus | None = None

    def news(self, turn: LiveTurn, side: Side) -> Payload:
        """What is new; empty when nothing is."""
        news: Payload = {}
        added = turn.shown(side, self._sent)
        if added:
            self._sent += len(added)
            growth = self._blocks.feed(added)
            news = {"html": growth.html, "tail": growth.tail} if growth.html else {"add": growth.added}
        status = turn.status(side)
        if status is not self._status:
            self._status = news["status"] = status
            if status in (SideStatus.DONE, SideStatus.FAILED):
                news = {"html": news.get("html", "") + self._blocks.finish(), "tail": "", "status": status}
        return news


async def battle_events(
    watch: Watch, first_turn: int, look_again: Callable[[], Coroutine[Any, Any, Watch]]
) -> AsyncGenerator[bytes, None]:
    """The events of a battle until its turn has ended.

    Args:
        watch: the battle, and its running turn when it runs in this process.
        first_turn: the first turn that the snapshot has to contain.
        look_again: reads the battle anew; for turns that run in another process.
    """
    yield f"retry: {RETRY_MS}\n\n".encode()
    while watch.turn is None and watch.battle.state is BattleState.STREAMING:
        yield event("snapshot", _snapshot(watch.battle, first_turn), "")
        await asyncio.sleep(ELSEWHERE_POLL_S)
        try:
            watch = await look_again()
        except ArenaError as error:
            # The browser asks again after the retry time, and is told then what is the case.
            log.warning("watch_ended", battle=watch.battle.id, error=str(error))
            return
    if watch.turn is None:
        yield event("snapshot", _snapshot(watch.battle, first_turn), f"{len(watch.battle.turns)}.0")
        yield event("end", {"state": watch.battle.state}, f"{len(watch.battle.turns)}.1")
        return
    with watch.turn.subscribed():
        async for each in turn_events(_snapshot(watch.battle, first_turn), watch.turn):
            yield each


async def turn_events(snapshot: Payload, turn: LiveTurn) -> AsyncGenerator[bytes, None]:
    """The events of a running turn, from a snapshot of its conversation to its end."""
    feeds = {side: SideFeed() for side in turn.sides}
    seen = turn.version
    if snapshot["turns"]:
        running = snapshot["turns"][-1]
        for side, feed in feeds.items():
            running[side] = {"html": "", "tail": ""} | _as_snapshot(feed.news(turn, side))
    yield event("snapshot", snapshot, f"{turn.index}.{seen}")
    while not turn.ended:
        if not await turn.beyond(seen, PING_S):
            yield b": still here\n\n"
            continue
        seen = turn.version
        news: Payload = {side.value: new for side, feed in feeds.items() if (new := feed.news(turn, side))}
        if news:
            yield event("delta", news, f"{turn.index}.{seen}")
    yield event("end", {"state": turn.state}, f"{turn.index}.{seen + 1}")


def _as_snapshot(news: Payload) -> Payload:
    """A first delta in the words of a snapshot."""
    return {"tail" if key == "add" else key: value for key, value in news.items()}


def _snapshot(battle: Battle, first_turn: int) -> Payload:
    turns = [
        {
            "index": index,
            "prompt": turn.prompt,
            **{side: past_side(text.text, usable=text.usable) for side, text in turn.sides.items()},
        }
        for index, turn in enumerate(turn_texts(battle))
        if index >= first_turn or index == len(battle.turns) - 1
    ]
    return {"state": battle.state, "turns": turns}


def past_side(text: str, *, usable: bool) -> Payload:
    """A side of a turn that has ended."""
    return {"html": _rendered(text), "tail": "", "status": SideStatus.DONE if usable else SideStatus.FAILED}


@lru_cache(maxsize=512)
def _rendered(text: str) -> str:
    """Past answers are asked for at every turn and refresh."""
    return render(text)


def event(kind: str, data: Payload, number: str) -> bytes:
    """One server-sent event."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        number.encode(),
        kind.encode(),
        orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS),
    )
