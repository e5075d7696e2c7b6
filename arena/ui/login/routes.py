"""The way out to the provider, the way back, and logging out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from arena.abuse.limits import Act, Limiter
from arena.errors import LoginError, LoginTrouble, StoreError, UserError
from arena.keys import COOKIE_NAME, Keys
from arena.ui.login.cookies import BEGUN, BEGUN_COOKIE, SESSION, SESSION_COOKIE, Begun, LoginCookies
from arena.ui.login.page import logout_page, page_headers, said_page
from arena.ui.login.provider import Account, Provider
from arena.ui.login.rules import BEGIN, CALLBACK, LOGOUT, Login, way_back
from arena.ui.login.text import LoginWords
from arena.ui.web import ADDRESS, WebRules, cookie_header, preferred_language

_STATUS = {
    LoginTrouble.DENIED: 403,
    LoginTrouble.STALE: 400,
    LoginTrouble.NOT_ADMITTED: 403,
    LoginTrouble.PROVIDER: 502,
}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginDesk:
    """What these routes work with."""

    login: Login
    provider: Provider
    cookies: LoginCookies
    keys: Keys
    limiter: Limiter
    rules: WebRules
    pages: Collection[str]

    async def begin(self, request: Request) -> Response:
        """Send somebody to the provider."""
        there, begun = await self.provider.begin(way_back(request.query_params.get("next", "/"), self.pages))
        response = RedirectResponse(there, status_code=303, headers={"Cache-Control": "no-store"})
        self._keep(response, BEGUN_COOKIE, self.cookies.begun(begun), int(BEGUN.total_seconds()))
        return response

    async def come_back(self, request: Request) -> Response:
        """Find out who comes back from the provider, and let them in if they are invited."""
        begun = await self._begun(request)
        account = await self._account(request, begun)
        if not self.login.admits(account.names):
            raise LoginError(LoginTrouble.NOT_ADMITTED)
        rater = self.keys.account_cookie(account.id)
        response = RedirectResponse(f"{self.login.url}{begun.way_back}", 303, {"Cache-Control": "no-store"})
        response.headers.append("set-cookie", cookie_header(COOKIE_NAME, rater, self.rules, secure=self.login.secure))
        self._keep(response, SESSION_COOKIE, self.cookies.session(rater), int(SESSION.total_seconds()))
        self._forget(response, BEGUN_COOKIE)
        return response

    async def _begun(self, request: Request) -> Begun:
        """The login that this browser began; each can be ended once, also where several processes serve."""
        begun = self.cookies.read_begun(request.cookies.get(BEGUN_COOKIE, ""), request.query_params.get("state", ""))
        if begun is None:
            raise LoginError(LoginTrouble.STALE)
        try:
            await self.limiter.check(Act.LOGIN_STATE, begun.state)
        except UserError as error:
            raise LoginError(LoginTrouble.STALE) from error
        return begun

    async def _account(self, request: Request, begun: Begun) -> Account:
        if "error" in request.query_params:
            denied = request.query_params["error"] == "access_denied"
            raise LoginError(LoginTrouble.DENIED if denied else LoginTrouble.PROVIDER, "refused at the provider")
        return await self.provider.account(request.query_params.get("code", ""), begun)

    async def answer(self, act: Callable[[Request], Awaitable[Response]], request: Request) -> Response:
        """Do one of these; what went wrong becomes a page, and is counted by address as wrong passwords are."""
        whence = getattr(request.state, ADDRESS, "") or "unknown"
        try:
            await self.limiter.check(Act.LOGIN, None, whence, count=False)
            try:
                return await act(request)
            except LoginError as error:
                if error.trouble is not LoginTrouble.DENIED:
                    await self.limiter.check(Act.LOGIN, None, whence)
                return self._failed(request, error)
        except UserError as error:
            seconds = error.details["seconds"]
            return self._said(request, lambda words: words.too_many.format(seconds=seconds), 429)
        except StoreError as error:
            log.warning("login_store_error", error=str(error))
            return self._said(request, lambda words: words.not_saved, 503)

    def leave(self, request: Request) -> Response:
        """Log out. The rater's cookie goes too: it would tell the next person at this browser which rater it was."""
        response = self._said(request, lambda words: words.logged_out, 200)
        self._forget(response, SESSION_COOKIE)
        gone = cookie_header(COOKIE_NAME, "", self.rules, secure=self.login.secure, max_age=0)
        response.headers.append("set-cookie", gone)
        return response

    def ask_to_leave(self, request: Request) -> Response:
        """Ask whether to log out."""
        return HTMLResponse(logout_page(_language(request)), headers=page_headers(in_frame=self.rules.in_frame))

    def _failed(self, request: Request, error: LoginError) -> Response:
        if error.trouble is LoginTrouble.PROVIDER:
            log.warning("login_provider", problem=error.detail)
        response = self._said(request, lambda words: words.trouble[error.trouble], _STATUS[error.trouble])
        self._forget(response, BEGUN_COOKIE)
        return response

    def _said(self, request: Request, said: Callable[[LoginWords], str], status: int) -> Response:
        html = said_page(self.login, said, _language(request))
        return HTMLResponse(html, status, page_headers(in_frame=self.rules.in_frame))

    def _keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Never for a frame: the way to the provider and back is one of whole pages."""
        response.set_cookie(name, value, seconds, path="/", secure=self.login.secure, httponly=True, samesite="lax")

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.login.secure, httponly=True, samesite="lax")


def login_routes(desk: LoginDesk) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get(BEGIN)
    async def begin(request: Request) -> Response:
        """To the provider."""
        return await desk.answer(desk.begin, request)

    @router.get(CALLBACK)
    async def come_back(request: Request) -> Response:
        """Back from the provider."""
        return await desk.answer(desk.come_back, request)

    @router.get(LOGOUT)
    async def ask_to_leave(request: Request) -> Response:
        """The question whether to log out."""
        return desk.ask_to_leave(request)

    @router.post(LOGOUT)
    async def leave(request: Request) -> Response:
        """Log out."""
        return desk.leave(request)

    return router


def _language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language", ""))
