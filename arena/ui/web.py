"""What happens to every request before a page or a handler sees it: the rater's cookie, origins, headers, language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.abuse.address import address_hash, client_address
from arena.keys import COOKIE_NAME, Keys
from arena.ports import Clock

ADDRESS = "arena_address"
"""The name in a request's state under which the hash of its address prefix is found."""
LANG_COOKIE = "arena_lang"
COOKIE_DAYS = 400
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRules:
    """What the settings decide about requests.

    `in_frame`: the arena is shown inside another site's frame (a Hugging Face Space), so its cookie must be allowed
    there. `allowed_origins`: origins besides the arena's own that may post. `proxies`: how many proxies of ours stand in
    front and add to X-Forwarded-For. `password`: what everybody has to give, with any name; empty for none.
    """

    in_frame: bool = False
    allowed_origins: Collection[str] = ()
    proxies: int = 0
    password: str = ""


def content_security_policy(rules: WebRules) -> str:
    """The page loads nothing from outside; Gradio needs inline and evaluated scripts of its own."""
    ancestors = "*" if rules.in_frame else "'self'"
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
        f"form-action 'self'; frame-ancestors {ancestors}"
    )


class WebGuard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, keys: Keys, rules: WebRules, pages: Collection[str], clock: Clock) -> None:
        self._app = app
        self._keys = keys
        self._rules = rules
        self._clock = clock
        self._pages = frozenset(pages)
        self._csp = content_security_policy(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, then pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        scope.setdefault("state", {})[ADDRESS] = self._address(scope, headers)
        if scope["method"] in _UNSAFE and not self._same_origin(headers):
            refused = JSONResponse({"error": "Requests from other sites are not accepted."}, status_code=403)
            await refused(scope, receive, send)
            return
        if (language := self._redirect_language(scope, headers)) is not None:
            await RedirectResponse(f"{scope.get('root_path', '')}/{language}/", status_code=307)(scope, receive, send)
            return
        await self._app(scope, receive, self._with_headers(scope, headers, send))

    def _address(self, scope: Scope, headers: Headers) -> str:
        peer = (scope.get("client") or ("",))[0]
        address = client_address(peer, headers.getlist("x-forwarded-for"), self._rules.proxies)
        return address_hash(address, self._keys, self._clock.now())

    def _same_origin(self, headers: Headers) -> bool:
        """Programs send no Origin and are welcome; browsers do, and it must be ours."""
        origin = headers.get("origin")
        if origin is None or origin in self._rules.allowed_origins:
            return True
        hosts = {headers.get("host", ""), headers.get("x-forwarded-host", "")}
        return urlsplit(origin).netloc in hosts - {""}

    def _redirect_language(self, scope: Scope, headers: Headers) -> str | None:
        if scope["method"] != "GET" or scope["path"] != "/" or asked_language(scope):
            return None
        chosen = cookies_of(headers).get(LANG_COOKIE) or preferred_language(headers.get("accept-language", ""))
        return "zh" if chosen == "zh" else None

    def _with_headers(self, scope: Scope, headers: Headers, send: Send) -> Send:
        new_cookie = None
        path: str = scope["path"]
        is_page = path in self._pages
        if (is_page or path.endswith("/config")) and not self._known(headers):
            new_cookie = self._keys.new_cookie()
        language = asked_language(scope) if is_page else None

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                out["X-Content-Type-Options"] = "nosniff"
                out["Referrer-Policy"] = "same-origin"
                if is_page:
                    out["Content-Security-Policy"] = self._csp
                    out["Cache-Control"] = "no-store"
                if new_cookie is not None:
                    out.append("set-cookie", self._cookie(COOKIE_NAME, new_cookie, scope, http_only=True))
                if language is not None:
                    out.append("set-cookie", self._cookie(LANG_COOKIE, language, scope, http_only=False))
            await send(message)

        return send_with_headers

    def _known(self, headers: Headers) -> bool:
        return self._keys.rater_digest(cookies_of(headers).get(COOKIE_NAME, "")) is not None

    def _cookie(self, name: str, value: str, scope: Scope, *, http_only: bool) -> str:
        parts = [f"{name}={value}", "Path=/", f"Max-Age={COOKIE_DAYS * 86400}"]
        if http_only:
            parts.append("HttpOnly")
        if self._rules.in_frame:
            parts += ["SameSite=None", "Secure", "Partitioned"]
        else:
            parts += ["SameSite=Lax"] + (["Secure"] if scope.get("scheme") == "https" else [])
        return "; ".join(parts)


def cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The cookies of a request; an unreadable header has none."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def asked_language(scope: Scope) -> str | None:
    """The language that the address asks for with `?lang=`."""
    query: bytes = scope.get("query_string", b"")
    asked = parse_qs(query.decode("latin-1")).get("lang", [""])[0]
    return asked if asked in ("en", "zh") else None


def preferred_language(accept: str) -> str:
    """`zh` when a browser prefers Chinese to English, else `en`."""
    best, best_q = "en", 0.0
    for part in accept.split(","):
        tag, _, params = part.strip().partition(";")
        try:
            q = float(params.partition("=")[2]) if params else 1.0
        except ValueError:
            continue
        primary = tag.strip().lower().split("-")[0]
        if primary in ("en", "zh") and q > best_q:
            best, best_q = primary, q
    return best
