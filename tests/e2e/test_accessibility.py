"""Axe finds nothing wrong in any state of the pages, in both themes, on desktop and phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import ANSWER, new_visitor, open_arena, send, wait_ready

pytestmark = pytest.mark.e2e


def check(page, state):
    page.wait_for_timeout(200)  # colours fade in
    violations = Axe().run(page).response["violations"]
    told = [f"{v['id']}: {n['html'][:120]} ({n['failureSummary'][:200]})" for v in violations for n in v["nodes"]]
    assert told == [], state


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (390, "zh")])
def test_no_axe_violations_in_any_state_of_a_battle(browser, arena, play, theme, width, lang):
    with new_visitor(browser, width, theme, lang) as context:
        page = context.new_page()
        open_arena(page, arena)
        check(page, "empty")
        play({"tokens": 150, "text": None, "rate": 40.0, "first_s": 0.8})
        send(page)
        expect(page.locator(".wait").first).to_be_visible()
        check(page, "waiting")
        page.wait_for_function("document.querySelector('#answer-a').textContent.length > 20")
        check(page, "streaming")
        wait_ready(page)
        check(page, "ready")
        page.click("#why .label-wrap")
        check(page, "say why")
        page.click("#vote-a")
        expect(page.locator("#reveal .card").first).to_be_visible()
        check(page, "voted")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_axe_violations_when_something_went_wrong(browser, arena, play, theme):
    with new_visitor(browser, 1280, theme) as context:
        page = context.new_page()
        open_arena(page, arena)
        send(page, " ")
        expect(page.locator("#status .bad")).to_be_visible()
        check(page, "refused")
        play({"fault": "cut_midway"}, {"text": ANSWER})
        send(page)
        expect(page.locator("#retry")).to_be_visible()
        check(page, "failed")
        play({"text": "I am ChatGPT, a language model made by OpenAI."}, {"text": ANSWER})
        page.click("#new-battle")
        send(page)
        expect(page.locator("#status")).to_contain_text("will not count")
        check(page, "leak")
        play({"tokens": 600, "text": None, "rate": 40.0})
        page.click("#new-battle")
        send(page)
        page.wait_for_function("document.querySelector('#answer-a').textContent.length > 20")
        page.goto("about:blank")
        page.wait_for_timeout(6000)  # the grace for coming back is five seconds
        open_arena(page, arena)
        expect(page.locator("#retry")).to_be_visible()
        check(page, "interrupted")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["leaderboard", "examples", "you", "about"])
def test_no_axe_violations_on_the_other_pages(browser, arena, theme, path):
    with new_visitor(browser, 1280, theme) as context:
        page = context.new_page()
        page.goto(f"{arena.url}/{path}")
        expect(page.locator("section.page h1")).to_be_visible()
        check(page, path)


def test_a_screen_reader_hears_the_states_and_not_every_token(page):
    status = page.locator("#status [aria-live=polite]")
    expect(status).to_be_attached()
    assert page.locator("#transcript [aria-live]").count() == 0
    send(page)
    wait_ready(page)
    expect(status).to_contain_text("Read both, then vote")
