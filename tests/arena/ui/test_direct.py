"""What is served before the app looks through its routes, and what is passed on."""

from __future__ import annotations

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from arena.ui.direct import ShortCut


class Behind:
    """The app behind: notes what it is asked, and answers HTTP requests."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append((scope["type"], scope.get("path", "")))
        if scope["type"] == "http":
            await PlainTextResponse("behind", status_code=405)(scope, receive, send)


async def name(request: Request) -> Response:
    return PlainTextResponse(f"here: {request.path_params['name']}")


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def short_cut(behind: Behind) -> ShortCut:
    return ShortCut(behind, [Route("/run/{name}", name, methods=["POST"])])


async def asked(short_cut: ShortCut, method: str, path: str) -> str:
    async with AsyncClient(transport=ASGITransport(short_cut), base_url="http://localhost") as client:
        return (await client.request(method, path)).text


async def test_an_address_of_its_own_is_served_here_with_what_is_in_the_address(
    short_cut: ShortCut, behind: Behind
) -> None:
    assert await asked(short_cut, "POST", "/run/vote") == "here: vote"
    assert behind.asked == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/run/vote"), ("POST", "/run/vote/more"), ("POST", "/")])
async def test_wrong_methods_and_other_addresses_are_passed_on(
    short_cut: ShortCut, behind: Behind, method: str, path: str
) -> None:
    assert await asked(short_cut, method, path) == "behind"
    assert behind.asked == [("http", path)]


@pytest.mark.parametrize("scope", [{"type": "lifespan"}, {"type": "websocket", "path": "/run/vote"}])
async def test_what_is_no_request_is_passed_on_untouched(short_cut: ShortCut, behind: Behind, scope: Scope) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("nothing is read or sent here")

    before = dict(scope)
    await short_cut(scope, never, never)  # type: ignore[arg-type]
    assert behind.asked == [(before["type"], before.get("path", ""))]
    assert scope == before
