"""Every way in which a model server fails: what the rater sees, whether a vote is possible, that nothing gets out."""

import asyncio

import pytest

from tests.support.app import running_app, visitor
from tests.support.model_server import ModelServer
from tests.support.remains import until

pytestmark = pytest.mark.integration

FAULTS = {
    # what the left model does: the state of the battle after the turn
    "answers 500": ({"fault": "status", "status": 500}, "failed"),
    "answers 500 once": ({"fault": "status", "status": 500, "fail_times": 1}, "ready"),
    "answers 401": ({"fault": "status", "status": 401}, "failed"),
    "answers 404": ({"fault": "status", "status": 404}, "failed"),
    "answers 429": ({"fault": "status", "status": 429, "retry_after": "1"}, "failed"),
    "answers 503": ({"fault": "status", "status": 503}, "failed"),
    "redirects": ({"fault": "redirect"}, "failed"),
    "answers with a page": ({"fault": "wrong_type"}, "failed"),
    "hangs before the headers": ({"fault": "hang_headers"}, "failed"),
    "hangs before the first token": ({"fault": "hang_first"}, "failed"),
    "hangs in mid-answer": ({"fault": "hang_midway"}, "failed"),
    "cuts the connection in mid-answer": ({"fault": "cut_midway"}, "failed"),
    "closes the connection in mid-answer": ({"fault": "close_midway"}, "failed"),
    "reports an error in mid-answer": ({"fault": "error_midway", "message": "secret-host ran out"}, "failed"),
    "sends what is no JSON": ({"fault": "malformed"}, "failed"),
    "sends garbage": ({"fault": "garbage"}, "failed"),
    "sends a line without end": ({"fault": "long_line"}, "failed"),
    "says nothing": ({"text": ""}, "failed"),
    "only thinks": ({"text": "", "thinking": "on and on", "finish": "length"}, "failed"),
}
TELLTALES = ("traceback", "exception", "connect", "127.0.0.1:", "secret-host", "httpx", "aiohttp", "openai")


@pytest.fixture(scope="module")
def arena(models, tmp_path_factory):
    field = [models.contestant(name, text="Fine, and you?", rate=100.0) for name in ("left", "right")]
    settings = {"first_token_timeout_s": "1", "idle_timeout_s": "1", "connect_timeout_s": "1"}
    with running_app(tmp_path_factory.mktemp("faults"), field, pacing="natural", **settings) as app:
        yield app


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_failing_side_never_sticks_lets_nobody_vote_and_says_nothing_of_itself(fault, arena, models):
    script, expected = FAULTS[fault]
    models.script("left", **({"text": "Fine, thank you, and how are you?", "rate": 100.0} | script))
    models.script("right", text="Fine, and you?", rate=100.0)
    async with visitor(arena.url) as person:
        person.received.clear()  # the page's configuration has addresses of its own
        async with asyncio.timeout(12):
            battle = await person.turn("How are you?")
        assert battle["state"] == expected
        if expected == "failed":
            assert len(battle["failed"]) == 1
            assert (await person.vote(battle))["error"] == "not_ready"
            models.script("left", text="Better now.", rate=100.0)
            again = await person.call("retry", battle["battle"])
            assert again["state"] == "streaming"
            async for _ in person.follow(battle["battle"]):
                pass
            battle = await person.call("view", battle["battle"])
            assert battle["state"] == "ready"
            assert "Better now." in battle["conversation"][-1].values()
        received = b"\n".join(person.received).decode().lower()
        assert [word for word in TELLTALES if word in received] == []
        assert (await person.vote(battle))["outcome"] == "tie"


async def test_contestants_whose_server_is_down_are_not_played_until_it_is_back(tmp_path):
    # A model server of its own: the arena of the other tests asks the shared one how it is, too.
    with ModelServer() as models:
        field = [models.contestant(name, text="Here I am.", rate=100.0) for name in ("left", "right")]
        with running_app(tmp_path, field, pacing="natural", probe_interval_s="1") as app:
            async with visitor(app.url) as person:
                models.models_say(500)
                await until(lambda: _is(person, 503, '{"status":"down"}'), within_s=20)
                refused = await person.call("send", "Hello?", "")
                assert refused["error"] == "too_few_contestants"
                assert "1 seconds" in refused["message"]
                models.models_say()
                await until(lambda: _is(person, 200, '{"status":"ok"}'), within_s=20)
                assert (await person.turn("Hello again?"))["state"] == "ready"


async def test_a_prompt_with_control_characters_and_markup_is_stored_clean_and_sent_as_text(arena, models):
    for name in ("left", "right"):
        models.script(name, text="Fine.", rate=100.0)
    async with visitor(arena.url) as person:
        battle = await person.turn("\x00<script>alert(1)</script>\x07 hi")
        assert battle["conversation"][0]["prompt"] == "<script>alert(1)</script> hi"


async def test_the_other_visitors_battle_events_are_out_of_reach(arena):
    async with visitor(arena.url) as person, visitor(arena.url) as thief:
        battle = await person.turn("How are you?")
        status, body = await thief.get(f"/arena/events/{battle['battle']}")
        assert status == 404
        assert "not found among yours" in body
        assert (await thief.vote(battle))["error"] == "not_your_battle"


async def test_a_forged_cookie_is_nobody(arena):
    async with visitor(arena.url) as person:
        person.session.cookie_jar.clear()
        answer = await person.call("send", "Hello", "")
        assert answer["error"] == "no_rater"


@pytest.mark.parametrize("thinking", [False, True])
async def test_a_closed_tab_ends_the_model_servers_work_after_the_grace(arena, models, thinking):
    silent = {"thinking_tokens": 3000, "rate": 20.0, "tokens": 5} if thinking else {"tokens": 3000, "rate": 20.0}
    for name in ("left", "right"):
        models.script(name, **silent)
    models.clear_log()
    async with visitor(arena.url) as person:
        sent = await person.call("send", "Tell me everything", "")
        tab = asyncio.create_task(_read_all(person.follow(sent["battle"])))
        await asyncio.sleep(1.5)
        tab.cancel()
        left = asyncio.get_running_loop().time()
        for name in ("left", "right"):
            request = await models.last_when_over(name, within_s=8)
            assert request.disconnected is not None
        assert asyncio.get_running_loop().time() - left < 6.5
        assert (await person.call("view", sent["battle"]))["state"] == "interrupted"


async def _is(person, status, body):
    return await person.get("/healthz") == (status, body)


async def _read_all(events):
    async for _ in events:
        pass
