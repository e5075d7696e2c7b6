"""What a browser keeps of a login, signed by us: for ten minutes how it began, then for a day that it succeeded.

Nothing is kept on the server, so it holds in any number of processes. A session names no account: it is good together
with the rater's cookie that the account has, and with no other.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import timedelta

from arena.keys import COOKIE_NAME, Keys
from arena.ports import Clock
from arena.ui.login.rules import Login

SESSION_COOKIE = "arena_login"
BEGUN_COOKIE = "arena_login_begun"
SESSION = timedelta(days=1)
BEGUN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    """A login under way: what the provider's answer is checked against, and where the person was going."""

    state: str
    nonce: str
    verifier: str
    way_back: str


class LoginCookies:
    """Makes these cookies and reads them."""

    def __init__(self, login: Login, keys: Keys, clock: Clock) -> None:
        self._audience = login.audience
        self._keys = keys
        self._clock = clock

    def session(self, rater_cookie: str) -> str:
        """The session of an account's rater."""
        until = str(self._in(SESSION))
        return f"{until}.{self._session_seal(self._keys.rater_digest(rater_cookie), until)}"

    def logged_in(self, cookies: Mapping[str, str]) -> bool:
        """Whether a request's cookies are those of somebody who has logged in."""
        digest = self._keys.rater_digest(cookies.get(COOKIE_NAME, ""))
        until, _, seal = cookies.get(SESSION_COOKIE, "").partition(".")
        if digest is None or not hmac.compare_digest(seal.encode(), self._session_seal(digest, until).encode()):
            return False
        return int(until) > self._now()

    def begun(self, begun: Begun) -> str:
        """The cookie of a login under way."""
        content = json.dumps([*astuple(begun), self._in(BEGUN)]).encode()
        packed = base64.urlsafe_b64encode(content).decode()
        return f"{packed}.{self._begun_seal(packed)}"

    def read_begun(self, cookie: str, state: str) -> Begun | None:
        """The login that a browser began with this state; None for a forged, foreign or old one."""
        packed, _, seal = cookie.partition(".")
        if not hmac.compare_digest(seal.encode(), self._begun_seal(packed).encode()):
            return None
        *values, until = json.loads(base64.urlsafe_b64decode(packed))
        begun = Begun(*values)
        same = hmac.compare_digest(begun.state.encode(), state.encode())
        return begun if same and until > self._now() else None

    def _session_seal(self, digest: str | None, until: str) -> str:
        return self._keys.seal("session", f"{self._audience}:{digest}:{until}")

    def _begun_seal(self, packed: str) -> str:
        return self._keys.seal("begun", f"{self._audience}:{packed}")

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _in(self, span: timedelta) -> int:
        return self._now() + int(span.total_seconds())
