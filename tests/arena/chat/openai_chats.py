"""Waits, a key and ways of asking, for the tests of the OpenAI client."""

from __future__ import annotations

import socket
from contextlib import aclosing

import pytest

from arena.chat.openai_client import OpenAIChat
from arena.chat.patience import ChatTimeouts
from arena.errors import ChatError
from arena.models import Contestant, Message
from arena.ports import Chunk

KEY = "sk-very-secret-0123456789"
HELLO = [Message("user", "a prompt that nobody may log")]
SEEN_WITHIN_S = 0.1
"""How soon the server must see that we have left."""

SLACK_S = 2.0
"""For a busy machine."""

SHORT = ChatTimeouts(connect_s=0.25, first_token_s=0.6, idle_s=0.3, tail_s=0.2, answer_s=10, probe_s=0.4)


async def read(chat: OpenAIChat, contestant: Contestant) -> list[Chunk]:
    async with aclosing(chat.stream(contestant, HELLO)) as chunks:
        return [chunk async for chunk in chunks]


async def text_of(chat: OpenAIChat, contestant: Contestant) -> str:
    return "".join(chunk.text for chunk in await read(chat, contestant))


async def failure(chat: OpenAIChat, contestant: Contestant) -> ChatError:
    with pytest.raises(ChatError) as caught:
        await read(chat, contestant)
    return caught.value


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
