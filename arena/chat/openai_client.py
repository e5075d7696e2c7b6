"""Chats with servers that speak OpenAI's protocol: vLLM, llama.cpp, SGLang, gateways and paid services.

The SDK makes the request and holds the connection; the stream is read as raw bytes beneath it and parsed here, at an
eighth of the CPU that the SDK's chunk objects cost. Everything that can go wrong comes out as a `ChatError` without the
key in it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient, OpenAIError

from arena.chat.openai_body import raw_body, watching
from arena.chat.openai_wire import AnswerParser, kind_of_status, listed_models, request_body, retry_after_s
from arena.chat.patience import ChatTimeouts, Patience
from arena.errors import ChatError
from arena.models import Contestant, ErrorKind, Message
from arena.ports import Chunk

MAX_CONNECTIONS = 1000
"""Per endpoint; 500 streams and their successors while closing."""

KEEP_ALIVE_S = 3.0
"""Under the 5 s after which vLLM's and llama.cpp's servers hang up, so that no request meets a closing connection."""

DRAIN_S = 0.05
"""How long to wait, after `[DONE]`, for the end of the body, without which the connection cannot be used again."""

EXCERPT_S = 0.5
"""How long to wait for the body of an error; it is only for the log."""

EXCERPT_BYTES = 4096
DETAIL_CHARS = 400
MODELS_BYTES = 1 << 20
NO_KEY = "none"
RAW_RESPONSE = "x-stainless-raw-response"
"""The SDK reads it back from the request, so it goes along."""

SENT_HEADERS = frozenset({"host", "accept", "content-type", "content-length", "user-agent", RAW_RESPONSE})
NOISY_LOGGERS = ("openai", "httpx2")

TRANSPORT_ERRORS = (OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, aiohttp.ClientError, OSError)
NO_CONNECTION = (
    aiohttp.ClientConnectorError,
    aiohttp.ServerTimeoutError,
    aiohttp.InvalidURL,
    httpx2.InvalidURL,
    httpx2.UnsupportedProtocol,
)
NO_HTTP = (aiohttp.ClientResponseError, httpx2.DecodingError)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLimits:
    """How much is accepted: bytes in one line of a stream, characters of text and thinking in one answer."""

    max_line_bytes: int = 1 << 20
    max_answer_chars: int = 200_000


class OpenAIChat:
    """A `ChatClient` for servers that speak OpenAI's protocol.

    Args:
        api_keys: keys by the names of the variables that contestants give.
        timeouts: how long to wait for what.
        limits: how much to accept.
        on_send: called in the asking task when a request is about to go out; a benchmark's clock starts there.
    """

    def __init__(
        self,
        api_keys: Mapping[str, str],
        timeouts: ChatTimeouts | None = None,
        limits: ChatLimits | None = None,
        on_send: Callable[[], None] | None = None,
    ) -> None:
        self._api_keys = dict(api_keys)
        self._timeouts = timeouts or ChatTimeouts()
        self._limits = limits or ChatLimits()
        self._on_send = on_send
        self._tls = ssl.create_default_context()
        self._endpoints: dict[tuple[str, str], _Endpoint] = {}
        for name in NOISY_LOGGERS:
            logging.getLogger(name).setLevel(logging.WARNING)

    def __repr__(self) -> str:
        return f"OpenAIChat({len(self._endpoints)} endpoints)"

    async def stream(self, contestant: Contestant, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:
        """Stream one answer. Raises `ChatError`; closing the generator closes the connection."""
        endpoint = self._endpoint(contestant)
        patience = Patience(self._timeouts, asyncio.get_running_loop().time)
        async with AsyncExitStack() as stack:
            stack.enter_context(endpoint.translating())
            response = await endpoint.ask(stack, patience, request_body(contestant, messages))
            parser = self._parser(response)
            body = raw_body(response)
            watch = stack.enter_context(watching(body, patience))
            piece = b"begin"
            while piece and not parser.done:
                try:
                    piece = await body.readany()
                except (ChatError, *TRANSPORT_ERRORS):
                    if not parser.finished:
                        raise
                    piece = b""  # The answer is whole; only its usage may be lost.
                for chunk in parser.feed(piece) if piece else parser.finish():
                    yield chunk
                patience.note(tokens=parser.tokens, finished=parser.finished)
                if parser.finished:
                    watch.sooner()
            await _drain(body)

    async def probe(self, contestant: Contestant) -> None:
        """Ask the endpoint for its models. Raises `ChatError` when it is down or does not list the model."""
        endpoint = self._endpoint(contestant)
        with endpoint.translating():
            try:
                async with asyncio.timeout(self._timeouts.probe_s):
                    names = listed_models(await endpoint.models())
            except TimeoutError as error:
                raise ChatError(ErrorKind.UNREACHABLE, f"no list of models in {self._timeouts.probe_s} s") from error
            if names and contestant.model not in names:
                raise ChatError(ErrorKind.NOT_FOUND, f"{contestant.model!r} is not among its models")

    async def warm_up(self) -> None:
        """Load and build what the first request of a process would wait for, about 0.1 s; touches no network."""
        nowhere = httpx2.MockTransport(lambda _request: httpx2.Response(200))
        contestant = Contestant(name="warm-up", display="", base_url="http://localhost/v1", model="warm-up")
        endpoint = _Endpoint(contestant.base_url, "", self._tls, self._timeouts.connect_s, nowhere)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(endpoint.aclose)
            patience = Patience(self._timeouts, asyncio.get_running_loop().time)
            await endpoint.ask(stack, patience, request_body(contestant, [Message("user", "")]))

    async def aclose(self) -> None:
        """Close all connections."""
        endpoints = list(self._endpoints.values())
        self._endpoints.clear()
        for endpoint in endpoints:
            await endpoint.aclose()

    def _endpoint(self, contestant: Contestant) -> _Endpoint:
        variable = contestant.api_key_env
        key = self._api_keys.get(variable, "") if variable else ""
        if variable and not (key.isascii() and key.isprintable() and key.strip()):
            raise ChatError(ErrorKind.REFUSED_KEY, f"{variable} is not set to a key that can be sent")
        name = (contestant.base_url, key)
        if name not in self._endpoints:
            self._endpoints[name] = _Endpoint(
                contestant.base_url, key, self._tls, self._timeouts.connect_s, on_send=self._on_send
            )
        return self._endpoints[name]

    def _parser(self, response: httpx2.Response) -> AnswerParser:
        content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type != "text/event-stream":
            raise ChatError(ErrorKind.WRONG_CONTENT_TYPE, content_type or "no content type")
        return AnswerParser(
            max_line_bytes=self._limits.max_line_bytes,
            max_answer_chars=self._limits.max_answer_chars,
            server=response.headers.get("server", ""),
        )


class _Endpoint:
    """One server under one key: its connections, and its errors without the key."""

    def __init__(
        self,
        base_url: str,
        key: str,
        tls: ssl.SSLContext,
        connect_s: float,
        transport: httpx2.AsyncBaseTransport | None = None,
        on_send: Callable[[], None] | None = None,
    ) -> None:
        self._key = key
        self._on_send = on_send
        self._host = urlsplit(base_url).netloc.rpartition("@")[2]
        with self.translating():
            self._http = DefaultAioHttpClient(
                verify=tls,
                transport=transport,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx2.Timeout(None, connect=connect_s, pool=connect_s),
                limits=httpx2.Limits(max_connections=MAX_CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S),
                event_hooks={"request": [self._send_only_ours], "response": [self._refuse_failures]},
            )
            self._client = AsyncOpenAI(api_key=key or NO_KEY, base_url=base_url, max_retries=0, http_client=self._http)
            self._chat = httpx2.URL(f"{base_url.rstrip('/')}/chat/completions")

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn whatever the SDK and its HTTP library raise into a `ChatError` that names the host and never the key."""
        try:
            yield
        except ChatError as error:
            raise self._error(error.kind, error.detail, error.retry_after_s) from error
        except TRANSPORT_ERRORS as error:
            kind, reason = _diagnosis(error)
            raise self._error(kind, f"{type(reason).__name__}: {reason}") from error

    async def ask(self, stack: AsyncExitStack, patience: Patience, body: dict[str, Any]) -> httpx2.Response:
        """Send a request; the response has its headers and not yet its body, and is closed with the stack."""
        # By the SDK's own HTTP client: its typed call looks through the body again and builds the request twice,
        # at more than half of what asking costs.
        headers = {"accept": "text/event-stream", "content-type": "application/json"}
        request = self._http.build_request("POST", self._chat, content=json.dumps(body).encode(), headers=headers)
        try:
            async with asyncio.timeout_at(patience.deadline):
                response = await self._http.send(request, stream=True)
        except TimeoutError as error:
            raise patience.lost() from error
        stack.push_async_callback(response.aclose)
        return response

    async def models(self) -> bytes:
        """The body of the list of models, as far as it is worth reading."""
        body = b""
        listing = self._client.models.with_streaming_response.list()
        async with listing as response, aclosing(response.http_response.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) > MODELS_BYTES:
                    break
        return body

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _send_only_ours(self, request: httpx2.Request) -> None:
        """Strip what the SDK adds: facts about this machine, and headers from its own environment variables."""
        for name in set(request.headers) - SENT_HEADERS:
            del request.headers[name]
        # A proxy that compresses a stream holds back its tokens.
        request.headers["accept-encoding"] = "identity"
        if self._key:
            request.headers["authorization"] = f"Bearer {self._key}"
        if self._on_send is not None:
            self._on_send()

    async def _refuse_failures(self, response: httpx2.Response) -> None:
        """Raise before the SDK reads the whole body of an error, however long it is and however slowly it comes."""
        if response.is_success:
            return
        detail = f"HTTP {response.status_code} {await _excerpt(response)}"
        wait_s = retry_after_s(response.headers.get("retry-after", ""), datetime.now(UTC))
        raise ChatError(kind_of_status(response.status_code), detail, wait_s)

    def _error(self, kind: ErrorKind, detail: str, wait_s: float | None = None) -> ChatError:
        text = " ".join(detail.split())
        # Before the text is cut, which could leave half of a key that the server has echoed.
        text = text.replace(self._key, "[key]") if self._key else text
        return ChatError(kind, f"{self._host}: {text[:DETAIL_CHARS]}", wait_s)


async def _drain(body: aiohttp.StreamReader) -> None:
    """Read to the end of the body, if it comes at once: a connection whose body was read can be used again."""
    with suppress(ChatError, *TRANSPORT_ERRORS):
        async with asyncio.timeout(DRAIN_S):
            while await body.readany():
                pass


async def _excerpt(response: httpx2.Response) -> str:
    """The beginning of an error's body, as far as it comes in time."""
    body = b""
    with suppress(*TRANSPORT_ERRORS):
        async with asyncio.timeout(EXCERPT_S), aclosing(response.aiter_bytes()) as pieces:
            async for piece in pieces:
                body += piece
                if len(body) >= EXCERPT_BYTES:
                    break
    return body[:EXCERPT_BYTES].decode("utf-8", "replace")


def _diagnosis(error: BaseException) -> tuple[ErrorKind, BaseException]:
    """What an error of the transport means, and the exception beneath it that says so."""
    chain = [error]
    while chain[-1].__cause__ is not None:
        chain.append(chain[-1].__cause__)
    for link in chain:
        if isinstance(link, NO_CONNECTION):
            return ErrorKind.UNREACHABLE, link
        if isinstance(link, NO_HTTP):
            return ErrorKind.MALFORMED, link
    return ErrorKind.CUT, chain[-1]
