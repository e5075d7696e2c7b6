from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from arena.chat.openai_client import ChatLimits, OpenAIChat
from arena.contestant_parts import Sampling
from arena.errors import ChatError
from arena.models import ErrorKind
from tests.arena.chat.openai_chats import HELLO, SEEN_WITHIN_S, SHORT, SLACK_S, closed_port, failure, read, text_of
from tests.support.model_replies import FINGERPRINT
from tests.support.model_server import ModelServer

pytestmark = pytest.mark.integration


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are taken and never answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


# --- answers ---


async def test_an_answer_comes_with_its_finish_reason_usage_and_engine(server: ModelServer, chat: OpenAIChat) -> None:
    chunks = await read(chat, server.contestant("plain", text="Hello there, 朋友。"))

    assert "".join(chunk.text for chunk in chunks) == "Hello there, 朋友。"
    assert [chunk.finish_reason for chunk in chunks if chunk.finish_reason] == ["stop"]
    assert (chunks[-1].prompt_tokens, chunks[-1].completion_tokens, chunks[-1].engine) == (7, 5, FINGERPRINT)


async def test_a_request_says_what_the_contestant_asks_for(server: ModelServer, chat: OpenAIChat) -> None:
    contestant = replace(
        server.contestant("asked"), sampling=Sampling(temperature=0.6, max_tokens=9), extra={"top_k": 3}
    )
    await read(chat, contestant)

    assert server.log("asked")[-1].body == {
        "model": "asked",
        "messages": [{"role": "user", "content": HELLO[0].content}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.6,
        "max_tokens": 9,
        "top_k": 3,
    }


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
async def test_thinking_is_kept_apart_from_the_answer(server: ModelServer, chat: OpenAIChat, name: str) -> None:
    chunks = await read(chat, server.contestant("thinker", thinking="Let me see.", text="Yes.", thinking_as=name))

    assert "".join(chunk.thinking for chunk in chunks) == "Let me see."
    assert "".join(chunk.text for chunk in chunks) == "Yes."


async def test_thinking_in_the_text_is_left_there_for_the_caller(server: ModelServer, chat: OpenAIChat) -> None:
    contestant = server.contestant("inline", thinking="Let me see.", text="Yes.", thinking_as="close_tag")

    assert await text_of(chat, contestant) == "Let me see.\n</think>\n\nYes."


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"text": "", "usage": False}, id="empty"),
        pytest.param({"text": "\n\n 你好\n"}, id="leading blank lines"),
        pytest.param({"text": "<script>alert(1)</script> **b** 好"}, id="markup"),
        pytest.param({"text": "你好，朋友。", "slice_bytes": 11}, id="in slices"),
        pytest.param({"text": "one two three", "crlf": True}, id="CRLF"),
        pytest.param({"text": "one two three", "done": False, "usage": False}, id="no done"),
        pytest.param({"text": "one two three", "comment_s": 0.01, "rate": 30}, id="comments between"),
        pytest.param({"text": "word " * 20_000}, id="100 kB"),
        pytest.param({"text": "word " * 500, "rate": 10_000}, id="10,000 tokens a second"),
    ],
)
async def test_every_sound_answer_comes_whole(server: ModelServer, chat: OpenAIChat, script: dict[str, Any]) -> None:
    assert await text_of(chat, server.contestant("sound", **script)) == script["text"]


async def test_a_character_broken_by_the_server_is_no_error(server: ModelServer, chat: OpenAIChat) -> None:
    text = await text_of(chat, server.contestant("half", text="ab cd", fault="half_char"))

    assert text == "ab\ufffd cd"


async def test_a_server_that_hangs_after_the_finish_reason_loses_nothing(
    server: ModelServer, hasty: OpenAIChat
) -> None:
    started = time.monotonic()

    assert await text_of(hasty, server.contestant("hang-done", text="all of it", fault="hang_done")) == "all of it"
    assert time.monotonic() - started < SHORT.tail_s + SLACK_S


async def test_an_answer_ends_with_done_and_not_with_its_connection(server: ModelServer, hasty: OpenAIChat) -> None:
    started = time.monotonic()

    assert await text_of(hasty, server.contestant("hang-open", text="all of it", fault="hang_open")) == "all of it"
    assert time.monotonic() - started < SHORT.first_token_s


async def test_a_slow_reader_is_no_stalled_server(server: ModelServer, hasty: OpenAIChat) -> None:
    # The second token comes when the reader is back, and later after the first than a server may be silent.
    contestant = server.contestant("waiting", tokens=2, rate=1 / (SHORT.idle_s + 0.2))
    text = ""
    async with aclosing(hasty.stream(contestant, HELLO)) as chunks:
        async for chunk in chunks:
            text += chunk.text
            await asyncio.sleep(SHORT.idle_s + 0.1)

    assert text == "lorem ipsum"


async def test_answers_one_after_the_other_share_a_connection(server: ModelServer, chat: OpenAIChat) -> None:
    contestant = server.contestant("again", end_s=0.01)
    for _ in range(3):
        await read(chat, contestant)

    assert len({entry.connection for entry in server.log("again")}) == 1


async def test_many_answers_stream_at_the_same_time(server: ModelServer, chat: OpenAIChat) -> None:
    contestant = server.contestant("many", tokens=2, fault="hang_midway")
    streams = [chat.stream(contestant, HELLO) for _ in range(150)]
    patient = [asyncio.wait_for(anext(stream), 10) for stream in streams]

    assert all(chunk.text for chunk in await asyncio.gather(*patient))
    for stream in streams:
        await stream.aclose()


async def test_warming_up_needs_no_server_and_leaves_nothing_behind(server: ModelServer, chat: OpenAIChat) -> None:
    asked = len(server.log())
    await chat.warm_up()
    await chat.warm_up()

    assert len(server.log()) == asked
    assert repr(chat) == "OpenAIChat(0 endpoints)"


# --- faults ---


FAULTS: list[tuple[str, dict[str, Any], ErrorKind, float]] = [
    ("401", {"fault": "status", "status": 401}, ErrorKind.REFUSED_KEY, 0),
    ("403", {"fault": "status", "status": 403}, ErrorKind.REFUSED_KEY, 0),
    ("404", {"fault": "status", "status": 404}, ErrorKind.NOT_FOUND, 0),
    ("400", {"fault": "status", "status": 400}, ErrorKind.BAD_REQUEST, 0),
    ("429", {"fault": "status", "status": 429, "retry_after": "7"}, ErrorKind.RATE_LIMITED, 0),
    ("500", {"fault": "status", "status": 500}, ErrorKind.SERVER_ERROR, 0),
    ("503", {"fault": "status", "status": 503}, ErrorKind.SERVER_ERROR, 0),
    ("500 without end", {"fault": "status_hang", "status": 500}, ErrorKind.SERVER_ERROR, 0),
    ("redirect", {"fault": "redirect"}, ErrorKind.REDIRECT, 0),
    ("wrong type", {"fault": "wrong_type"}, ErrorKind.WRONG_CONTENT_TYPE, 0),
    ("no http", {"fault": "garbage"}, ErrorKind.MALFORMED, 0),
    ("malformed", {"fault": "malformed"}, ErrorKind.MALFORMED, 0),
    ("error midway", {"fault": "error_midway", "status": 500}, ErrorKind.SERVER_ERROR, 0),
    ("long line", {"fault": "long_line"}, ErrorKind.TOO_LONG, 0),
    ("long answer", {"text": f"{'w' * 999} " * 250}, ErrorKind.TOO_LONG, 0),
    ("cut before headers", {"fault": "cut_headers"}, ErrorKind.CUT, 0),
    ("reset midway", {"fault": "cut_midway"}, ErrorKind.CUT, 0),
    ("closed midway", {"fault": "close_midway"}, ErrorKind.CUT, 0),
    ("ended midway", {"fault": "end_midway"}, ErrorKind.CUT, 0),
    ("hang before headers", {"fault": "hang_headers"}, ErrorKind.NO_FIRST_TOKEN, SHORT.first_token_s),
    ("hang before a token", {"fault": "hang_first"}, ErrorKind.NO_FIRST_TOKEN, SHORT.first_token_s),
    ("comments alone", {"fault": "hang_first", "comment_s": 0.05}, ErrorKind.NO_FIRST_TOKEN, SHORT.first_token_s),
    ("late", {"first_s": 0.8}, ErrorKind.NO_FIRST_TOKEN, SHORT.first_token_s),
    ("hang midway", {"fault": "hang_midway"}, ErrorKind.STALLED, SHORT.idle_s),
    ("comments midway", {"fault": "hang_midway", "comment_s": 0.05}, ErrorKind.STALLED, SHORT.idle_s),
    ("hang at the end", {"fault": "hang_last"}, ErrorKind.STALLED, SHORT.idle_s),
]


@pytest.mark.parametrize(("script", "kind", "after_s"), [pytest.param(*f[1:], id=f[0]) for f in FAULTS])
async def test_every_fault_has_its_kind_in_its_time_and_leaves_no_connection_busy(
    server: ModelServer,
    chat: OpenAIChat,
    hasty: OpenAIChat,
    script: dict[str, Any],
    kind: ErrorKind,
    after_s: float,
) -> None:
    contestant = server.contestant("faulty", **script)
    server.clear_log()
    started = time.monotonic()
    error = await failure(hasty if after_s else chat, contestant)
    took_s = time.monotonic() - started

    assert error.kind is kind
    assert after_s <= took_s < after_s + SLACK_S
    assert error.detail.startswith(f"127.0.0.1:{server.port}: ")
    entry = await server.last_when_over("faulty")
    assert (entry.disconnected or 0) < started + took_s + SEEN_WITHIN_S


async def test_what_was_said_before_a_fault_is_given_out(server: ModelServer, hasty: OpenAIChat) -> None:
    for fault in ("cut_midway", "close_midway", "malformed", "error_midway", "hang_midway"):
        said = ""
        with pytest.raises(ChatError):
            async for chunk in hasty.stream(server.contestant("half-said", text="one two", fault=fault), HELLO):
                said += chunk.text
        assert (fault, said) == (fault, "one")


async def test_how_long_to_wait_is_passed_on(server: ModelServer, chat: OpenAIChat) -> None:
    busy = server.contestant("busy", fault="status", status=429, retry_after="7")

    assert (await failure(chat, busy)).retry_after_s == 7


async def test_a_whole_answer_has_its_time_too(server: ModelServer) -> None:
    chat = OpenAIChat({}, replace(SHORT, answer_s=0.5))
    error = await failure(chat, server.contestant("endless", tokens=100, rate=20))
    await chat.aclose()

    assert error.kind is ErrorKind.STALLED


async def test_limits_are_those_that_were_given(server: ModelServer) -> None:
    chat = OpenAIChat({}, SHORT, ChatLimits(max_answer_chars=10))
    contestant = server.contestant("ten", text="0123456789")

    assert await text_of(chat, contestant) == "0123456789"
    assert (await failure(chat, server.contestant("ten", text="0123456789!"))).kind is ErrorKind.TOO_LONG
    await chat.aclose()


async def test_the_third_time_may_go_well(server: ModelServer, chat: OpenAIChat) -> None:
    contestant = server.contestant("moody", text="well", fault="status", status=503, fail_times=2)

    kinds = [(await failure(chat, contestant)).kind for _ in range(2)]
    assert kinds == [ErrorKind.SERVER_ERROR] * 2
    assert await text_of(chat, contestant) == "well"


@pytest.mark.parametrize(
    "base_url",
    [
        pytest.param("http://127.0.0.1:{closed}/v1", id="nobody listens"),
        pytest.param("https://127.0.0.1:{open}/v1", id="no TLS there"),
        pytest.param("https://127.0.0.1:{silent}/v1", id="silence there"),
        pytest.param("http://127.0.0.1:99999/v1", id="no such port"),
        pytest.param("ftp://127.0.0.1/v1", id="no HTTP"),
        pytest.param("127.0.0.1:{open}/v1", id="no scheme"),
        pytest.param("http://", id="no host"),
    ],
)
async def test_an_address_that_leads_nowhere_is_unreachable(
    server: ModelServer, silent_port: int, hasty: OpenAIChat, base_url: str
) -> None:
    address = base_url.format(closed=closed_port(), open=server.port, silent=silent_port)
    contestant = replace(server.contestant("lost"), base_url=address)

    assert (await failure(hasty, contestant)).kind is ErrorKind.UNREACHABLE
    with pytest.raises(ChatError) as caught:
        await hasty.probe(contestant)
    assert caught.value.kind is ErrorKind.UNREACHABLE


@pytest.mark.parametrize(
    ("script", "beginning"),
    [
        ({"fault": "status", "message": "long " * 600_000}, "long long"),
        ({"fault": "status_hang"}, "HTTP 500 An error page that"),
    ],
)
async def test_the_beginning_of_an_error_page_is_told_and_no_more(
    server: ModelServer, chat: OpenAIChat, script: dict[str, Any], beginning: str
) -> None:
    error = await failure(chat, server.contestant("wordy", **script))

    assert beginning in error.detail
    assert len(error.detail) < 500
