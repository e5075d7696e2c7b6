"""Everything that is derived from the arena's secret: rater cookies, digests, vote tokens, erasure codes.

All are HMAC-SHA256 under one secret with a label of their own, so that none can be computed from another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

COOKIE_NAME = "arena_rater"
_CODE_CHARS = 20


class Keys:
    """Derives and checks; holds the secret and shows it to nobody."""

    def __init__(self, secret: str) -> None:
        if len(secret) < 16:
            raise ValueError("the arena's secret must have at least 16 characters")
        self._secret = secret.encode()

    def __repr__(self) -> str:
        return "Keys(...)"

    def new_cookie(self) -> str:
        """A cookie for a new rater: random, and signed so that nobody can choose one."""
        nonce = secrets.token_urlsafe(24)
        return f"{nonce}.{self._sign('cookie', nonce)[:32]}"

    def rater_digest(self, cookie: str) -> str | None:
        """What the database knows of a cookie; None when we did not make it."""
        nonce, _, signature = cookie.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("cookie", nonce)[:32].encode()):
            return None
        return self._sign("rater", nonce)

    def vote_token(self, battle_id: str, rater_digest: str) -> str:
        """The token that lets this rater vote in this battle, once."""
        return self._sign("vote", f"{battle_id}:{rater_digest}")

    def vote_token_is(self, token: str, battle_id: str, rater_digest: str) -> bool:
        """Whether a token from a browser is that battle's."""
        return hmac.compare_digest(token.encode(), self.vote_token(battle_id, rater_digest).encode())

    def erasure_code(self, rater_digest: str) -> str:
        """The code with which a person can have their texts erased; in groups of five for reading aloud."""
        raw = hmac.new(self._secret, f"erase:{rater_digest}".encode(), hashlib.sha256).digest()
        code = base64.b32encode(raw).decode()[:_CODE_CHARS]
        return "-".join(code[i : i + 5] for i in range(0, _CODE_CHARS, 5))

    def erasure_digest(self, code: str) -> str:
        """What the database knows of an erasure code; blanks, dashes and case do not matter."""
        plain = "".join(ch for ch in code.upper() if ch.isalnum())
        return self._sign("code", plain)

    def address_digest(self, prefix: str, day: str) -> str:
        """What the database knows, for two days, of an address prefix; another day gives another one."""
        return self._sign("address", f"{day}:{prefix}")[:32]

    def _sign(self, label: str, text: str) -> str:
        return hmac.new(self._secret, f"{label}:{text}".encode(), hashlib.sha256).hexdigest()
