"""What happens to every request before a page or a handler sees it: the rater's cookie, origins, headers, language."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arena.abuse.address import address_hash, client_address
from arena.abuse.limits import Limiter
from arena.keys import COOKIE_NAME, Keys
from arena.ports import Clock
from arena.ui.doors import Doors
from arena.ui.password import PasswordDoor

ADDRESS = "arena_address"
"""The name in a request's state under which the hash of its address prefix is found."""
LANG_COOKIE = "arena_lang"
COOKIE_DAYS = 400
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""On every answer."""
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRules:
    """What the settings decide about requests.

    `in_frame`: the arena is shown inside another site's frame (a Hugging Face Space), so its cookie must be allowed
    there. `allowed_origins`: origins besides the arena's own that may post. `proxies`: how many proxies of ours stand
    in front and add to X-Forwarded-For. `password`: what everybody has to give, with any name; empty for none.
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


class Entrance(Protocol):
    """Decides who gets in at all."""

    async def refusal(self, scope: Scope, headers: Headers, address: str, /) -> Response | None:
        """The answer to somebody who does not; None for who does. `address` is the hash of where they come from."""


class WebGuard:
    """ASGI middleware around the whole app. `entrance`: who gets in where there is no password."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: Keys,
        rules: WebRules,
        doors: Doors,
        pages: Collection[str],
        clock: Clock,
        limiter: Limiter,
        entrance: Entrance | None = None,
    ) -> None:
        self._app = app
        self._keys = keys
        self._rules = rules
        self._clock = clock
        self._doors = doors
        self._entrance = PasswordDoor(rules.password, limiter) if rules.password else entrance
        self._pages = frozenset(pages)
        self._csp = content_security_policy(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the request, then pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = self._address(scope, headers)
        scope.setdefault("state", {})[ADDRESS] = address
        answer = self._refusal(scope, headers)
        if answer is None and self._entrance is not None:
            answer = await self._entrance.refusal(scope, headers, address)
        if answer is None and (language := self._redirect_language(scope, headers)) is not None:
            there = f"{scope.get('root_path', '')}/{language}{scope['path']}"
            query = scope.get("query_string", b"").decode("latin-1")
            answer = RedirectResponse(f"{there}?{query}" if query else there, status_code=307)
        await (answer or self._app)(
            scope, receive, self._with_headers(scope, headers, send, refused=answer is not None)
        )

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to a request that goes no further; None for one that may."""
        method = scope["method"]
        if method == "OPTIONS":
            return Response(status_code=204 if headers.get("origin") in self._rules.allowed_origins else 403)
        if method in _UNSAFE and not self._same_origin(headers):
            return JSONResponse({"error": "Requests from other sites are not accepted."}, status_code=403)
        if not self._doors.open(method, scope["path"]):
            return JSONResponse({"error": "There is nothing at this address."}, status_code=404)
        return None

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
        if scope["method"] != "GET" or scope["path"] not in ("/", "/study") or asked_language(scope):
            return None
        chosen = cookies_of(headers).get(LANG_COOKIE) or preferred_language(headers.get("accept-language", ""))
        return "zh" if chosen == "zh" else None

    def _with_headers(self, scope: Scope, headers: Headers, send: Send, *, refused: bool) -> Send:
        new_cookie = None
        path: str = scope["path"]
        is_page = path in self._pages and not refused
        if (is_page or (path.endswith("/config") and not refused)) and not self._known(headers):
            new_cookie = self._keys.new_cookie()
        language = asked_language(scope) if is_page else None
        secure = scope.get("scheme") == "https"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    out[name] = value
                self._set_origin(out, headers)
                if is_page:
                    out["Content-Security-Policy"] = self._csp
                    out["Cache-Control"] = "no-store"
                if new_cookie is not None:
                    out.append("set-cookie", cookie_header(COOKIE_NAME, new_cookie, self._rules, secure=secure))
                if language is not None:
                    chosen = cookie_header(LANG_COOKIE, language, self._rules, secure=secure, http_only=False)
                    out.append("set-cookie", chosen)
            await send(message)

        return send_with_headers

    def _set_origin(self, out: MutableHeaders, headers: Headers) -> None:
        """Say which other site's scripts may read this; Gradio would say so to some that we do not know."""
        for name in [name for name in out if name.startswith("access-control-")]:
            del out[name]
        origin = headers.get("origin")
        if origin in self._rules.allowed_origins:
            out["Access-Control-Allow-Origin"] = origin or ""
            out["Access-Control-Allow-Credentials"] = "true"
            out["Access-Control-Allow-Methods"] = "GET, POST"
            out["Access-Control-Allow-Headers"] = "Content-Type"
            out.add_vary_header("Origin")

    def _known(self, headers: Headers) -> bool:
        return self._keys.rater_digest(cookies_of(headers).get(COOKIE_NAME, "")) is not None


def cookie_header(
    name: str,
    value: str,
    rules: WebRules,
    *,
    secure: bool,
    http_only: bool = True,
    max_age: int = COOKIE_DAYS * 86400,
) -> str:
    """A cookie that the pages need wherever they are shown. `secure`: for HTTPS only."""
    parts = [f"{name}={value}", "Path=/", f"Max-Age={max_age}"]
    if http_only:
        parts.append("HttpOnly")
    if rules.in_frame:
        parts += ["SameSite=None", "Secure", "Partitioned"]
    else:
        parts += ["SameSite=Lax"] + (["Secure"] if secure else [])
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
