"""The few addresses that crowds ask for, served before the app looks through its own routes and Gradio's.

The endpoints for programs are plain routes at the addresses that Gradio documents for them: a call through Gradio costs
8 ms of CPU, most of it for components and sessions that a program does not have; the same method called from a route
costs under 1 ms. `gradio_client` still goes through Gradio, to the same methods. arena/ui/payloads.py has refused what
they cannot take before it comes here.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from arena.ui.api import ENDPOINTS, ProgramApi
from arena.ui.chrome import Site
from arena.ui.payloads import read_json

Method = Callable[..., Awaitable[dict[str, Any]]]


class ShortCut:
    """ASGI middleware that serves these routes and passes everything else on, wrong methods too."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request here, or pass it on."""
        for route in self._routes:  # which match nothing but HTTP
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                await route.handle(scope, receive, send)
                return
        await self._app(scope, receive, send)


def program_routes(site: Site) -> list[Route]:
    """The endpoints for programs."""
    endpoints = ProgramApi(site)
    return [
        Route(f"/gradio_api/run/{name}", _endpoint(getattr(endpoints, name)), methods=["POST"]) for name in ENDPOINTS
    ]


def _endpoint(method: Method) -> Callable[[Request], Awaitable[Response]]:
    with_request = "request" in inspect.signature(method).parameters

    async def endpoint(request: Request) -> Response:
        data = read_json(await request.body())["data"]
        return JSONResponse({"data": [await (method(*data, request) if with_request else method(*data))]})

    return endpoint
