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
        return self._cookie(secrets.token_urlsafe(24))

    def account_cookie(self, account: str) -> str:
        """The cookie of an account's rater: the same at each login, and nothing of the account can be read from it."""
        return self._cookie(self._sign("account", account)[:32])

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
        return _grouped(raw, _CODE_CHARS)

    def erasure_digest(self, code: str) -> str:
        """What the database knows of an erasure code; blanks, dashes and case do not matter."""
        plain = "".join(ch for ch in code.upper() if ch.isalnum())
        return self._sign("code", plain)

    def study_code_digest(self, code: str) -> str:
        """What the database knows of a participant's link."""
        return self._sign("study-code", code)

    def resume_digest(self, participant_id: str, code: str) -> str:
        """What the database knows of a resume code; blanks, dashes and case do not matter."""
        plain = "".join(ch for ch in code.upper() if ch.isalnum())
        return self._sign("study-resume", f"{participant_id}:{plain}")

    def study_browser(self, rater_digest: str) -> str:
        """What a study knows of a browser; not what the battles know, so that the two cannot be put together."""
        return self._sign("study-browser", rater_digest)

    def completion_code(self, participant_id: str) -> str:
        """The code that a participant gets at the end."""
        raw = hmac.new(self._secret, f"study-done:{participant_id}".encode(), hashlib.sha256).digest()
        return _grouped(raw, 10)

    def address_digest(self, prefix: str, day: str) -> str:
        """What the database knows, for two days, of an address prefix; another day gives another one."""
        return self._sign("address", f"{day}:{prefix}")[:32]

    def seal(self, purpose: str, text: str) -> str:
        """The signature of something that a browser keeps for us; good for this purpose only."""
        return self._sign("seal", f"{purpose}:{text}")

    def _cookie(self, nonce: str) -> str:
        return f"{nonce}.{self._sign('cookie', nonce)[:32]}"

    def _sign(self, label: str, text: str) -> str:
        return hmac.new(self._secret, f"{label}:{text}".encode(), hashlib.sha256).hexdigest()


def new_study_code() -> str:
    """A participant's link code: 120 random bits."""
    return secrets.token_urlsafe(15)


def new_resume_code() -> str:
    """A resume code: 75 random bits, in groups of five for reading aloud."""
    return _grouped(secrets.token_bytes(10), 15)


def _grouped(raw: bytes, chars: int) -> str:
    code = base64.b32encode(raw).decode()[:chars]
    return "-".join(code[i : i + 5] for i in range(0, chars, 5))
