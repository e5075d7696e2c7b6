"""Twelve people in twelve browsers: refreshes, a lost connection, a failing model, a withdrawal and its replacement.

Twelve complete sheets, a balanced order, and a report whose every figure equals a recount from the export.
"""

import csv
import html
import io
import json
import re
from collections import Counter

import pytest
from playwright.sync_api import sync_playwright
from scipy.stats import binomtest

from tests.e2e.conftest import ANSWER, CHROMIUM, FLAGS, new_visitor
from tests.support.app import running_app
from tests.support.model_server import ModelServer
from tests.support.stranger import alike, recount
from tests.support.study_browser import Participant, command, make_study

pytestmark = [pytest.mark.long, pytest.mark.e2e]

BETWEEN = ("canary-one", "canary-two")
ANSWERS = {"age_group": "25_34", "familiarity": "3", "ai_tone": "yes", "guess": "dont_know"}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def models():
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="module")
def app(models, tmp_path_factory):
    field = [models.contestant(name, text=ANSWER, rate=200.0) for name in BETWEEN]
    with running_app(tmp_path_factory.mktemp("twelve"), field) as app:
        yield app


def script(models, **script):
    for name in BETWEEN:
        models.script(name, **({"text": ANSWER, "rate": 200.0} | script))


def with_a_refresh(person, _models):
    person.page.wait_for_selector(".talk")
    person.say()
    person.page.reload()
    person.page.wait_for_selector(".talk, .question")


def with_a_lost_connection(person, _models):
    person.page.wait_for_selector(".talk")
    person.page.fill("#prompt textarea", "How are you?")
    person.page.click("#send")
    person.page.wait_for_selector(".talk[data-state=streaming]")
    person.page.context.set_offline(True)
    person.page.wait_for_timeout(1500)
    person.page.context.set_offline(False)
    person.page.reload()
    person.page.wait_for_selector(".talk:not([data-state=streaming]), .question", timeout=30_000)


def with_a_failing_model(person, models):
    script(models, fault="status", status=500)
    person.page.wait_for_selector(".talk")
    person.say()
    script(models)
    person.page.click("#retry")
    person.page.wait_for_selector(".talk[data-state=ready], #over:visible", timeout=30_000)


TROUBLES = {2: with_a_refresh, 5: with_a_lost_connection, 8: with_a_failing_model}


def talk(person, models, trouble):
    if trouble is None:
        person.talk()
        return
    trouble(person, models)
    until_over(person)


def until_over(person):
    """Where a page was loaded anew after the time was up, the questions are there at once."""
    person.page.wait_for_selector("#over:visible, .question", timeout=60_000)
    if person.page.locator("#over").is_visible():
        person.page.click("#over")


def whole_study(browser, models, number, link):
    """One participant; who they prefer and whom they felt understood by depends on their number."""
    values = ANSWERS | {"prefer": "1" if number % 3 else "2", "understood": "yes" if number % 2 else "no"}
    with new_visitor(browser, *((390, "dark", "zh") if number % 4 == 0 else (1280, "light", "en"))) as context:
        person = Participant(context.new_page())
        person.enter(link)
        person.answer_all(".talk", values)
        talk(person, models, TROUBLES.get(number))
        person.answer_all("[data-stage=break]", values)
        person.rest()
        talk(person, models, None)
        person.answer_all("[data-stage=done]", values)
        return person.page.inner_text("#completion")


def leaves(browser, link):
    with new_visitor(browser) as context:
        person = Participant(context.new_page())
        person.enter(link)
        person.page.click(".more summary")
        person.page.click("[data-act=withdraw]")
        person.page.wait_for_selector("[data-stage=withdrawn]")


def test_twelve_people_make_twelve_whole_sheets_and_a_report_that_a_recount_confirms(browser, models, app, tmp_path):
    made = make_study(app, tmp_path, 12, period_s=4.0, between=BETWEEN)
    links = dict(made.links)
    leaves(browser, links.pop("P12"))
    replaced = command(app, "replace", made.study, "P12", "--base-url", app.url)
    links["P13"] = replaced.strip().splitlines()[-1]
    codes = [whole_study(browser, models, n, link) for n, link in enumerate(links.values(), start=1)]
    assert len(set(codes)) == 12
    status = json.loads(command(app, "status", made.study, "--json"))
    assert (status["completed"], status["withdrawn"]) == (12, 1)
    figures = told_and_recounted(app, made.study, tmp_path)
    assert (figures["full"]["primary"]["n"], figures["flow"]["withdrawn"]) == (12, 1)
    page = command(app, "report", made.study, "--out", "-")
    on_the_page(tmp_path / "out" / "study.csv", page)


def told_and_recounted(app, study, folder):
    """The closed study's figures, after a stranger arrived at the same from the export."""
    command(app, "close", study)
    command(app, "export", study, "--out", str(folder / "out"))
    ours = json.loads(command(app, "report", study, "--json", "-"))
    alike(ours, recount(*((folder / "out" / name).read_text("utf-8") for name in ("study.csv", "dictionary.csv"))))
    return ours


def on_the_page(path, page):
    """The primary figures from the export by other code, and that the report says the same."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    sequences = {row["participant"]: row["sequence"] for row in rows if row["sequence"] and row["state"] == "completed"}
    assert len(sequences) == 12
    assert Counter(sequences.values()) == {"AB": 6, "BA": 6}
    prefers = {row["participant"]: row["value"] for row in rows if row["variable"] == "prefer" and row["value"]}
    assert len(prefers) == 12
    first = sum((sequences[who] == "AB") == (period == "1") for who, period in prefers.items())
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    k = max(first, 12 - first)
    assert re.search(rf"\b{k} of 12\b", text)
    p = binomtest(k, 12).pvalue
    assert ("< .001" if p < 0.001 else f"{p:.3f}"[1:]) in text
