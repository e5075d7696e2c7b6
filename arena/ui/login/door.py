"""Nothing is served to somebody who has not logged in, but the way to the login."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from arena.ui.login.cookies import LoginCookies
from arena.ui.login.page import login_page, page_headers
from arena.ui.login.rules import BEGIN, CALLBACK, LOGOUT, Login, way_back
from arena.ui.password import OPEN
from arena.ui.web import preferred_language

_OPEN = OPEN | {BEGIN, CALLBACK, LOGOUT}


class LoginDoor:
    """Asks for the login."""

    def __init__(self, login: Login, cookies: LoginCookies, pages: Collection[str], *, in_frame: bool) -> None:
        self._login = login
        self._cookies = cookies
        self._pages = pages
        self._in_frame = in_frame

    async def refusal(self, scope: Scope, headers: Headers, _address: str) -> Response | None:
        """The answer to somebody who has not logged in: a page in place of a page, else a sentence; None for who has.

        The cookies are read as the handlers behind read them, so that both see the same rater.
        """
        if scope["path"] in _OPEN or self._cookies.logged_in(HTTPConnection(scope).cookies):
            return None
        if scope["path"] in self._pages and "text/html" in headers.get("accept", ""):
            return self._page(scope, headers)
        sentence = "This arena needs a login with Hugging Face."
        return JSONResponse({"error": sentence}, 401, {"Cache-Control": "no-store"})

    def _page(self, scope: Scope, headers: Headers) -> Response:
        query = scope.get("query_string", b"").decode("latin-1")
        here = f"{scope['path']}?{query}" if query else scope["path"]
        html = login_page(
            self._login,
            way_back(here, self._pages),
            # A provider's page shows in no frame; the cookies of a tab of its own are not the frame's either.
            new_tab=headers.get("sec-fetch-dest") == "iframe",
            first=_language(scope, headers),
        )
        return HTMLResponse(html, 401, page_headers(in_frame=self._in_frame))


def _language(scope: Scope, headers: Headers) -> str:
    path: str = scope["path"]
    return "zh" if path.startswith("/zh") else preferred_language(headers.get("accept-language", ""))
