"""What the settings decide about logging in. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

BEGIN, CALLBACK, LOGOUT = "/login/huggingface", "/login/callback", "/logout"
MAX_WAY_BACK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login by an OpenID provider, as its client knows it.

    `url`: where people reach the arena, without a slash at the end. `provider`: the provider's address, which is also
    the issuer of its tokens. `admitted`: accounts and organisations by name, in small letters; empty for everybody.
    """

    url: str
    provider: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str = "openid profile"
    admitted: frozenset[str] = frozenset()

    @property
    def callback(self) -> str:
        """Where the provider sends people back to; the same as the provider knows it."""
        return f"{self.url}{CALLBACK}"

    @property
    def secure(self) -> bool:
        """Whether cookies may go over HTTPS only."""
        return self.url.startswith("https://")

    @property
    def audience(self) -> str:
        """Who this login is for. Sessions name it, so that they end when the settings change it."""
        return " ".join([self.provider, self.client_id, *sorted(self.admitted)])

    def admits(self, names: Iterable[str]) -> bool:
        """Whether one of an account's names, its own and those of its organisations, is on the list."""
        return not self.admitted or any(name.lower() in self.admitted for name in names)


def way_back(asked: str, pages: Collection[str]) -> str:
    """Where somebody goes after the login: a page of ours with its query, never another site; else the first page."""
    try:
        parts = urlsplit(asked)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path not in pages or len(asked) > MAX_WAY_BACK:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
