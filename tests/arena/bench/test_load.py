import pytest

from arena.bench.ask import Departures, ask
from arena.bench.load import run
from arena.chat.openai_client import OpenAIChat
from arena.clock import SystemClock
from arena.models import ErrorKind
from tests.arena.bench.samples import CONTESTANT
from tests.support.chat import CUT, Script, ScriptedChat
from tests.support.model_server import ModelServer


class Counting(ScriptedChat):
    most = 0

    async def stream(self, contestant, messages):
        async for chunk in super().stream(contestant, messages):
            self.most = max(self.most, self.running)
            yield chunk


async def test_every_prompt_is_asked_once_and_so_many_at_a_time():
    chat = Counting({"x": [Script(["a", "b"], pause_s=0.005)]})
    steps = []
    load = await run(chat, CONTESTANT, [f"p{i}" for i in range(7)], 3, SystemClock(), steps.append)
    assert [s.prompt for s in load.samples] == [f"p{i}" for i in range(7)]
    assert sorted(messages[-1].content for _, messages in chat.asked) == [f"p{i}" for i in range(7)]
    assert (chat.most, sum(steps)) == (3, 7)
    assert load.duration_s >= 0.01


async def test_a_failure_does_not_end_the_run():
    chat = ScriptedChat({"x": [Script(["a", CUT]), Script(["b"])]})
    load = await run(chat, CONTESTANT, ["1", "2"], 1, SystemClock(), lambda _: None)
    assert [s.error for s in load.samples] == [ErrorKind.CUT, None]


async def test_a_request_on_a_closed_connection_was_never_asked_and_is_sent_again():
    chat = ScriptedChat({"x": [Script([CUT]), Script(["b"])]})
    sample = await ask(chat, CONTESTANT, "Hi", SystemClock())
    assert (sample.answer, sample.error) == ("b", None)


@pytest.mark.parametrize("script", [Script([CUT], first_s=0.15), Script(["half ", CUT])])
async def test_a_server_that_breaks_down_is_a_failure(script):
    sample = await ask(ScriptedChat({"x": [script, Script(["b"])]}), CONTESTANT, "Hi", SystemClock())
    assert sample.error is ErrorKind.CUT


async def test_the_prompt_goes_out_under_the_contestants_policy():
    chat = ScriptedChat()
    await ask(chat, CONTESTANT, "Hi", SystemClock())
    assert [m.role for m in chat.asked[0][1]] == ["user"]


@pytest.mark.integration
async def test_times_are_those_of_the_server():
    clock = SystemClock()
    client = OpenAIChat({}, on_send=Departures(clock).note)
    with ModelServer() as server:
        asked = server.contestant("m", tokens=10, rate=50, first_s=0.3)
        sample = await ask(client, asked, "Hi", clock)
        await client.aclose()
        entry = server.log("m")[0]
    assert entry.started - 0.1 <= sample.sent <= entry.started
    assert 0.3 <= sample.ttft_s < 0.45
    assert sample.e2el_s == pytest.approx(0.3 + 9 / 50, abs=0.15)
    assert (sample.output_tokens, sample.prompt_tokens, sample.engine) == (10, 7, "scripted-1.0")


@pytest.mark.integration
async def test_each_question_keeps_its_own_departure():
    clock = SystemClock()
    client = OpenAIChat({}, on_send=Departures(clock).note)
    with ModelServer() as server:
        asked = server.contestant("m", tokens=3, first_s=0.05)
        load = await run(client, asked, [str(i) for i in range(12)], 12, clock, lambda _: None)
        await client.aclose()
        started = {e.body["messages"][-1]["content"]: e.started for e in server.log("m")}
    late = [started[s.prompt] - s.sent for s in load.samples]
    assert all(0 <= each < 0.2 for each in late)
