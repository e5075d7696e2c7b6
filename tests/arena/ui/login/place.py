"""A few addresses behind the login, and a browser at them."""

from __future__ import annotations

from dataclasses import dataclass

import httpx
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from arena.abuse.limits import FIXED_LIMITS, Limiter, ProcessCounts
from arena.keys import COOKIE_NAME, Keys
from arena.ui.doors import Doors
from arena.ui.login.cookies import LoginCookies
from arena.ui.login.door import LoginDoor
from arena.ui.login.provider import Provider
from arena.ui.login.routes import LoginDesk, login_routes
from arena.ui.login.rules import Login
from arena.ui.web import WebGuard, WebRules
from tests.support.arena import MovableClock
from tests.support.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

URL = "http://arena.test"
KEYS = Keys("a secret of this test only")
PAGES = frozenset({"/", "/zh/", "/leaderboard", "/study"})
BROWSER = {"accept": "text/html,*/*;q=0.8"}


@dataclass
class Place:
    """The addresses, with the clock that they go by."""

    app: WebGuard
    clock: MovableClock
    login: Login
    cookies: LoginCookies

    def browser(self) -> httpx.AsyncClient:
        """A new browser."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.login.url, headers=BROWSER)


def login_at(provider: OpenIdProvider, **changes) -> Login:
    return Login(**{
        "url": URL, "provider": provider.url, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, **changes
    })  # fmt: skip


def place(provider: OpenIdProvider, rules: WebRules | None = None, **changes) -> Place:
    """Pages that say which rater they see, an event stream, a program's endpoint, and health."""

    async def rater(request: Request) -> PlainTextResponse:
        return PlainTextResponse(KEYS.rater_digest(request.cookies.get(COOKIE_NAME, "")) or "nobody")

    login, clock, rules = login_at(provider, **changes), MovableClock(), rules or WebRules()
    provider.callback = login.callback
    limiter = Limiter(FIXED_LIMITS, ProcessCounts(clock), clock)
    cookies = LoginCookies(login, KEYS, clock)
    routes = login_routes(
        LoginDesk(
            login=login, provider=Provider(login), cookies=cookies, keys=KEYS, limiter=limiter, rules=rules, pages=PAGES
        )
    )
    others = [*PAGES, "/config", "/arena/events/none", "/gradio_api/run/send", "/gradio_api/queue/join", "/healthz"]
    app = FastAPI(routes=[Route(path, rater, methods=["GET", "POST"]) for path in others])
    app.include_router(routes)
    own = [route.path_regex for route in routes.routes] + [Route(path, rater).path_regex for path in others]
    guard = WebGuard(
        app,
        keys=KEYS,
        rules=rules,
        doors=Doors(PAGES, own),
        pages=PAGES,
        clock=clock,
        limiter=limiter,
        entrance=LoginDoor(login, cookies, PAGES, in_frame=rules.in_frame),
    )
    return Place(guard, clock, login, cookies)
