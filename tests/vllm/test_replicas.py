"""Two replicas of a model behind vllm-router; one is killed under load. What is lost, what not, what a rater sees."""

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from arena.chat.openai_client import OpenAIChat
from arena.chat.patience import ChatTimeouts
from arena.contestants import load
from arena.errors import ChatError
from arena.models import ErrorKind, Message
from tests.e2e.conftest import new_visitor, open_arena, send
from tests.support.app import running_app
from tests.support.serving import free_ports, metric, wait_until
from tests.vllm.conftest import ENTRY, MODEL, SERVE, TURN_MS, apart, run_engines, wait_for_text, wait_ready

pytestmark = pytest.mark.vllm

LONG, SHORT = 300, 20
PATIENT = ChatTimeouts(connect_s=60, first_token_s=300, idle_s=300, answer_s=900)
"""What is judged is the router, not how fast a busy machine is."""

AGAIN_S = 480.0
"""For a replica to load again and be taken back, on a busy machine."""

REPLICAS = ("plain-1", "plain-2")
RUNNING, WRITTEN = "vllm:num_requests_running", "vllm:generation_tokens_total"


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    router, first = free_ports(2)
    serve = SERVE.format(model=MODEL)
    serve += f"replicas = 2\nport = {first}\nmax_model_len = 1024\nkv_cache_memory_bytes = {256 << 20}\n"
    # Two contestants on the same replicas: the two sides of a battle are written by different ones.
    names = ("plain", "other")
    text = "".join(ENTRY.format(name=name, port=router, tokens=LONG) + serve for name in names)
    text = text.replace('model = "other"', 'model = "plain"')
    ports = {"router": router, "plain-1": first, "plain-2": first + 1}
    yield from run_engines(tmp_path_factory.mktemp("engines"), text, ports)


class Asker:
    """Asks the router as the arena does, but once: what is lost is seen."""

    def __init__(self, engines):
        self._twin = load(engines.file, lambda _name: "")[0]
        self._chat = OpenAIChat({}, PATIENT)
        self.begun = 0
        self.aclose = self._chat.aclose

    async def one(self, tokens):
        """`answered`, or the kind of error."""
        asked = replace(self._twin, sampling=replace(self._twin.sampling, max_tokens=tokens))
        first = True
        try:
            async for chunk in self._chat.stream(asked, [Message("user", "Tell me about the sea.")]):
                if chunk.text and first:
                    self.begun, first = self.begun + 1, False
                if chunk.finish_reason:
                    return "answered"
        except ChatError as error:
            return error.kind
        return "ended"

    async def some(self, n, at_once, tokens=SHORT):
        """So many answers, so many at a time."""
        gate = asyncio.Semaphore(at_once)

        async def one():
            async with gate:
                return await self.one(tokens)

        return await asyncio.gather(*(one() for _ in range(n)))


@asynccontextmanager
async def asking(engines):
    asker = Asker(engines)
    try:
        yield asker
    finally:
        await asker.aclose()


def each(engines, which):
    return [metric(engines.ports[name], which) for name in REPLICAS]


def times_ready(engines, server):
    return engines.said.count(f"{server}: ready after")


async def kill_one_under_load(engines, asker):
    """Two answers under way on each replica when the first is killed: how they ended, and six that were asked after."""
    under_way = [asyncio.create_task(asker.one(LONG)) for _ in range(4)]
    await asyncio.to_thread(wait_until, lambda: asker.begun == 4, PATIENT.first_token_s)
    assert each(engines, RUNNING) == [2, 2]
    os.kill(engines.pid("plain-1"), signal.SIGKILL)
    later = await asker.some(6, 2)
    return sorted(await asyncio.gather(*under_way)), later


def test_requests_are_shared_out(engines):
    async def share():
        async with asking(engines) as asker:
            return await asker.some(6, 2)

    assert apart(share()) == ["answered"] * 6
    assert each(engines, WRITTEN) == [3 * SHORT, 3 * SHORT]


def test_a_killed_replica_costs_the_answers_that_it_was_writing_and_nothing_else(engines):
    async def lose_one():
        async with asking(engines) as asker:
            ended, later = await kill_one_under_load(engines, asker)
            assert ended == ["answered", "answered", ErrorKind.CUT, ErrorKind.CUT], "the other replica's go on"
            assert later == ["answered"] * 6, "from the first moment on, new answers come from the other"
            assert await asker.some(2, 2) == ["answered"] * 2, "those that were lost may be asked again at once"
            assert times_ready(engines, "plain-1") == 1, "while the killed one is still away"
            await taken_back(engines, asker)

    apart(lose_one())
    assert times_ready(engines, "plain-router") == 1, "the router, which passes on the others' answers, goes on"


async def taken_back(engines, asker):
    """Wait until the killed replica is up and gets its share again."""
    await asyncio.to_thread(wait_until, lambda: times_ready(engines, "plain-1") == 2, AGAIN_S)
    begun = time.monotonic()
    while metric(engines.ports["plain-1"], WRITTEN) == 0:
        assert time.monotonic() - begun < 120, "a replica that is well again gets nothing to do"
        assert await asker.some(2, 2) == ["answered"] * 2


@pytest.fixture
def arena(engines, tmp_path):
    settings = {"pacing": "natural", "idle_timeout_s": "120", "first_token_timeout_s": "300"}
    with running_app(tmp_path, keys={"ARENA_CONTESTANTS": str(engines.file)}, **settings) as app:
        yield app


def test_a_rater_whose_answer_was_on_the_killed_replica_gets_it_from_the_other(browser, arena, engines):
    before = {name: times_ready(engines, name) for name in REPLICAS}
    with new_visitor(browser) as context:
        context.set_default_timeout(60_000)
        page = context.new_page()
        open_arena(page, arena)
        send(page, "Write a very long story.")
        wait_for_text(page)
        assert each(engines, RUNNING) == [1, 1], "each side is written by a replica of its own"
        os.kill(engines.pid("plain-2"), signal.SIGKILL)
        page.wait_for_selector("#retry:visible", timeout=TURN_MS)
        expect(page.locator("#status")).to_contain_text("did not answer")
        expect(page.locator("#vote-a")).to_be_disabled()
        assert not any(name in page.content() for name in ("plain", "Model other"))
        page.click("#retry")
        wait_ready(page)
        page.click("#vote-a")
        expect(page.locator("#reveal")).to_contain_text("Model other")
    assert times_ready(engines, "plain-1") == before["plain-1"], "nothing was started again for it"
