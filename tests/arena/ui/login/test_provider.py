"""A provider, or somebody in its place, whose answers are not to be believed."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from arena.errors import LoginError, LoginTrouble
from arena.ui.login.provider import Provider
from tests.arena.ui.login.place import login_at
from tests.support.openid_provider import ALICE, CLIENT_ID, CLIENT_SECRET, signing_key

pytestmark = pytest.mark.integration


class Visit:
    """One login at the provider, as the arena sees it."""

    def __init__(self, provider, **changes):
        login = login_at(provider, **changes)
        provider.callback = login.callback
        self.provider = provider
        self.ours = Provider(login)

    async def account(self, **begun_changes):
        _, begun = await self.ours.begin("/")
        asked = {"code_challenge": challenge(begun.verifier), "nonce": begun.nonce, "scope": "openid profile"}
        self.provider.codes["code"] = (asked, self.provider.who)
        return await self.ours.account("code", replace(begun, **begun_changes))


def challenge(verifier):
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    return create_s256_code_challenge(verifier)


async def refusal(visit, **begun_changes):
    with pytest.raises(LoginError) as refused:
        await visit.account(**begun_changes)
    return refused.value


async def test_an_account_is_known_by_issuer_and_number(provider):
    account = await Visit(provider).account()
    assert account.id == f"{provider.url} {ALICE.sub}"
    assert account.names == ()


async def test_names_are_asked_for_where_there_is_a_list(provider):
    account = await Visit(provider, admitted=frozenset({"x"})).account()
    assert account.names == ("Alice", "Good-Org")


async def test_an_account_without_organisations_has_its_name_only(provider):
    provider.userinfo = {"orgs": None}
    assert (await Visit(provider, admitted=frozenset({"x"})).account()).names == ("Alice",)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.test"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT_ID},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"exp": None},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 7200},
    ],
    ids=lambda claims: next(iter(claims)),  # not the times: each worker of a parallel run would have its own
)
async def test_a_token_that_is_not_for_this_login_is_refused(provider, claims):
    provider.claims = claims
    assert (await refusal(Visit(provider))).trouble is LoginTrouble.PROVIDER


async def test_a_nonce_of_another_login_is_refused(provider):
    assert (await refusal(Visit(provider), nonce="that of another login")).trouble is LoginTrouble.PROVIDER


async def test_without_the_verifier_a_code_is_worth_nothing(provider):
    assert (await refusal(Visit(provider), verifier="x" * 48)).trouble is LoginTrouble.STALE


async def test_a_token_signed_by_somebody_else_is_refused(provider):
    provider.signs_with = signing_key("stranger")
    assert (await refusal(Visit(provider))).trouble is LoginTrouble.PROVIDER


async def test_a_provider_may_change_its_key_while_the_arena_runs(provider):
    visit = Visit(provider)
    await visit.account()
    provider.signs_with = provider.published = signing_key("second")
    assert (await visit.account()).id.endswith(ALICE.sub)


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"null", b"not json", b'{"access_token": "a", "id_token": "x.y.z"}'])
async def test_an_answer_of_another_shape_is_a_trouble_and_no_crash(provider, answer):
    provider.answer = answer
    assert (await refusal(Visit(provider))).trouble is LoginTrouble.PROVIDER


@pytest.mark.parametrize("metadata", [{"issuer": "https://evil.test"}, {"issuer": None}, {"jwks_uri": 7}])
async def test_metadata_of_another_provider_are_refused(provider, metadata):
    provider.metadata = metadata
    assert (await refusal(Visit(provider))).trouble is LoginTrouble.PROVIDER


@pytest.mark.parametrize("userinfo", [{"sub": "another"}, {"sub": None}, {"preferred_username": None}, {"orgs": 7}])
async def test_userinfo_of_somebody_else_or_of_another_shape_is_refused(provider, userinfo):
    provider.userinfo = userinfo
    visit = Visit(provider, admitted=frozenset({"alice"}))
    assert (await refusal(visit)).trouble is LoginTrouble.PROVIDER


async def test_a_wrong_secret_is_a_trouble_for_the_operator_and_not_shown(provider):
    wrong = await refusal(Visit(provider, client_secret="canary-wrong"))
    assert wrong.trouble is LoginTrouble.PROVIDER
    assert "invalid_client" in wrong.detail
    assert not {word for word in ("canary-wrong", CLIENT_SECRET) if word in str(wrong)}


async def test_a_provider_that_is_not_there_is_a_trouble(provider):
    nowhere = Provider(replace(login_at(provider), provider="http://127.0.0.1:9"))
    with pytest.raises(LoginError) as refused:
        await nowhere.begin("/")
    assert refused.value.trouble is LoginTrouble.PROVIDER
