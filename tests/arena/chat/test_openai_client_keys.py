from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from arena.chat.openai_client import OpenAIChat
from arena.errors import ChatError
from arena.models import Contestant, ErrorKind
from tests.arena.chat.openai_chats import KEY, SHORT, SLACK_S, closed_port, failure, read
from tests.support.model_server import ModelServer

pytestmark = pytest.mark.integration


# --- keys ---


async def test_a_key_goes_to_the_contestants_server(server: ModelServer, chat: OpenAIChat) -> None:
    await read(chat, replace(server.contestant("keyed"), api_key_env="KEY"))

    assert server.log("keyed")[-1].headers["authorization"] == f"Bearer {KEY}"


async def test_without_a_key_no_authorization_is_sent(server: ModelServer, chat: OpenAIChat) -> None:
    await read(chat, server.contestant("keyless"))

    assert not server.log("keyless")[-1].authorized


@pytest.mark.parametrize("key", ["", " ", "sk-ключ", "sk-1\r\nX-Other: 1", "sk-1\n"])
async def test_a_key_that_cannot_be_sent_is_refused_before_any_request(server: ModelServer, key: str) -> None:
    chat = OpenAIChat({"ODD": key})
    contestant = replace(server.contestant("odd"), api_key_env="ODD")
    error = await failure(chat, contestant)

    assert error.kind is ErrorKind.REFUSED_KEY
    assert "ODD" in error.detail
    assert not server.log("odd")


async def test_a_key_that_is_not_set_is_refused_before_any_request(server: ModelServer, chat: OpenAIChat) -> None:
    error = await failure(chat, replace(server.contestant("unset"), api_key_env="UNSET"))

    assert error.kind is ErrorKind.REFUSED_KEY
    assert not server.log("unset")


async def test_a_redirect_is_not_followed_with_the_key(server: ModelServer, chat: OpenAIChat) -> None:
    server.clear_log()
    await failure(chat, replace(server.contestant("moved", fault="redirect"), api_key_env="KEY"))

    assert [entry.path for entry in server.log()] == ["/v1/chat/completions"]


@pytest.mark.parametrize("fault", ["status", "error_midway"])
async def test_a_key_that_the_server_echoes_is_not_told(server: ModelServer, chat: OpenAIChat, fault: str) -> None:
    # So long that the place where the text is cut lies within the key.
    message = "x" * 322 + f" Incorrect API key provided: {KEY}."
    contestant = server.contestant("echo", fault=fault, status=401, message=message)
    error = await failure(chat, replace(contestant, api_key_env="KEY"))

    assert "provided: [key]" in error.detail
    assert KEY[:3] not in error.detail


async def test_neither_key_nor_prompt_is_shown_or_logged(
    server: ModelServer, chat: OpenAIChat, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await read(chat, replace(server.contestant("quiet"), api_key_env="KEY"))
        await failure(chat, replace(server.contestant("quiet", fault="malformed"), api_key_env="KEY"))

    assert KEY not in repr(chat) + repr(vars(chat)["_endpoints"].values())
    assert not [r for r in caplog.records if r.name.startswith(("openai", "httpx", "aiohttp"))]


async def test_only_our_own_headers_are_sent(
    server: ModelServer, chat: OpenAIChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "from-the-environment")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Custom: from-the-environment\nAuthorization: from-the-environment")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    await read(chat, server.contestant("headers"))

    assert set(server.log("headers")[-1].headers) == {
        "host",
        "accept",
        "accept-encoding",
        "content-type",
        "content-length",
        "user-agent",
    }


# --- probes ---


@pytest.fixture
def models(server: ModelServer) -> Iterator[ModelServer]:
    yield server
    server.models_say()


async def probe_failure(chat: OpenAIChat, contestant: Contestant) -> ChatError:
    with pytest.raises(ChatError) as caught:
        await chat.probe(contestant)
    return caught.value


async def test_a_probe_finds_the_model_in_the_list(models: ModelServer, chat: OpenAIChat) -> None:
    contestant = replace(models.contestant("listed"), api_key_env="KEY")
    models.clear_log()
    await chat.probe(contestant)

    assert [(entry.path, entry.authorized) for entry in models.log()] == [("/v1/models", True)]


async def test_a_probe_tells_that_the_model_is_not_in_the_list(models: ModelServer, chat: OpenAIChat) -> None:
    error = await probe_failure(chat, replace(models.contestant("listed"), model="another"))

    assert error.kind is ErrorKind.NOT_FOUND


@pytest.mark.parametrize("body", [{"data": []}, {"models": ["x"]}, "ok", [{"id": 1}]])
async def test_a_probe_is_content_with_a_list_that_says_nothing(
    models: ModelServer, chat: OpenAIChat, body: object
) -> None:
    models.models_say(200, body)

    await chat.probe(replace(models.contestant("listed"), model="another"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [(500, ErrorKind.SERVER_ERROR), (401, ErrorKind.REFUSED_KEY), (302, ErrorKind.REDIRECT)],
)
async def test_a_probe_tells_that_the_endpoint_is_down(
    models: ModelServer, chat: OpenAIChat, status: int, kind: ErrorKind
) -> None:
    models.models_say(status)

    assert (await probe_failure(chat, models.contestant("listed"))).kind is kind


async def test_a_probe_does_not_wait_long(models: ModelServer, hasty: OpenAIChat) -> None:
    models.models_say(delay_s=3)
    started = time.monotonic()
    error = await probe_failure(hasty, models.contestant("listed"))

    assert error.kind is ErrorKind.UNREACHABLE
    assert time.monotonic() - started < SHORT.probe_s + SLACK_S
