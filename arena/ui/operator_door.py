"""Who may see the operator's pages.

A browser gives the token once, in a form, and gets a cookie that is derived from it; programs send it as a bearer.
"""

from __future__ import annotations

import hashlib
import hmac

from fastapi import Request
from fastapi.responses import Response

from arena.abuse.limits import Act, Limiter
from arena.ui.web import ADDRESS, WebRules

COOKIE = "arena_operator"
COOKIE_S = 12 * 3600


class OperatorDoor:
    """Who may come in."""

    def __init__(self, token: str, limiter: Limiter, rules: WebRules) -> None:
        self._token = token.encode()
        self._limiter = limiter
        self._rules = rules

    @property
    def exists(self) -> bool:
        """Whether there is an operator's page at all."""
        return bool(self._token)

    async def lets_in(self, request: Request) -> bool:
        """Whether the request is the operator's. Wrong bearers are counted as wrong tokens of the form are."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self.exists and scheme.lower() == "bearer":
            return await self.try_token(given, getattr(request.state, ADDRESS, ""))
        cookie = hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._pass().encode())
        return self.exists and cookie

    async def try_token(self, given: str, address: str) -> bool:
        """Whether this is the token; wrong ones are counted by address, and `UserError` is raised after too many."""
        whence = address or "unknown"
        await self._limiter.check(Act.PASSWORD, None, whence, count=False)
        if self.exists and hmac.compare_digest(given.encode(), self._token):
            return True
        await self._limiter.check(Act.PASSWORD, None, whence)
        return False

    def let_in(self, response: Response, request: Request) -> Response:
        """The response with the cookie of somebody who gave the token."""
        secure = request.url.scheme == "https" or self._rules.in_frame
        response.set_cookie(
            COOKIE, self._pass(), max_age=COOKIE_S, path="/", httponly=True, samesite="strict", secure=secure
        )
        return response

    def _pass(self) -> str:
        return hmac.new(self._token, b"operator's cookie", hashlib.sha256).hexdigest()
