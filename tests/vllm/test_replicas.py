"""Two replicas of one contestant behind vllm-router; one is killed under load."""

import asyncio
import os
import signal

import pytest

from arena.chat.openai_client import OpenAIChat
from arena.chat.patience import ChatTimeouts
from arena.contestants import load
from arena.errors import ChatError
from arena.models import Message
from tests.support.serving import answers, free_ports, metric, wait_until
from tests.vllm.conftest import ENTRY, MODEL, SERVE, run_engines

pytestmark = pytest.mark.vllm

TOKENS = 60
PATIENT = ChatTimeouts(connect_s=60, first_token_s=300, idle_s=300, answer_s=900)
"""What is judged is the router, not how fast a busy machine is."""

FAILURES = 2
"""After so many the router leaves a replica out (`router_command`); the arena asks once more by itself."""

WRITTEN = "vllm:generation_tokens_total"


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    router, first, elsewhere = free_ports(3)
    text = ENTRY.format(name="twin", port=router, tokens=TOKENS) + SERVE.format(model=MODEL)
    text += f"replicas = 2\nport = {first}\nmax_model_len = 1024\nkv_cache_memory_bytes = {256 << 20}\n"
    text += ENTRY.format(
        name="elsewhere", port=elsewhere, tokens=TOKENS
    )  # a file has two; this one is not ours to start
    ports = {"router": router, "twin-1": first, "twin-2": first + 1}
    yield from run_engines(tmp_path_factory.mktemp("engines"), text, ports)


async def one_answer(chat, twin):
    """`answered`, or what went wrong."""
    try:
        async for chunk in chat.stream(twin, [Message("user", "Tell me about the sea.")]):
            if chunk.finish_reason:
                return "answered"
    except ChatError as error:
        return str(error)
    return "ended"


async def load_of(n, at_once, engines, happening=None):
    """`n` answers, so many at once; `happening` after a third of them has been asked for."""
    twin = load(engines.file, lambda _name: "")[0]
    chat, gate, asked = OpenAIChat({}, PATIENT), asyncio.Semaphore(at_once), 0

    async def one():
        nonlocal asked
        async with gate:
            asked += 1
            if happening and asked == n // 3:
                happening()
            return await one_answer(chat, twin)

    try:
        return await asyncio.gather(*(one() for _ in range(n)))
    finally:
        await chat.aclose()


async def test_the_load_is_shared_and_one_killed_replica_costs_only_what_was_under_way(engines):
    replicas = ("twin-1", "twin-2")
    assert await load_of(6, 2, engines) == ["answered"] * 6
    written = [metric(engines.ports[name], WRITTEN) for name in replicas]
    assert written == [3 * TOKENS, 3 * TOKENS]

    victim = engines.pid("twin-1")
    results = await load_of(18, 3, engines, lambda: os.kill(victim, signal.SIGKILL))
    lost = [result for result in results if result != "answered"]
    assert len(lost) <= 3 + FAILURES, (
        f"{lost}: more than were being written when it died, and sent until it was noticed"
    )
    assert results[-6:] == ["answered"] * 6, "once it is noticed, nothing is lost"
    assert answers(engines.ports["router"]) and answers(engines.ports["twin-2"])

    await asyncio.to_thread(wait_until, lambda: engines.said.count("twin-1: ready after") == 2, 300)
    await asyncio.sleep(8)  # the router looks every 2 s and wants to see it well twice
    assert await load_of(8, 2, engines) == ["answered"] * 8
    assert metric(engines.ports["twin-1"], WRITTEN) > 0
