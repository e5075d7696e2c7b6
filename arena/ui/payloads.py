"""Calls of handlers, checked before Gradio sees them: a malformed one is refused in a sentence.

Gradio answers what it cannot unpack with a server error, and strings that are no Unicode break it and every database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, get_type_hints

import gradio as gr
from gradio.block_function import BlockFunction
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

API = "/gradio_api/"
MAX_BODY_BYTES = 1_000_000
_CALLS = ("run", "api", "call")
_MAX_NAME = 128
_OPERATORS_FORM = re.compile(r"/operator/[\w-]+/act")

Check = Callable[[object], bool]


class BadCall(ValueError):
    """A call that no handler can take. The message says why; `status` is HTTP's word for it."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Calls:
    """What one mounted Blocks can be asked: checks of the arguments, by a handler's number and by its name."""

    by_id: Mapping[int, Sequence[Check]]
    by_name: Mapping[str, Sequence[Check]]

    @classmethod
    def of(cls, demo: gr.Blocks) -> Calls:
        """The handlers of a Blocks."""
        functions = list(demo.fns.values())
        named = {str(f.api_name).lstrip("/"): _checks(f) for f in functions if f.api_name}
        return cls({f._id: _checks(f) for f in functions}, named)

    def check(self, name: str, body: Mapping[str, Any]) -> None:
        """Raises `BadCall` unless the body is a call that its handler can take."""
        number = body.get("fn_index")
        if number is not None and name in self.by_name:
            # Gradio would go by the number, and a plain route goes by the name.
            raise BadCall("Expected no fn_index where the address names the handler.")
        checks = self.by_name.get(name) if number is None else self.by_id.get(number) if _is_int(number) else None
        if checks is None:
            raise BadCall("There is no such handler.", 404)
        data = body.get("data")
        if not isinstance(data, list) or len(data) != len(checks):
            raise BadCall(f"Expected data: a list of {len(checks)} values.")
        wrong = [i for i, (check, value) in enumerate(zip(checks, data, strict=True)) if not check(value)]
        if wrong:
            raise BadCall(f"Value {wrong[0] + 1} of data is not what the handler takes.")


class CallGuard:
    """ASGI middleware that reads what is posted to Gradio, judges it, and hands it on.

    Args:
        calls: by the path under which a Blocks is mounted, the longest first.
    """

    def __init__(self, app: ASGIApp, calls: Mapping[str, Calls]) -> None:
        self._app = app
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request if it is a call."""
        if scope["type"] != "http" or scope["method"] != "POST" or _is_form(scope):
            await self._app(scope, receive, send)
            return
        try:
            if Headers(scope=scope).get("content-type", "").partition(";")[0].strip() != "application/json":
                raise BadCall("Expected application/json.", 415)
            raw = await _whole_body(receive)
            body = read_json(raw)
            if API in scope["path"]:
                self._judge(scope["path"], body)
        except BadCall as error:
            await JSONResponse({"error": str(error)}, status_code=error.status)(scope, receive, send)
            return
        await self._app(scope, _again(raw, receive), send)

    def _judge(self, path: str, body: object) -> None:
        before, _, rest = path.partition(API)
        calls = next((c for mount, c in self._calls.items() if mount.rstrip("/") == before), None)
        what, _, name = rest.strip("/").partition("/")
        if calls is None:
            raise BadCall("There is no such page.", 404)
        if not isinstance(body, dict):
            raise BadCall("Expected an object.")
        _check_frame(body)
        # `call/v2/NAME`, with arguments by name, answers a wrong name with a server error; the documented ways do not.
        if what in _CALLS or rest.strip("/") == "queue/join":
            calls.check(name, body)


def read_json(raw: bytes) -> Any:
    """A value from JSON in UTF-8 whose strings are all Unicode. Raises `BadCall`."""
    try:
        value = json.loads(raw.decode("utf-8"))
        if b"\\ud" in raw.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise BadCall("Expected JSON in UTF-8.") from error
    return value


def _check_frame(body: Mapping[str, Any]) -> None:
    """What Gradio wants around the data: names of no great length, and numbers."""
    for key in ("session_hash", "event_id"):
        value = body.get(key)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= _MAX_NAME):
            raise BadCall(f"Expected {key}: a short string.")
    if not (body.get("trigger_id") is None or _is_int(body["trigger_id"])):
        raise BadCall("Expected trigger_id: a number.")
    if not (body.get("event_data") is None or isinstance(body["event_data"], dict)):
        raise BadCall("Expected event_data: an object.")


def _checks(function: BlockFunction) -> list[Check]:
    """A check for each argument: by the component that it comes from, or by the annotation of a handler without any."""
    hints = _hints(function)
    return [hints[i] if i < len(hints) else _of_component(block) for i, block in enumerate(function.inputs)]


def _hints(function: BlockFunction) -> list[Check]:
    if not function.fn or any(type(block).__name__ != "Api" for block in function.inputs):
        return []
    kinds = get_type_hints(function.fn)
    named = [kinds.get(name) for name in signature(function.fn).parameters]
    return [_is_words if kind == list[str] else _is_text if kind is str else _any for kind in named]


def _of_component(block: object) -> Check:
    if isinstance(block, gr.CheckboxGroup):
        ticks = {value for _, value in block.choices}
        return lambda value: isinstance(value, list) and _is_words(value) and set(value) <= ticks
    if isinstance(block, gr.Radio):
        choices = [value for _, value in block.choices]
        return lambda value: value is None or value in choices
    if isinstance(block, gr.Textbox):
        return lambda value: value is None or isinstance(value, str)
    return _any


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _any(_value: object) -> bool:
    return True


def _is_form(scope: Scope) -> bool:
    """Whether a form is posted to one of the addresses that take one."""
    path = str(scope["path"]).rstrip("/")
    return path.endswith(("/login", "/logout", "/upload")) or bool(_OPERATORS_FORM.fullmatch(path))


async def _whole_body(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadCall("The request broke off.", 400)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > MAX_BODY_BYTES:
            raise BadCall("This is more than any page sends.", 413)
    return b"".join(parts)


def _again(raw: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever comes: a disconnect."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return replay
