from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from arena.chat.openai_client import OpenAIChat
from arena.models import ErrorKind
from tests.arena.chat.openai_chats import HELLO, SEEN_WITHIN_S, failure, read, text_of
from tests.support.model_server import ModelServer

pytestmark = pytest.mark.integration


LEFT: list[tuple[str, dict[str, Any], int]] = [
    ("before headers", {"fault": "hang_headers"}, 0),
    ("before a token", {"fault": "hang_first"}, 1),
    ("while it thinks", {"thinking_tokens": 1000, "rate": 50}, 5),
    ("in the middle", {"tokens": 1000, "rate": 50}, 5),
    ("in the silence", {"fault": "hang_midway"}, 11),
]


@pytest.mark.parametrize(("script", "frames"), [pytest.param(*case[1:], id=case[0]) for case in LEFT])
async def test_cancelling_closes_the_connection_at_once(
    server: ModelServer, chat: OpenAIChat, script: dict[str, Any], frames: int
) -> None:
    server.clear_log()
    task = asyncio.create_task(read(chat, server.contestant("left", **script)))
    await server.last_when("left", lambda request: request.frames_sent >= frames)
    left = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    entry = await server.last_when_over("left")
    assert entry.disconnected is not None
    assert 0 <= entry.disconnected - left < SEEN_WITHIN_S
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_closing_the_generator_closes_the_connection_at_once(server: ModelServer, chat: OpenAIChat) -> None:
    chunks = chat.stream(server.contestant("dropped", tokens=1000, rate=50), HELLO)
    await anext(chunks)
    left = time.monotonic()
    await chunks.aclose()

    entry = await server.last_when_over("dropped")
    assert entry.disconnected is not None
    assert entry.disconnected - left < SEEN_WITHIN_S


async def test_one_answer_that_is_left_does_not_disturb_the_others(server: ModelServer, chat: OpenAIChat) -> None:
    steady = server.contestant("steady", text="one two three four five six", rate=20)
    others = [asyncio.create_task(text_of(chat, steady)) for _ in range(5)]
    leaver = asyncio.create_task(read(chat, server.contestant("leaver", tokens=100, rate=50)))
    await server.last_when("leaver", lambda request: request.frames_sent > 2)
    leaver.cancel()

    assert (await failure(chat, server.contestant("broken", fault="cut_midway"))).kind is ErrorKind.CUT
    assert await asyncio.gather(*others) == ["one two three four five six"] * 5
