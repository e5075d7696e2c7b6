from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from arena.chat.openai_client import OpenAIChat
from tests.arena.chat.openai_chats import KEY, SHORT
from tests.support.model_server import ModelServer


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest_asyncio.fixture
async def chat() -> AsyncIterator[OpenAIChat]:
    client = OpenAIChat({"KEY": KEY})
    yield client
    await client.aclose()


@pytest_asyncio.fixture
async def hasty() -> AsyncIterator[OpenAIChat]:
    """A client that gives up soon."""
    client = OpenAIChat({"KEY": KEY}, SHORT)
    yield client
    await client.aclose()
