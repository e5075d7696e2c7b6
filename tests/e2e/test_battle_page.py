"""A person and the battle page, in a real browser."""

import re
import sqlite3
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ANSWER, new_visitor, open_arena, send, wait_ready

pytestmark = pytest.mark.e2e


def votes(arena):
    with sqlite3.connect(arena.data / "arena.db") as db:
        return db.execute("select outcome, count(*) from vote group by outcome").fetchall()


def total(arena):
    return sum(n for _, n in votes(arena))


def test_from_prompt_to_vote_to_names_to_leaderboard(page, arena):
    before = total(arena)
    send(page)
    wait_ready(page)
    expect(page.locator("#answer-a")).to_contain_text("That sounds hard.")
    expect(page.locator("#answer-b li").first).to_have_text("a walk")
    assert "left-model" not in page.content().lower()
    page.click("#vote-b")
    expect(page.locator("#reveal")).to_contain_text("Left-Model")
    expect(page.locator("#reveal")).to_contain_text("Right-Model")
    expect(page.locator("#status")).to_contain_text("Your vote is saved")
    expect(page.locator("#prompt textarea")).to_be_disabled()
    assert total(arena) == before + 1
    page.goto(arena.url + "/leaderboard")
    expect(page.locator("#leaderboard .ranking")).to_contain_text("Left-Model")


def test_new_battle_after_the_vote_starts_from_the_empty_page(page):
    send(page)
    wait_ready(page)
    page.click("#vote-tie")
    page.click("#new-battle")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#reveal")).to_be_hidden()
    send(page, "And another one?")
    wait_ready(page)


def test_several_turns_before_the_vote(page):
    send(page, "first")
    wait_ready(page)
    send(page, "second")
    expect(page.locator(".turn")).to_have_count(2)
    wait_ready(page)
    expect(page.locator(".turn .said")).to_have_text(["first", "second"])


def test_stop_keeps_what_was_shown_and_lets_one_vote(page, play):
    play({"tokens": 400, "text": None, "rate": 40.0})
    send(page)
    page.wait_for_function("['a','b'].every(s => document.querySelector('#answer-' + s).textContent.length > 20)")
    page.click("#stop")
    wait_ready(page)
    expect(page.locator("#stop")).to_be_hidden()


def test_the_prompt_is_emptied_when_sent_and_kept_when_refused(page):
    box = page.locator("#prompt textarea")
    send(page, "   ")
    expect(page.locator("#status")).to_contain_text("write a message")
    expect(box).to_have_value("   ")
    box.fill("x" * 4001)
    page.click("#send")
    expect(page.locator("#status")).to_contain_text("4001 characters")
    assert len(box.input_value()) == 4001
    send(page, "fine")
    expect(box).to_have_value("")


def test_enter_sends(page):
    page.fill("#prompt textarea", "Hello")
    page.press("#prompt textarea", "Enter")
    wait_ready(page)


def test_keys_vote_but_not_while_typing_nor_in_the_first_second(page, arena):
    before = total(arena)
    send(page)
    wait_ready(page)
    page.locator("body").press("1")
    page.fill("#prompt textarea", "4 apples")
    page.press("#prompt textarea", "4")
    time.sleep(1.2)
    assert total(arena) == before
    page.locator("#prompt textarea").blur()
    page.keyboard.press("3")
    expect(page.locator("#reveal")).to_contain_text("Tie")


def test_an_example_goes_into_the_box(page, arena):
    page.locator(".chip").first.click()
    assert page.input_value("#prompt textarea")
    page.goto(arena.url + "/examples")
    link = page.locator("#examples li a").nth(3)
    text = link.inner_text()
    link.click()
    page.wait_for_selector("#prompt textarea")
    expect(page.locator("#prompt textarea")).to_have_value(text)


def test_reasons_and_comment_go_in_with_the_vote(page, arena):
    send(page)
    wait_ready(page)
    page.click("#why .label-wrap")
    page.locator("#tags-a label", has_text="natural").click()
    page.fill("#comment textarea", "like a friend")
    page.click("#vote-a")
    expect(page.locator("#reveal .card").first).to_be_visible()
    with sqlite3.connect(arena.data / "arena.db") as db:
        row = db.execute("select tags_a, comment from vote order by created_at desc limit 1").fetchone()
    assert "natural" in row[0]
    assert row[1] == "like a friend"


def test_double_clicks_and_two_tabs_are_one_vote(page, arena):
    send(page)
    wait_ready(page)
    other = page.context.new_page()
    open_arena(other, arena)
    wait_ready(other)
    before = total(arena)
    page.dblclick("#vote-a")
    other.click("#vote-b")
    expect(page.locator("#reveal .card").first).to_be_visible()
    expect(other.locator("#reveal")).to_contain_text("A is better")
    assert total(arena) == before + 1


def test_a_second_tab_attaches_to_the_running_battle(page, arena, play):
    play({"tokens": 120, "text": None, "rate": 40.0})
    send(page)
    page.wait_for_function("document.querySelector('#answer-a').textContent.length > 20")
    other = page.context.new_page()
    open_arena(other, arena)
    other.wait_for_function("document.querySelector('#answer-a').textContent.length > 20")
    wait_ready(other)
    assert other.inner_text("#answer-a") == page.inner_text("#answer-a")


def test_ten_refreshes_in_mid_stream_and_the_text_goes_on_where_it_is(page, play):
    play({"tokens": 500, "text": None, "rate": 40.0})
    send(page)
    shown = 0
    for _ in range(10):
        page.wait_for_function(f"(document.querySelector('#answer-a')?.textContent.length ?? 0) > {shown + 10}")
        shown = page.evaluate("document.querySelector('#answer-a').textContent.length")
        page.reload()
    page.wait_for_function(f"(document.querySelector('#answer-a')?.textContent.length ?? 0) > {shown + 10}")
    expect(page.locator(".turn")).to_have_count(1)
    page.click("#stop")
    wait_ready(page)


def test_a_refresh_after_the_vote_still_shows_who_was_who(page):
    send(page)
    wait_ready(page)
    page.click("#vote-a")
    expect(page.locator("#reveal .card").first).to_be_visible()
    page.reload()
    expect(page.locator("#reveal")).to_contain_text("Left-Model")
    expect(page.locator("#answer-a")).to_contain_text("That sounds hard.")


def test_markup_in_prompts_and_answers_is_harmless(page, play):
    hostile = "<img src=x onerror='window.hit=1'><script>window.hit=2</script>\n\n[x](javascript:window.hit=3) **ok**"
    play({"text": hostile})
    send(page, "<img src=x onerror='window.hit=4'>")
    wait_ready(page)
    expect(page.locator("#answer-a strong")).to_have_text("ok")
    assert page.evaluate("window.hit") is None
    assert page.locator("#transcript .turns img, #transcript .turns script").count() == 0


def test_one_failing_side_is_told_and_asked_again(page, play):
    play({"fault": "status", "fail_times": 2}, {"text": ANSWER})
    send(page)
    expect(page.locator("#status")).to_contain_text(re.compile(r"Model [AB] did not answer"))
    expect(page.locator("#vote-a")).to_be_disabled()
    page.click("#retry")
    wait_ready(page)


def test_the_page_switches_language_and_keeps_the_battle(page):
    send(page)
    wait_ready(page)
    page.click("#language")
    page.wait_for_url("**/zh/**")
    wait_ready(page)
    expect(page.locator("#vote-a")).to_contain_text("A 更好")
    page.click("#language")
    page.wait_for_url("**/?lang=en")
    wait_ready(page)
    expect(page.locator("#vote-a")).to_contain_text("A is better")


def test_a_chinese_browser_sees_chinese(browser, arena):
    with new_visitor(browser, lang="zh") as context:
        page = context.new_page()
        open_arena(page, arena)
        expect(page.locator("#send")).to_have_text("发送")
        assert page.evaluate("document.documentElement.lang") == "zh"


def test_the_theme_switch_is_kept(page):
    assert not page.evaluate("document.body.classList.contains('dark')")
    page.click("#theme")
    assert page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.wait_for_selector("#prompt textarea")
    page.wait_for_function("document.body.classList.contains('dark')")


def test_the_page_asks_nothing_of_other_hosts(browser, arena):
    with new_visitor(browser) as context:
        page = context.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        open_arena(page, arena)
        send(page)
        wait_ready(page)
    assert [url for url in asked if not url.startswith((arena.url, "data:", "blob:"))] == []


def test_on_a_phone_the_sides_are_tabs_and_nothing_scrolls_sideways(browser, arena):
    with new_visitor(browser, width=320) as context:
        page = context.new_page()
        open_arena(page, arena)
        send(page)
        wait_ready(page)
        expect(page.locator("#answer-a")).to_be_visible()
        expect(page.locator("#answer-b")).to_be_hidden()
        page.click(".tab.side-b")
        expect(page.locator("#answer-b")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.click("#vote-b")
        expect(page.locator("#reveal .card").first).to_be_visible()


def test_ones_votes_are_listed_and_can_be_erased_by_code(page, arena):
    send(page, "a very personal question")
    wait_ready(page)
    page.click("#vote-a")
    expect(page.locator("#reveal .card").first).to_be_visible()
    page.goto(arena.url + "/you")
    expect(page.locator("#your-votes")).to_contain_text("a very personal question")
    code = page.inner_text("#your-votes .code")
    page.fill("#erase-code textarea, #erase-code input", "AAAAA-AAAAA-AAAAA-AAAAA")
    page.click("#erase-button")
    expect(page.locator("#erase-status")).to_contain_text("No one has this code")
    page.fill("#erase-code textarea, #erase-code input", code)
    page.click("#erase-button")
    expect(page.locator("#erase-status")).to_contain_text("1 votes were withdrawn")
    expect(page.locator("#your-votes")).not_to_contain_text("personal")
