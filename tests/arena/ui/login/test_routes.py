"""The whole way to the provider and back, and what people try on it."""

from __future__ import annotations

from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pytest

from arena.errors import LoginTrouble
from arena.keys import COOKIE_NAME
from arena.ui.login.cookies import BEGUN_COOKIE, SESSION_COOKIE
from arena.ui.login.text import EN, ZH
from arena.ui.web import WebRules
from tests.arena.ui.login.place import KEYS, URL, place
from tests.support.openid_provider import ACCESS, ALICE, BOB, CLIENT_SECRET, begin, log_in

pytestmark = pytest.mark.integration

EVERYTHING = [
    ("GET", "/"), ("GET", "/leaderboard"), ("GET", "/zh/"), ("GET", "/config"), ("GET", "/arena/events/none"),
    ("POST", "/gradio_api/run/send"), ("POST", "/gradio_api/queue/join"),
]  # fmt: skip


def set_cookies(response):
    """The cookies of a response, with their attributes."""
    found = {}
    for header in response.headers.get_list("set-cookie"):
        found |= {name: morsel for name, morsel in SimpleCookie(header).items()}
    return found


def says(response, trouble):
    return EN.trouble[trouble] in response.text and ZH.trouble[trouble] in response.text


async def test_who_has_not_logged_in_gets_nothing_but_the_way_to_the_login(provider):
    async with place(provider).browser() as browser:
        for method, path in EVERYTHING:
            refused = await browser.request(method, path)
            assert refused.status_code == 401, path
            assert "set-cookie" not in refused.headers
            assert "nobody" not in refused.text
        assert (await browser.get("/healthz")).status_code == 200


async def test_a_page_asks_for_the_login_in_both_languages_and_a_program_reads_a_sentence(provider):
    async with place(provider).browser() as browser:
        page = await browser.get("/study?code=a-b", headers={"accept-language": "zh-CN"})
        assert f'href="{URL}/login/huggingface?next=%2Fstudy%3Fcode%3Da-b"' in page.text
        assert page.text.index(ZH.begin) < page.text.index(EN.begin)
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        program = await browser.post("/gradio_api/run/send", headers={"accept": "*/*"})
        assert program.json() == {"error": "This arena needs a login with Hugging Face."}
        assert len(program.content) < 300


async def test_after_the_login_everything_is_open_and_the_person_is_where_they_were_going(provider):
    async with place(provider).browser() as browser:
        back = await log_in(browser, "/study?code=a-b")
        assert (back.status_code, back.headers["location"]) == (303, f"{URL}/study?code=a-b")
        for method, path in EVERYTHING:
            assert (await browser.request(method, path)).status_code == 200, path


async def test_the_provider_is_asked_with_pkce_state_and_nonce_and_for_no_more_than_is_needed(provider):
    async with place(provider).browser() as browser:
        await log_in(browser)
        await log_in(browser)
    first, second = provider.asked
    assert first["scope"] == "openid profile"
    assert first["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 20
        assert first[name] != second[name]
    assert "/oauth/userinfo" not in provider.paths


async def test_one_account_is_one_rater_in_every_browser(provider):
    here = place(provider)

    async def rater():
        async with here.browser() as browser:
            await log_in(browser)
            return (await browser.get("/")).text

    alice = await rater()
    assert alice == await rater()
    provider.who = BOB
    assert await rater() not in (alice, "nobody")


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites_and_say_nothing_of_the_account(provider):
    async with place(provider, url="https://arena.test").browser() as browser:
        begun = set_cookies(await browser.get("/login/huggingface"))[BEGUN_COOKIE]
        back = await log_in(browser)
        session, rater = set_cookies(back)[SESSION_COOKIE], set_cookies(back)[COOKIE_NAME]
        for cookie in (begun, session, rater):
            assert cookie["httponly"]
            assert cookie["secure"]
            assert cookie["samesite"].lower() == "lax"
        assert int(session["max-age"]) == 86400
        kept = repr(back.headers) + repr(browser.cookies)
        for word in (ALICE.sub, ALICE.name, ACCESS, CLIENT_SECRET, "Realname"):
            assert word not in kept
        assert BEGUN_COOKIE not in browser.cookies


async def test_on_http_cookies_are_not_marked_secure(provider):
    async with place(provider).browser() as browser:
        assert not set_cookies(await log_in(browser))[SESSION_COOKIE]["secure"]


async def test_a_session_ends_after_a_day(provider):
    here = place(provider)
    async with here.browser() as browser:
        await log_in(browser)
        here.clock.ahead = timedelta(days=1, seconds=1)
        assert (await browser.get("/")).status_code == 401


async def test_logging_out_asks_first_and_then_takes_all_cookies(provider):
    async with place(provider).browser() as browser:
        await log_in(browser)
        asked = await browser.get("/logout")
        assert '<form method="post" action="./logout">' in asked.text
        assert (await browser.get("/")).status_code == 200
        left = await browser.post("/logout")
        assert EN.logged_out in left.text
        assert dict(browser.cookies) == {}
        assert (await browser.get("/")).status_code == 401


async def test_another_site_cannot_log_a_person_out(provider):
    async with place(provider).browser() as browser:
        await log_in(browser)
        assert (await browser.post("/logout", headers={"origin": "https://evil.test"})).status_code == 403
        assert (await browser.get("/")).status_code == 200


@pytest.mark.parametrize("foreign", ["https://evil.test/", "//evil.test/leaderboard", "/\\evil.test", "/healthz"])
async def test_no_login_leads_to_another_site(provider, foreign):
    async with place(provider).browser() as browser:
        assert (await log_in(browser, foreign)).headers["location"] == f"{URL}/"


async def test_a_state_that_this_browser_did_not_begin_is_refused(provider):
    here = place(provider)
    async with here.browser() as attacker, here.browser() as victim:
        theirs = await begin(attacker)
        for cookies in ("none", "their own"):
            if cookies == "their own":
                await begin(victim)
            lured = await victim.get(theirs)
            assert lured.status_code == 400
            assert says(lured, LoginTrouble.STALE)
            assert (await victim.get("/")).status_code == 401
    assert "/oauth/token" not in provider.paths


@pytest.mark.parametrize("change", [{"state": "wrong"}, {"state": ""}, {"code": ""}, {"code": "guess"}])
async def test_a_changed_answer_of_the_provider_is_refused(provider, change):
    async with place(provider).browser() as browser:
        query = {name: values[0] for name, values in parse_qs(urlsplit(await begin(browser)).query).items()}
        refused = await browser.get("/login/callback", params=query | change)
        assert refused.status_code == 400
        assert says(refused, LoginTrouble.STALE)
        assert SESSION_COOKIE not in browser.cookies


@pytest.mark.parametrize(
    "query",
    ["", "state", "state=%ff%fe&code=%00", "state=a&state=b", "code=" + "x" * 5000, "error=access_denied", "&&="],
)
async def test_nothing_that_is_sent_to_the_callback_breaks_it(provider, query):
    async with place(provider).browser() as browser:
        for cookie in ("", "=", f"{BEGUN_COOKIE}=W10.0; {BEGUN_COOKIE}=", f"{BEGUN_COOKIE}=\xff.\xfe", "a;;b"):
            answer = await browser.get(f"/login/callback?{query}", headers={"cookie": cookie.encode("latin-1")})
            assert answer.status_code == 400, cookie
            assert says(answer, LoginTrouble.STALE)


async def test_a_code_is_used_once_also_by_who_kept_all_cookies(provider):
    async with place(provider).browser() as browser:
        answer = await begin(browser)
        kept = browser.cookies[BEGUN_COOKIE]
        assert (await browser.get(answer)).status_code == 303
        browser.cookies.clear()
        browser.cookies.set(BEGUN_COOKIE, kept)
        replayed = await browser.get(answer)
        assert replayed.status_code == 400
        assert says(replayed, LoginTrouble.STALE)
    assert provider.paths.count("/oauth/token") == 1


async def test_a_code_that_the_provider_does_not_take_is_refused(provider):
    async with place(provider).browser() as browser:
        answer = await begin(browser)
        provider.codes.clear()
        refused = await browser.get(answer)
        assert refused.status_code == 400
        assert says(refused, LoginTrouble.STALE)


async def test_a_login_takes_ten_minutes_at_most(provider):
    here = place(provider)
    async with here.browser() as browser:
        answer = await begin(browser)
        here.clock.ahead = timedelta(minutes=10)
        assert (await browser.get(answer)).status_code == 400


async def test_a_changed_session_is_none(provider):
    async with place(provider).browser() as browser:
        await log_in(browser)
        session = browser.cookies[SESSION_COOKIE]
        for forged in (session[:-1] + ("0" if session[-1] != "0" else "1"), "9" + session, session.partition(".")[2]):
            cookies = f"{SESSION_COOKIE}={forged}; {COOKIE_NAME}={browser.cookies[COOKIE_NAME]}"
            async with place(provider).browser() as thief:
                assert (await thief.get("/", headers={"cookie": cookies})).status_code == 401


async def test_a_session_lets_nobody_be_another_rater(provider):
    async with place(provider).browser() as browser:
        await log_in(browser)
        session = f"{SESSION_COOKIE}={browser.cookies[SESSION_COOKIE]}"
        mine, other = (f"{COOKIE_NAME}={value}" for value in (browser.cookies[COOKIE_NAME], KEYS.new_cookie()))
        browser.cookies.clear()

        async def status(*cookies):
            header = "; ".join(cookies).encode("latin-1")
            return (await browser.get("/", headers={"cookie": header})).status_code

        assert await status(session, mine) == 200
        assert await status(session) == await status(session, other) == await status(mine) == 401
        # Parsers of cookies disagree about what comes after something that is no cookie.
        for odd in ("bad", "é=1", "a b=1", ";;", '"'):
            assert await status(mine, session, odd, other) == 401, odd


async def test_a_list_lets_in_accounts_and_members_of_organisations_and_nobody_else(provider):
    for name, who, status in (("alice", ALICE, 303), ("good-org", ALICE, 303), ("good-org", BOB, 403)):
        provider.who = who
        async with place(provider, admitted=frozenset({name})).browser() as browser:
            back = await log_in(browser)
            assert back.status_code == status, (name, who)
            if status == 403:
                assert says(back, LoginTrouble.NOT_ADMITTED)
                assert SESSION_COOKIE not in browser.cookies
                assert EN.for_invited in (await browser.get("/")).text


async def test_who_declines_at_the_provider_reads_so(provider):
    provider.consent = "no"
    async with place(provider).browser() as browser:
        declined = await log_in(browser)
        assert declined.status_code == 403
        assert says(declined, LoginTrouble.DENIED)
        assert "The user said no" not in declined.text


async def test_when_the_provider_is_away_people_read_so_at_both_ends_and_later_it_works(provider):
    async with place(provider).browser() as browser:
        provider.down = True
        away = await browser.get("/login/huggingface")
        assert away.status_code == 502
        assert says(away, LoginTrouble.PROVIDER)
        provider.down = False
        answer = await begin(browser)
        provider.down = True
        assert says(await browser.get(answer), LoginTrouble.PROVIDER)
        provider.down = False
        assert (await log_in(browser)).status_code == 303


async def test_after_twenty_failures_in_a_minute_a_network_has_to_wait(provider):
    here = place(provider)
    async with here.browser() as browser:
        for _ in range(20):
            assert (await browser.get("/login/callback?state=guess&code=guess")).status_code == 400
        waits = await browser.get(await begin_elsewhere(provider))
        assert waits.status_code == 429
        assert "seconds" in waits.text
        assert "秒" in waits.text
        assert (await browser.get("/login/huggingface")).status_code == 429
        here.clock.ahead = timedelta(minutes=1, seconds=1)
        assert (await log_in(browser)).status_code == 303


async def begin_elsewhere(provider):
    async with place(provider).browser() as browser:
        return await begin(browser)


async def test_declining_twenty_times_locks_nobody_out(provider):
    async with place(provider).browser() as browser:
        provider.consent = "no"
        for _ in range(21):
            assert (await log_in(browser)).status_code == 403
        provider.consent = "yes"
        assert (await log_in(browser)).status_code == 303


async def test_in_a_frame_the_login_opens_in_a_tab_of_its_own(provider):
    async with place(provider, WebRules(in_frame=True), url="https://arena.test").browser() as browser:
        framed = await browser.get("/", headers={"sec-fetch-dest": "iframe"})
        assert 'target="_blank"' in framed.text
        assert EN.own_tab in framed.text
        assert "frame-ancestors *" in framed.headers["content-security-policy"]
        alone = await browser.get("/", headers={"sec-fetch-dest": "document"})
        assert "_blank" not in alone.text
        rater = (await log_in(browser)).headers.get_list("set-cookie")[0]
        assert rater.startswith(COOKIE_NAME)
        assert rater.endswith("HttpOnly; SameSite=None; Secure; Partitioned")
