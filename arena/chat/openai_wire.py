"""The OpenAI chat protocol as values, without any I/O: a request's body, a stream's chunks, errors' meanings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import orjson

from arena.chat.alike import AlikeEvents
from arena.chat.sse import EventSplitter, EventTooLong
from arena.errors import ChatError
from arena.models import Contestant, ErrorKind, Message
from arena.ports import Chunk

DONE = b"[DONE]"
ENGINE_CHARS = 100
_NOTHING = Chunk()
_KINDS = {
    HTTPStatus.UNAUTHORIZED: ErrorKind.REFUSED_KEY,
    HTTPStatus.FORBIDDEN: ErrorKind.REFUSED_KEY,
    HTTPStatus.NOT_FOUND: ErrorKind.NOT_FOUND,
    HTTPStatus.TOO_MANY_REQUESTS: ErrorKind.RATE_LIMITED,
}


def request_body(contestant: Contestant, messages: Sequence[Message]) -> dict[str, Any]:
    """The body of a request for a streamed answer; settings that are None are left to the server."""
    sampling = contestant.sampling
    settings: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        # The newer name for the same limit; servers that know it refuse a request with both.
        "max_tokens": None if "max_completion_tokens" in contestant.extra else sampling.max_tokens,
    }
    return {
        "model": contestant.model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        **{name: value for name, value in settings.items() if value is not None},
        **contestant.extra,
    }


def kind_of_status(status: int) -> ErrorKind:
    """What an HTTP status other than success says is wrong."""
    if status in _KINDS:
        return _KINDS[HTTPStatus(status)]
    if 300 <= status < 400:
        return ErrorKind.REDIRECT
    return ErrorKind.BAD_REQUEST if 400 <= status < 500 else ErrorKind.SERVER_ERROR


def retry_after_s(header: str, now: datetime) -> float | None:
    """A Retry-After header in seconds; it is a number or a date (RFC 9110, 10.2.3). None when it is neither."""
    try:
        if header.strip().isdigit():
            return float(header)
        date = parsedate_to_datetime(header)
        return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def listed_models(body: bytes) -> frozenset[str]:
    """The ids and aliases in the answer of `/models`; empty when it cannot be understood."""
    try:
        entries = json.loads(body)["data"]
        names = [name for entry in entries for name in (entry["id"], *entry.get("aliases", ()))]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return frozenset()
    return frozenset(name for name in names if isinstance(name, str))


class AnswerParser:
    """Turns the body of a streamed answer into chunks, piece by piece.

    `tokens`: how many chunks with text or thinking have come. `finished`: the server has said why it stopped, or that
    it is done, so all of the answer is here. `done`: nothing more is to come.
    """

    def __init__(self, *, max_line_bytes: int, max_answer_chars: int, server: str = "") -> None:
        self.tokens = 0
        self.finished = False
        self.done = False
        self._splitter = EventSplitter(max_line_bytes)
        self._alike = AlikeEvents(lambda data: _plain_text(_event(data)))
        self._chars_left = max_answer_chars
        self._server = server
        self._engine = ""

    def feed(self, piece: bytes) -> Iterable[Chunk]:
        """The chunks that this piece completes. Raises `ChatError`, at once or after some of them."""
        text = self._alike.text_of_line(piece) if self._splitter.ready_for(piece) and not self.done else ""
        if text:
            return (self._counted(Chunk(text)),)
        return self._chunks(piece)

    def _chunks(self, piece: bytes) -> Iterator[Chunk]:
        try:
            events = self._splitter.feed(piece)
        except EventTooLong as error:
            raise ChatError(ErrorKind.TOO_LONG, str(error)) from error
        for event in events:
            chunk = self._take(event)
            if chunk is not None:
                yield chunk

    def finish(self) -> Iterator[Chunk]:
        """What the end of the body completes. Raises `ChatError` when the answer had not come to its end."""
        try:
            for event in self._splitter.finish():
                chunk = self._take(event)
                if chunk is not None:
                    yield chunk
        except ChatError as error:
            if self.finished:
                return
            if error.kind is ErrorKind.MALFORMED:
                # Half an event is what a lost connection leaves behind, not bad JSON.
                raise ChatError(ErrorKind.CUT, "the stream ended inside an event") from error
            raise
        if not self.finished:
            raise ChatError(ErrorKind.CUT, "the stream ended without a finish reason")

    def _take(self, data: bytes) -> Chunk | None:
        """The chunk of one event; None when it says nothing."""
        if self.done:
            return None
        if data == DONE:
            self.done = self.finished = True
            return None
        text = self._alike.text_of(data)
        if text:
            return self._counted(Chunk(text))
        event = _event(data)
        text = _plain_text(event) if self._engine else ""
        if text:
            self._alike.learn(data, text)
        chunk = self._counted(Chunk(text) if text else self._any_chunk(event))
        return chunk if chunk.text or chunk != _NOTHING else None

    def _counted(self, chunk: Chunk) -> Chunk:
        self.finished = self.finished or bool(chunk.finish_reason)
        self.tokens += bool(chunk.text or chunk.thinking)
        self._chars_left -= len(chunk.text) + len(chunk.thinking)
        if self._chars_left < 0:
            raise ChatError(ErrorKind.TOO_LONG, "the answer is longer than the limit")
        return chunk

    def _any_chunk(self, event: Mapping[str, Any]) -> Chunk:
        choice = _first(event.get("choices"))
        delta = _mapping(choice.get("delta"))
        usage = _mapping(event.get("usage"))
        return Chunk(
            text=_text(delta.get("content")),
            # vLLM says `reasoning`; llama.cpp, SGLang and DeepSeek `reasoning_content`; some gateways both.
            thinking=_text(delta.get("reasoning")) or _text(delta.get("reasoning_content")),
            finish_reason=_text(choice.get("finish_reason")),
            prompt_tokens=_count(usage.get("prompt_tokens")),
            completion_tokens=_count(usage.get("completion_tokens")),
            engine=self._engine_of(event, with_usage=bool(usage)),
        )

    def _engine_of(self, event: Mapping[str, Any], *, with_usage: bool) -> str:
        """The engine's name: told with the first chunk and with the usage, for whoever keeps only one of them."""
        first = not self._engine
        # vLLM gives its fingerprint with the usage only; until then there is the Server header.
        self._engine = (_text(event.get("system_fingerprint")) or self._engine or self._server)[:ENGINE_CHARS]
        return self._engine if first or with_usage else ""


def _plain_text(event: Mapping[str, Any]) -> str:
    """The text of what all but a few events are, without the care for what others may be; "" for something else."""
    try:
        choice = event["choices"][0]
        delta = choice["delta"]
        text = delta["content"]
        plain = type(text) is str and text and not choice.get("finish_reason")
        if not plain or event.get("usage") or delta.get("reasoning") or delta.get("reasoning_content"):
            return ""
    except (LookupError, TypeError, AttributeError):
        return ""
    return str(text)


def _event(data: bytes) -> dict[str, Any]:
    """The JSON object of an event. Raises `ChatError` when it is none, or reports an error."""
    event = _lenient_json(data)
    if not isinstance(event, dict):
        raise _malformed("an event is not an object")
    report = event.get("error") or (event if event.get("object") == "error" else None)
    if report is not None:
        raise _reported(report)
    return event


def _lenient_json(data: bytes) -> Any:
    """JSON, also with bytes that are no UTF-8, halves of characters and NaN, which the quick parser refuses."""
    try:
        return orjson.loads(data)
    except ValueError as strict:
        return _mended_json(data, strict)


def _mended_json(data: bytes, strict: ValueError) -> Any:
    """JSON with U+FFFD for what is no character. Raises `ChatError` from what the strict parser said if that fails."""
    try:
        parsed = json.dumps(json.loads(data.decode("utf-8", "replace")), ensure_ascii=False)
        # A character outside the basic plane may come as an escaped half, which no file or database can hold.
        return json.loads(parsed.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (ValueError, RecursionError):
        raise _malformed(data[:100].decode("utf-8", "replace")) from strict


def _reported(report: object) -> ChatError:
    """The error that a server reports in the middle of a stream."""
    code = report.get("code") if isinstance(report, dict) else None
    status = int(code) if isinstance(code, int | str) and str(code).isdigit() else 0
    kind = kind_of_status(status) if status >= HTTPStatus.BAD_REQUEST else ErrorKind.SERVER_ERROR
    return ChatError(kind, f"reported in the stream: {report}")


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _malformed(f"{type(value).__name__} where text belongs")
    return value


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _mapping(value: object) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _malformed(f"{type(value).__name__} where an object belongs")
    return value


def _first(choices: object) -> Mapping[str, Any]:
    if not choices:
        return {}
    if not isinstance(choices, list):
        raise _malformed("choices are no list")
    return _mapping(choices[0])


def _malformed(detail: str) -> ChatError:
    return ChatError(ErrorKind.MALFORMED, detail)
