"""One password for the whole arena, as the browser's own question (HTTP Basic, RFC 7617). The name does not matter.

It needs no page, no session and no table, and holds for pages, events and programs alike, in any number of processes.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from arena.abuse.limits import Act, Limiter
from arena.errors import UserError

OPEN = frozenset({"/healthz", "/metrics"})
"""For monitoring; these look at the operator's token themselves."""

_ASK = {"WWW-Authenticate": 'Basic realm="Blindfold", charset="UTF-8"', "Cache-Control": "no-store"}


class PasswordDoor:
    """Asks for the password."""

    def __init__(self, password: str, limiter: Limiter) -> None:
        self._password = password.encode()
        self._limiter = limiter

    async def refusal(self, scope: Scope, headers: Headers, address: str) -> Response | None:
        """The answer to somebody without the password; None for who has it. Wrong ones are counted by address."""
        if scope["path"] in OPEN:
            return None
        given = given_password(headers.get("authorization", ""))
        whence = address or "unknown"
        try:
            if given is not None:
                await self._limiter.check(Act.PASSWORD, None, whence, count=False)
                if hmac.compare_digest(given, self._password):
                    return None
                await self._limiter.check(Act.PASSWORD, None, whence)
        except UserError as error:
            wait = str(error.details["seconds"])
            return JSONResponse(
                {"error": f"Too many tries. Please come back in {wait} seconds."}, 429, {"Retry-After": wait}
            )
        return JSONResponse({"error": "This arena needs a password."}, status_code=401, headers=_ASK)


def given_password(authorization: str) -> bytes | None:
    """The password of an Authorization header; None when it has none."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        _, colon, password = base64.b64decode(credentials, validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return None
    return password if colon else None
