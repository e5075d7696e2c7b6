"""The endpoints for programs as plain routes, at the addresses that Gradio documents for them.

A call through Gradio costs 8 ms of CPU, most of it for components and sessions that a program does not have; the same
method called from a route costs under 1 ms. `gradio_client` still goes through Gradio, to the same methods.
arena/ui/payloads.py has refused what they cannot take before it comes here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from arena.ui.api import ENDPOINTS, ProgramApi
from arena.ui.chrome import Site

Method = Callable[..., Awaitable[dict[str, Any]]]


def program_routes(site: Site) -> APIRouter:
    """The routes, to be included before the pages are mounted."""
    router = APIRouter()
    endpoints = ProgramApi(site)
    for name in ENDPOINTS:
        router.add_route(f"/gradio_api/run/{name}", _endpoint(getattr(endpoints, name)), methods=["POST"])
    return router


def _endpoint(method: Method) -> Callable[[Request], Awaitable[Response]]:
    with_request = "request" in inspect.signature(method).parameters

    async def endpoint(request: Request) -> Response:
        data = orjson.loads(await request.body())["data"]
        return JSONResponse({"data": [await (method(*data, request) if with_request else method(*data))]})

    return endpoint
