"""The OpenID provider, by way of Authlib. Imported only where the login is on: its cryptography costs a start 0.2 s."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth, OAuthError
from joserfc.errors import JoseError

from arena.errors import LoginError, LoginTrouble
from arena.ui.login.cookies import Begun
from arena.ui.login.rules import Login

PATIENCE_S = 15.0
_LEEWAY_S = 60


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody whom the provider knows. `id` never changes; `names` are read only where there is a list of them."""

    id: str
    names: tuple[str, ...] = ()


class Provider:
    """Sends people to the provider, and asks it who came back. Raises `LoginError`."""

    def __init__(self, login: Login) -> None:
        self._login = login
        # Made once: each question is a client of its own for Authlib, and reading the certificates takes 0.1 s.
        certificates = httpx2.create_ssl_context()
        self._client: Any = OAuth().register(
            "provider",
            client_id=login.client_id,
            client_secret=login.client_secret,
            server_metadata_url=f"{login.provider}/.well-known/openid-configuration",
            client_kwargs={
                "scope": login.scopes,
                "code_challenge_method": "S256",
                "timeout": PATIENCE_S,
                "verify": certificates,
            },
        )

    async def begin(self, way_back: str) -> tuple[str, Begun]:
        """Where to send somebody who wants to log in, and what to remember meanwhile."""
        async with _in_our_words():
            await self._metadata()
            made = await self._client.create_authorization_url(self._login.callback)
            return made["url"], Begun(made["state"], made["nonce"], made["code_verifier"], way_back)

    async def account(self, code: str, begun: Begun) -> Account:
        """Who came back with this code. What the provider gives access to is forgotten at once."""
        async with _in_our_words():
            metadata = await self._metadata()
            token = await self._client.fetch_access_token(
                redirect_uri=self._login.callback, code=code, code_verifier=begun.verifier
            )
            # Authlib alone would accept a token without these claims' values, or none at all.
            expected = {"iss": {"essential": True, "value": metadata["issuer"]}}
            expected |= {"aud": {"essential": True, "value": self._login.client_id}, "sub": {"essential": True}}
            claims = await self._client.parse_id_token(
                token, nonce=begun.nonce, claims_options=expected, leeway=_LEEWAY_S
            )
            if claims is None:
                raise LoginError(LoginTrouble.PROVIDER, "no ID token")
            return Account(f"{metadata['issuer']} {claims['sub']}", await self._names(token, claims["sub"]))

    async def _metadata(self) -> Mapping[str, Any]:
        metadata: Mapping[str, Any] = await self._client.load_server_metadata()
        if metadata["issuer"].rstrip("/") != self._login.provider:
            raise LoginError(LoginTrouble.PROVIDER, "the provider's metadata names another issuer")
        return metadata

    async def _names(self, token: Mapping[str, Any], subject: str) -> tuple[str, ...]:
        if not self._login.admitted:
            return ()
        told = await self._client.userinfo(token=token)
        if told["sub"] != subject:
            raise LoginError(LoginTrouble.PROVIDER, "the provider told of another account")
        names = tuple(whose["preferred_username"] for whose in (told, *(told.get("orgs") or ())))
        if not all(isinstance(name, str) for name in names):
            raise LoginError(LoginTrouble.PROVIDER, "a name that is none")
        return names


@asynccontextmanager
async def _in_our_words() -> AsyncIterator[None]:
    """Give the provider some seconds, and say in our words what it did wrong: its answers may be of any shape."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield
    except OAuthError as error:
        stale = error.error == "invalid_grant"  # the code is old, or was used before
        raise LoginError(LoginTrouble.STALE if stale else LoginTrouble.PROVIDER, str(error.error)) from error
    except (httpx2.HTTPError, httpx2.InvalidURL, JoseError, TimeoutError) as error:
        raise LoginError(LoginTrouble.PROVIDER, type(error).__name__) from error
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise LoginError(LoginTrouble.PROVIDER, f"an unexpected answer: {type(error).__name__}") from error
