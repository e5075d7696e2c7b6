"""The study of twelve browsers in small: two places, two browsers at once, one who leaves and one who comes instead."""

import json

import pytest

from tests.e2e.conftest import ANSWER, new_visitor
from tests.long.test_study_twelve import ANSWERS, BETWEEN, leaves, told_and_recounted, until_over
from tests.support.app import running_app
from tests.support.study_browser import Participant, command, make_study

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def app(models, tmp_path_factory):
    field = [models.contestant(name, text=ANSWER, rate=200.0) for name in BETWEEN]
    with running_app(tmp_path_factory.mktemp("small"), field) as app:
        yield app


def test_two_people_side_by_side_make_two_whole_sheets_and_a_report_that_a_recount_confirms(browser, app, tmp_path):
    made = make_study(app, tmp_path, 2, period_s=3.0, between=BETWEEN)
    leaves(browser, made.links["P02"])
    instead = command(app, "replace", made.study, "P02", "--base-url", app.url).strip().splitlines()[-1]
    with new_visitor(browser) as wide, new_visitor(browser, 390, "dark", "zh") as phone:
        people = [Participant(context.new_page()) for context in (wide, phone)]
        values = [ANSWERS | {"prefer": "1"}, ANSWERS | {"prefer": "2", "ai_tone": "no"}]
        for person, link in zip(people, (made.links["P01"], instead), strict=True):
            person.enter(link)
        for person, said in zip(people, values, strict=True):
            person.answer_all(".talk", said)
            person.say()
        people[0].page.reload()
        for person, said in zip(people, values, strict=True):
            until_over(person)
            person.answer_all("[data-stage=break]", said)
            person.rest()
            person.talk()
            person.answer_all("[data-stage=done]", said)
    status = json.loads(command(app, "status", made.study, "--json"))
    assert (status["completed"], status["withdrawn"]) == (2, 1)
    figures = told_and_recounted(app, made.study, tmp_path)
    assert sum(figures["order"]["ab"]) == sum(figures["order"]["ba"]) == 1
    said = [(quote["contestant"], quote["people"]) for quote in figures["quotes"]]
    assert sorted(said) == [(name, 1) for name in sorted(BETWEEN)]
