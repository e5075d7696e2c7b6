"""A script turned into the exact bytes of its reply, each with the time at which it is due."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from tests.support.model_script import Fault, Script, pieces

FINGERPRINT = "scripted-1.0"
LONG_LINE_CHARS = 1_500_000
SLICE_GAP_S = 0.002
"""Between the slices of one frame; long enough for a client to read each by itself."""


class Ending(StrEnum):
    """What the connection does after the last frame."""

    COMPLETE = "complete"
    HANG = "hang"
    RESET = "reset"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes and when they are due, in seconds from the request."""

    at_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """All that goes over the wire for one request, in the order of time."""

    frames: tuple[Frame, ...]
    ending: Ending = Ending.COMPLETE


def http_head(status: int, content_type: str, *, length: int | None = None, extra: str = "") -> bytes:
    """Status line and headers; without a length the body is chunked."""
    body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 {status} Scripted\r\nContent-Type: {content_type}\r\n{extra}{body}\r\n\r\n".encode()


def http_json(status: int, value: object, extra: str = "") -> bytes:
    """A whole JSON response."""
    body = json.dumps(value, ensure_ascii=False).encode()
    return http_head(status, "application/json", length=len(body), extra=extra) + body


@lru_cache(maxsize=256)
def reply_to(script: Script, *, faulty: bool) -> Reply:
    """The reply that a script gives, with its fault or, when `faulty` is False, without."""
    fault = script.fault if faulty else Fault.NONE
    at_once = _whole_reply(script, fault)
    if at_once is not None:
        return at_once
    tokens, ending = _token_frames(script, fault), _ENDINGS.get(fault, Ending.COMPLETE)
    last_s = tokens[-1].at_s if tokens else script.first_s
    frames = [Frame(script.head_s, http_head(200, "text/event-stream; charset=utf-8")), *tokens]
    frames += _closing(script, fault, last_s)
    frames += _comments(script, last_s, hanging=ending is Ending.HANG)
    return Reply(tuple(sorted(frames, key=lambda f: f.at_s)), ending)


_ENDINGS = {
    Fault.HANG_FIRST: Ending.HANG,
    Fault.HANG_MIDWAY: Ending.HANG,
    Fault.HANG_LAST: Ending.HANG,
    Fault.HANG_DONE: Ending.HANG,
    Fault.HANG_OPEN: Ending.HANG,
    Fault.CUT_MIDWAY: Ending.RESET,
    Fault.CLOSE_MIDWAY: Ending.CLOSE,
}
_SAY_THE_END = frozenset(Fault) - {
    Fault.HANG_FIRST,
    Fault.HANG_MIDWAY,
    Fault.HANG_LAST,
    Fault.CUT_MIDWAY,
    Fault.CLOSE_MIDWAY,
}
"""Faults in spite of which the finish reason comes."""


def _whole_reply(script: Script, fault: Fault) -> Reply | None:
    """The reply of a fault that shows before any stream begins; None for the others."""
    error = {"error": {"message": script.message, "type": "scripted", "code": script.status}}
    retry = f"Retry-After: {script.retry_after}\r\n" if script.retry_after else ""
    whole: dict[Fault, tuple[bytes, Ending]] = {
        Fault.STATUS: (http_json(script.status, error, retry), Ending.COMPLETE),
        Fault.GARBAGE: (b"\x16\x03\x01 this is not HTTP\r\n\r\n", Ending.CLOSE),
        Fault.REDIRECT: (http_json(307, error, "Location: /elsewhere/chat/completions\r\n"), Ending.COMPLETE),
        Fault.STATUS_HANG: (http_head(script.status, "text/plain") + _chunked(b"An error page that"), Ending.HANG),
        Fault.WRONG_TYPE: (http_head(200, "application/json") + _chunked(b'{"choices": ['), Ending.HANG),
        Fault.HANG_HEADERS: (b"", Ending.HANG),
        Fault.CUT_HEADERS: (b"", Ending.RESET),
    }
    if fault not in whole:
        return None
    data, ending = whole[fault]
    return Reply((Frame(script.first_s, data),) if data else (), ending)


def _token_frames(script: Script, fault: Fault) -> list[Frame]:
    """The frames of the tokens, up to and with the trouble."""
    events = [_sse(event, script.crlf) for event in _token_events(script)]
    half = len(events) // 2
    if fault is Fault.HANG_FIRST:
        events = []
    elif fault in {Fault.HANG_MIDWAY, Fault.CUT_MIDWAY, Fault.CLOSE_MIDWAY, Fault.END_MIDWAY}:
        events = events[:half]
    intruder = _intruder(script, fault)
    if intruder is not None:
        events.insert(half, intruder)
    step_s = 1 / script.rate if script.rate else 0.0
    frames: list[Frame] = []
    for index, event in enumerate(events):
        due_s = script.first_s + index * step_s
        # Slices may last longer than a step; the next token waits for them.
        at_s = max(due_s, frames[-1].at_s) if frames else due_s
        frames += _sliced(Frame(at_s, event), script.slice_bytes)
    return frames


def _token_events(script: Script) -> Iterator[dict[str, Any]]:
    thoughts, answer = script.thoughts, script.answer
    if thoughts and script.thinking_as in {"tags", "close_tag"}:
        opening = "<think>\n" if script.thinking_as == "tags" else ""
        answer = f"{opening}{thoughts}\n</think>\n\n{answer}"
        thoughts = ""
    first: dict[str, Any] = {"role": "assistant", "content": ""}
    for piece in pieces(thoughts):
        yield _event(script, {**first, script.thinking_as: piece})
        first = {}
    for piece in pieces(answer):
        yield _event(script, {**first, "content": piece})
        first = {}


def _closing(script: Script, fault: Fault, at_s: float) -> list[Frame]:
    """What comes after the tokens."""
    end = Frame(at_s + script.end_s, b"0\r\n\r\n")
    if fault is Fault.END_MIDWAY:
        return [end]
    if fault not in _SAY_THE_END:
        return []
    frames = [Frame(at_s, _chunked(_sse(event, script.crlf))) for event in _closing_events(script)]
    if fault is Fault.HANG_DONE:
        return frames[:1]
    return frames if fault is Fault.HANG_OPEN else [*frames, end]


def _closing_events(script: Script) -> Iterator[dict[str, Any] | str]:
    yield _event(script, {}, finish_reason=script.finish)
    if script.usage:
        count = len(pieces(script.thoughts)) + len(pieces(script.answer))
        usage = {"prompt_tokens": 7, "completion_tokens": count, "total_tokens": count + 7}
        yield {**_event(script, {}), "choices": [], "usage": usage}
    if script.done:
        yield "[DONE]"


def _event(script: Script, delta: Mapping[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": script.served_as,
        "system_fingerprint": FINGERPRINT,
        "choices": [choice],
    }


def _sse(event: Mapping[str, Any] | str, crlf: bool) -> bytes:
    data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
    end = "\r\n" if crlf else "\n"
    return f"data: {data}{end}{end}".encode()


def _intruder(script: Script, fault: Fault) -> bytes | None:
    """The event that a fault puts between the tokens, if it does."""
    if fault is Fault.MALFORMED:
        return b'data: {"choices": [{"delta": {"content": \n\n'
    if fault is Fault.ERROR_MIDWAY:
        return _sse({"error": {"message": script.message, "code": script.status}}, script.crlf)
    if fault is Fault.LONG_LINE:
        return _sse(_event(script, {"content": "x" * LONG_LINE_CHARS}), script.crlf)
    if fault is Fault.HALF_CHAR:
        whole = _sse(_event(script, {"content": "好@"}), script.crlf)
        return whole.replace("好@".encode(), "好".encode()[:-1])
    return None


def _sliced(frame: Frame, slice_bytes: int) -> Iterator[Frame]:
    size = slice_bytes or len(frame.data)
    for index, start in enumerate(range(0, len(frame.data), size)):
        yield Frame(frame.at_s + index * SLICE_GAP_S, _chunked(frame.data[start : start + size]))


def _comments(script: Script, last_s: float, *, hanging: bool) -> list[Frame]:
    """Keep-alive comments; a reply that hangs goes on with them for a minute."""
    if not script.comment_s:
        return []
    until_s = last_s + (60.0 if hanging else 0.0)
    count = int((until_s - script.head_s) / script.comment_s)
    return [Frame(script.head_s + (i + 1) * script.comment_s, _chunked(b": keep-alive\n\n")) for i in range(count)]


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
