"""The endpoints for programs as plain routes, at the addresses that Gradio documents for them.

A call through Gradio costs 8 ms of CPU, most of it for components and sessions that a program does not have; the same
method called from a route costs under 1 ms. `gradio_client` still goes through Gradio, to the same methods.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_type_hints

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from arena.ui.api import ENDPOINTS, ProgramApi
from arena.ui.chrome import Site

MAX_BODY_BYTES = 1 << 20

Method = Callable[..., Awaitable[dict[str, Any]]]


def program_routes(site: Site) -> APIRouter:
    """The routes, to be included before the pages are mounted."""
    router = APIRouter()
    endpoints = ProgramApi(site)
    for name in ENDPOINTS:
        router.add_route(f"/gradio_api/run/{name}", _endpoint(name, getattr(endpoints, name)), methods=["POST"])
    return router


def _endpoint(name: str, method: Method) -> Callable[[Request], Awaitable[Response]]:
    hints = get_type_hints(method)
    expected = {p: hints[p] for p in inspect.signature(method).parameters if p != "request"}
    with_request = "request" in inspect.signature(method).parameters

    async def endpoint(request: Request) -> Response:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > MAX_BODY_BYTES:
                return _wrong(f"The request is longer than {MAX_BODY_BYTES} bytes.", 413)
        data = _arguments(body, expected)
        if data is None:
            return _wrong(f"/{name} takes {_words(expected)}.", 422)
        result = await (method(*data, request) if with_request else method(*data))
        return JSONResponse({"data": [result]})

    return endpoint


def _arguments(body: bytes, expected: Mapping[str, Any]) -> list[Any] | None:
    """The values of a call; None when they are not what the method takes."""
    try:
        data = orjson.loads(body)["data"]
    except (ValueError, LookupError, TypeError):
        return None
    if not isinstance(data, list) or len(data) != len(expected):
        return None
    return data if all(map(_fits, data, expected.values())) else None


def _fits(value: object, hint: object) -> bool:
    if hint is str:
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def _words(expected: Mapping[str, Any]) -> str:
    texts = {name: "a text" if hint is str else "a list of texts" for name, hint in expected.items()}
    listed = ", ".join(f"{name} ({text})" for name, text in texts.items())
    return f'{{"data": [...]}} with {listed}' if listed else '{"data": []}'


def _wrong(sentence: str, status: int) -> Response:
    return JSONResponse({"error": "bad_request", "message": sentence}, status_code=status)
