"""A scripted OpenID provider as Hugging Face is one: discovery, consent, codes with PKCE, signed tokens, userinfo.

A real server in a thread of its own, on loopback only. `with OpenIdProvider(callback) as provider:`; what it does
wrong is said by its attributes. Codes are good once, as they must be.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "the-arena", "canary-client-secret"
ACCESS = "canary-access-token-"


@cache
def signing_key(name: str = "first") -> RSAKey:
    """A key of the provider, made once in a test run."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"}, auto_kid=False)


@dataclass(frozen=True)
class Person:
    """Somebody with an account there."""

    sub: str
    name: str
    orgs: tuple[str, ...] = ()


ALICE = Person("65f0a1-alice", "Alice", ("Good-Org",))
BOB = Person("65f0a2-bob", "bob")
CAROL = Person("65f0a3-carol", "carol", ("Good-Org", "another"))


@dataclass
class OpenIdProvider:
    """The provider. `who` is logged in there; `consent` is `yes`, `no` or `ask` (a page with two links)."""

    callback: str = ""
    who: Person = ALICE
    consent: str = "yes"
    claims: dict[str, Any] = field(default_factory=dict)
    """What the next ID tokens say in place of the truth."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey = field(default_factory=signing_key)
    published: RSAKey = field(default_factory=signing_key)
    down: bool = False
    answer: bytes = b""
    """What the token endpoint answers, where it is no token."""
    paths: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, tuple[dict[str, str], Person]] = field(default_factory=dict)
    access: dict[str, Person] = field(default_factory=dict)

    def __enter__(self) -> Self:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider._serve(self, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                provider._serve(self, dict(parse_qsl(body.decode())))

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def _serve(self, request: BaseHTTPRequestHandler, form: Mapping[str, str]) -> None:
        parts = urlsplit(request.path)
        self.paths.append(parts.path)
        query = dict(parse_qsl(parts.query))
        if self.down:
            return _send(request, 503, b"away", "text/plain")
        match parts.path:
            case "/.well-known/openid-configuration":
                _json(request, 200, self._discovery() | self.metadata)
            case "/oauth/authorize":
                self._authorize(request, query)
            case "/oauth/jwks":
                _json(request, 200, KeySet([self.published]).as_dict(private=False))
            case "/oauth/token":
                self._token(request, form)
            case "/oauth/userinfo":
                self._userinfo(request)
            case _:
                _send(request, 404, b"nothing here", "text/plain")

    def _discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            **{f"{name}_endpoint": f"{self.url}/oauth/{path}" for name, path in _ENDPOINTS.items()},
            "jwks_uri": f"{self.url}/oauth/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def _authorize(self, request: BaseHTTPRequestHandler, query: dict[str, str]) -> None:
        right = {"client_id": CLIENT_ID, "redirect_uri": self.callback, "response_type": "code"}
        right |= {"code_challenge_method": "S256"}
        if {name: query.get(name) for name in right} != right or not {"state", "nonce", "code_challenge"} <= {*query}:
            return _send(request, 400, b"wrong request", "text/plain")
        if (consent := query.pop("consent", self.consent)) == "ask":
            links = "".join(
                f'<a id="{c}" href="/oauth/authorize?{urlencode({**query, "consent": c})}">{c}</a> '
                for c in ("yes", "no")
            )
            return _send(request, 200, f"<title>Provider</title>{links}".encode(), "text/html")
        self.asked.append(query)
        back = {"state": query["state"]}
        if consent == "yes":
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = (query, self.who)
        else:
            back |= {"error": "access_denied", "error_description": "The user said no."}
        request.send_response(302)
        request.send_header("Location", f"{self.callback}?{urlencode(back)}")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _token(self, request: BaseHTTPRequestHandler, form: Mapping[str, str]) -> None:
        if self.answer:
            return _send(request, 200, self.answer, "application/json")
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return _json(request, 401, {"error": "invalid_client"})
        asked, person = self.codes.pop(form.get("code", ""), ({}, BOB))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if challenge.decode().rstrip("=") != asked.get("code_challenge") or form["redirect_uri"] != self.callback:
            return _json(request, 400, {"error": "invalid_grant"})
        access = ACCESS + secrets.token_urlsafe(8)
        self.access[access] = person
        token = {"access_token": access, "token_type": "bearer", "expires_in": 3600, "scope": asked["scope"]}
        _json(request, 200, token | {"id_token": self._id_token(person, asked["nonce"])})

    def _id_token(self, person: Person, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "sub": person.sub, "iat": now, "exp": now + 300, "nonce": nonce}
        header = {"alg": "RS256", "kid": self.signs_with.kid}
        return jwt.encode(header, {k: v for k, v in (claims | self.claims).items() if v is not None}, self.signs_with)

    def _userinfo(self, request: BaseHTTPRequestHandler) -> None:
        person = self.access.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if person is None:
            return _json(request, 401, {"error": "invalid_token"})
        orgs = [{"sub": f"org-{name}", "name": name.title(), "preferred_username": name} for name in person.orgs]
        told = {"sub": person.sub, "name": "Canary Realname", "preferred_username": person.name, "orgs": orgs}
        _json(request, 200, told | self.userinfo)


_ENDPOINTS = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}


def _json(request: BaseHTTPRequestHandler, status: int, body: Mapping[str, Any]) -> None:
    _send(request, status, json.dumps(body).encode(), "application/json")


def _send(request: BaseHTTPRequestHandler, status: int, body: bytes, kind: str) -> None:
    request.send_response(status)
    request.send_header("Content-Type", kind)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


async def begin(client: httpx.AsyncClient, way_back: str = "/") -> str:
    """Begin a login and consent at the provider; the address with which the provider sends the browser back."""
    begun = await client.get("/login/huggingface", params={"next": way_back})
    assert begun.status_code == 303, begun.text
    async with httpx.AsyncClient(verify=False) as elsewhere:  # reading certificates would take longest
        consented = await elsewhere.get(begun.headers["location"])
    assert consented.status_code == 302, consented.text
    return consented.headers["location"]


async def log_in(client: httpx.AsyncClient, way_back: str = "/") -> httpx.Response:
    """Go the whole way."""
    return await client.get(await begin(client, way_back))
