"""The login in a real browser, with a scripted provider."""

import pytest
from playwright.sync_api import expect

from arena.ui.login.cookies import SESSION_COOKIE
from arena.ui.login.text import EN, ZH
from tests.e2e.conftest import ANSWER, new_visitor, send, wait_ready
from tests.e2e.test_accessibility import check
from tests.support.app import running_app
from tests.support.openid_provider import ALICE, CAROL, CLIENT_ID, CLIENT_SECRET, OpenIdProvider
from tests.support.ports import free_port

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def provider():
    with OpenIdProvider(consent="ask") as it:
        yield it


@pytest.fixture(scope="module")
def behind_login(models, provider, tmp_path_factory):
    """An arena for one organisation."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    provider.callback = f"{url}/login/callback"
    names = ("login-left", "login-right")
    field = [models.contestant(name, text=ANSWER, rate=60.0) for name in names]
    client = {"OAUTH_CLIENT_ID": CLIENT_ID, "OAUTH_CLIENT_SECRET": CLIENT_SECRET, "OPENID_PROVIDER_URL": provider.url}
    client["GRADIO_SERVER_PORT"] = str(port)
    login = {"login": "huggingface", "login_allowed": "good-org", "public_url": url}
    folder = tmp_path_factory.mktemp("login")
    with running_app(folder, field, client, pacing="natural", check_votes="false", **login) as app:
        yield app


def log_in(page, app):
    """Go the whole way."""
    page.goto(app.url)
    page.click(f"text={EN.begin}")
    page.click("#yes")
    page.wait_for_selector("#prompt textarea")


def test_a_person_logs_in_votes_and_logs_out(browser, behind_login, provider):
    provider.who = ALICE
    with new_visitor(browser) as context:
        page = context.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(behind_login.url)
        check(page, "asked to log in")
        log_in(page, behind_login)
        assert page.url == f"{behind_login.url}/"
        send(page)
        wait_ready(page)
        page.click("#vote-a")
        expect(page.locator("#reveal .card").first).to_be_visible()
        page.goto(f"{behind_login.url}/you")
        expect(page.locator("#your-votes li")).to_have_count(1)
        page.click("#logout")
        check(page, "asked to log out")
        page.click(f"button:has-text('{EN.log_out}')")
        expect(page.locator("main")).to_contain_text(EN.logged_out)
        assert context.cookies() == []
        page.goto(behind_login.url)
        expect(page.locator(f"text={EN.begin}")).to_be_visible()
        assert problems == []


def test_a_chinese_phone_comes_back_to_the_page_it_came_for(browser, behind_login):
    with new_visitor(browser, 390, "dark", "zh") as context:
        page = context.new_page()
        page.goto(f"{behind_login.url}/zh/leaderboard")
        expect(page.locator("h1")).to_have_text(ZH.title)
        check(page, "asked to log in")
        page.click(f"text={ZH.begin}")
        page.click("#yes")
        page.wait_for_url(f"{behind_login.url}/zh/leaderboard")
        expect(page.locator("h1").first).to_be_visible()


def test_who_declines_reads_a_sentence_and_may_begin_again(browser, behind_login):
    with new_visitor(browser) as context:
        page = context.new_page()
        page.goto(behind_login.url)
        page.click(f"text={EN.begin}")
        page.click("#no")
        expect(page.locator("main")).to_contain_text("declined")
        check(page, "declined")
        page.click(f"text={EN.to_arena}")
        expect(page.locator(f"text={EN.begin}")).to_be_visible()


def test_when_a_session_ends_in_mid_battle_the_person_logs_in_beside_it_and_votes(browser, behind_login, provider):
    provider.who = CAROL
    with new_visitor(browser) as context:
        page = context.new_page()
        log_in(page, behind_login)
        send(page, "Before the end")
        wait_ready(page)
        page.fill("#prompt textarea", "Not sent yet")
        context.clear_cookies(name=SESSION_COOKIE)
        page.click("#vote-a")
        expect(page.locator("#login-ended")).to_contain_text(EN.ended)
        check(page, "login ended")
        with context.expect_page() as opened:
            page.click("#login-ended a")
        opened.value.click("#yes")
        opened.value.wait_for_selector("#prompt textarea")
        expect(page.locator("#prompt textarea")).to_have_value("Not sent yet")
        page.click("#vote-a")
        expect(page.locator("#reveal .card").first).to_be_visible()
        expect(page.locator("#login-ended")).to_have_count(0)
