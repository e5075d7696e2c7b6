"""More people than slots, in real browsers: a place that moves, a battle that begins by itself."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ANSWER, new_visitor, open_arena, send, wait_ready
from tests.support.app import running_app

pytestmark = pytest.mark.e2e


NAMES = ("narrow-left", "narrow-right")


@pytest.fixture(scope="module")
def narrow(models, tmp_path_factory):
    """An arena with one slot."""
    field = [models.contestant(name, text=ANSWER, rate=60.0) for name in NAMES]
    room = {"max_live_battles": "1", "max_waiting": "3"}
    with running_app(tmp_path_factory.mktemp("narrow"), field, pacing="natural", check_votes="false", **room) as app:
        yield app


@pytest.fixture
def hold(models, narrow):
    """Somebody takes the slot until they press Stop; whoever comes after them gets short answers."""

    def take(page):
        for name in NAMES:
            models.script(name, tokens=2000, rate=20.0)
        send(page, "I was here first")
        page.wait_for_function("document.querySelector('#answer-a').textContent.length > 10")
        for name in NAMES:
            models.script(name, text=ANSWER, rate=20.0)

    return take


@pytest.fixture
def people(browser, narrow):
    """Opens pages of new visitors."""
    with ExitStack() as stack:

        def arrive(lang="en", width=1280):
            page = stack.enter_context(new_visitor(browser, width=width, lang=lang)).new_page()
            open_arena(page, narrow, "/" if lang == "en" else "/zh/")
            return page

        yield arrive


def test_a_person_beyond_the_slots_sees_a_place_that_moves_and_then_the_battle(people, hold):
    first, second, third = people(), people(), people("zh", 390)
    hold(first)
    expect(first.locator("#stop")).to_have_text("Stop")
    send(second, "Me too")
    expect(second.locator("#status")).to_contain_text("You are 1st in line")
    expect(second.locator("#prompt textarea")).to_have_value("Me too")
    expect(second.locator("#prompt textarea")).to_be_disabled()
    expect(second.locator("#send")).to_be_hidden()
    send(third, "我也来")
    expect(third.locator("#status")).to_contain_text("第 2 位")
    first.click("#stop")
    expect(third.locator("#status")).to_contain_text("第 1 位")
    expect(second.locator("#prompt textarea")).to_have_value("")
    expect(second.locator(".turn .said")).to_have_text(["Me too"])
    expect(second.locator("#stop")).to_have_text("Stop")
    wait_ready(second)
    wait_ready(third)
    expect(third.locator(".turn .said")).to_have_text(["我也来"])


def line_of_two(people, hold):
    """One who holds the slot, and two who wait for it."""
    first, second, third = people(), people(), people()
    hold(first)
    send(second, "Me too")
    expect(second.locator("#status")).to_contain_text("1st in line")
    send(third, "And me")
    expect(third.locator("#status")).to_contain_text("2nd in line")
    return first, second, third


def test_a_refresh_keeps_the_place_and_leaving_keeps_the_message(people, hold):
    first, second, third = line_of_two(people, hold)
    second.reload()
    expect(second.locator("#status")).to_contain_text("1st in line")
    expect(second.locator("#prompt textarea")).to_have_value("Me too")
    expect(second.locator("#stop")).to_have_text("Leave the line")
    second.click("#stop")
    expect(second.locator("#status")).to_contain_text("You have left the line")
    expect(second.locator("#prompt textarea")).to_have_value("Me too")
    expect(second.locator("#send")).to_be_visible()
    expect(third.locator("#status")).to_contain_text("1st in line")
    first.click("#stop")
    wait_ready(third)


def test_a_further_turn_waits_too_and_the_conversation_stays_in_sight(people, hold):
    first, second = people(), people()
    send(second, "Good morning")
    wait_ready(second)
    hold(first)
    send(second, "And then?")
    expect(second.locator("#status")).to_contain_text("1st in line")
    expect(second.locator(".turn .said")).to_have_text(["Good morning"])
    expect(second.locator("#vote-a")).to_be_hidden()
    first.click("#stop")
    wait_ready(second)
    expect(second.locator(".turn .said")).to_have_text(["Good morning", "And then?"])


def test_a_closed_tab_gives_its_place_to_the_next(people, hold):
    first, second, third = line_of_two(people, hold)
    second.close()
    expect(third.locator("#status")).to_contain_text("1st in line", timeout=15_000)
    first.click("#stop")
    wait_ready(third)
    expect(third.locator(".turn .said")).to_have_text(["And me"])
