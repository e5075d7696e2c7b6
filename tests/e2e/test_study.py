"""A participant goes through a study in a real browser, with seconds for minutes."""

import contextlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import ANSWER, new_visitor
from tests.support.app import running_app
from tests.support.study_browser import Participant, make_study

pytestmark = pytest.mark.e2e

TOKEN = "the operator's token of this test"


@pytest.fixture(scope="module")
def place(models, tmp_path_factory):
    field = [models.contestant(name, text=ANSWER, rate=100.0) for name in ("canary-one", "canary-two")]
    with running_app(tmp_path_factory.mktemp("study"), field, admin_token=TOKEN) as app:
        yield app


@pytest.fixture
def study(place, tmp_path):
    return make_study(place, tmp_path, 2, between=("canary-one", "canary-two"))


def without_violations(page, where):
    page.wait_for_timeout(150)
    violations = Axe().run(page).response["violations"]
    told = [f"{v['id']}: {n['html'][:120]} ({n['failureSummary'][:200]})" for v in violations for n in v["nodes"]]
    assert told == [], where


@contextlib.contextmanager
def participant(browser, *visitor, see=without_violations):
    with new_visitor(browser, *visitor) as context:
        page, problems = context.new_page(), []
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield Participant(page, see)
        assert problems == []


@pytest.mark.parametrize(("width", "theme", "lang"), [(1280, "light", "en"), (390, "dark", "zh")])
def test_a_participant_goes_through_everything_and_gets_a_completion_code(browser, study, width, theme, lang):
    with participant(browser, width, theme, lang) as person:
        code = person.all_of_it(study.links["P01"])
        assert len(code) == 11
        expect(person.page.locator("html")).to_have_attribute("lang", lang)
        person.page.reload()
        expect(person.page.locator("#completion")).to_have_text(code)


def test_names_come_with_the_guess_and_the_guess_after_everything_else(browser, study):
    with participant(browser, see=lambda page, where: seen.append((where, "canary" in page.content().lower()))) as who:
        seen = []
        who.all_of_it(study.links["P01"])
    assert [where for where, named in seen if named] == ["guess"]
    assert [where for where, _ in seen][-3:] == ["prefer", "guess", "done"]


def test_every_question_comes_unanswered_and_a_yes_asks_for_the_words(browser, study):
    with participant(browser, see=lambda *_: None) as person:
        person.enter(study.links["P01"])
        page = person.page
        for question in ("age_group", "familiarity", "expectation"):
            page.wait_for_selector(f"[data-question={question}]")
            assert page.locator(".question :checked").count() == 0
            page.locator(".question input").first.check()
            page.click("[data-act=answer]")
        person.talk()
        page.locator("[data-question=understood] [value=yes]").check()
        page.click("[data-act=answer]")
        page.wait_for_selector("[data-question=ai_tone]")
        assert page.locator(".question :checked").count() == 0
        expect(page.locator(".phrase")).to_be_hidden()
        page.locator("[value=yes]").check()
        page.fill(".phrase textarea", "as a machine")
        page.click("[data-act=answer]")
        page.wait_for_selector("[data-stage=break]")


def test_a_refusal_is_said_beside_the_button_and_keeps_what_was_typed(browser, study):
    with participant(browser) as person:
        person.enter(study.links["P01"])
        page = person.page
        page.click("[data-act=answer]")
        expect(page.locator(".question .refused")).to_have_text("Please choose one of the answers that are offered.")
        without_violations(page, "refused")
        page.locator(".question input").first.check()
        expect(page.locator(".question :checked")).to_have_count(1)


def test_a_refresh_in_mid_answer_finds_the_talk_running(browser, models, place, tmp_path):
    made = make_study(place, tmp_path, 2, period_s=20.0, between=("canary-one", "canary-two"))
    for name in ("canary-one", "canary-two"):
        models.script(name, tokens=120, rate=40.0)
    try:
        with participant(browser, see=lambda *_: None) as person:
            person.enter(made.links["P01"])
            person.answer_all(".talk")
            person.page.fill("#prompt textarea", "Tell me a story")
            person.page.click("#send")
            person.page.wait_for_function("document.querySelector('#answer-a').textContent.length > 20")
            person.page.reload()
            person.page.wait_for_selector(".talk[data-state=streaming]")
            person.page.wait_for_selector(".talk[data-state=ready]", timeout=30_000)
            expect(person.page.locator(".said")).to_have_text("Tell me a story")
            expect(person.page.locator(".answer")).to_have_attribute("data-status", "done")
    finally:
        for name in ("canary-one", "canary-two"):
            models.script(name, text=ANSWER, rate=100.0)


def test_another_browser_needs_the_resume_code(browser, study):
    with participant(browser) as first, participant(browser) as second:
        code = first.enter(study.links["P01"])
        page = second.page
        page.goto(study.links["P01"])
        page.fill("[name=resume]", "AAAAA-BBBBB-CCCCC")
        without_violations(page, "resume")
        page.click("[data-act=resume]")
        expect(page.locator("#status")).to_contain_text("not the resume code")
        page.fill("[name=resume]", code.lower().replace("-", " "))
        page.click("[data-act=resume]")
        expect(page.locator(".question")).to_be_visible()


def test_a_browser_that_takes_part_is_no_second_participant(browser, study):
    with participant(browser) as person:
        person.enter(study.links["P01"])
        page = person.page
        page.goto(study.links["P02"])
        page.click("[data-act=check_device]:enabled")
        page.click("[data-act=consent]")
        expect(page.locator("#status")).to_contain_text("takes part under another link")


def test_an_answer_out_of_turn_is_refused_in_another_tab(browser, study):
    with participant(browser) as person:
        person.enter(study.links["P01"])
        other = person.page.context.new_page()
        other.goto(study.links["P01"])
        other.wait_for_selector("[data-question=age_group]")
        person.page.locator("input").first.check()
        person.page.click("[data-act=answer]")
        person.page.wait_for_selector("[data-question=familiarity]")
        other.locator(".question input").nth(1).check()
        other.click("[data-act=answer]")
        expect(other.locator("#status")).to_contain_text("cannot be changed")
        expect(other.locator("[data-question=familiarity]")).to_be_visible()


FAST_CLOCK = """
    const [now, date] = [performance.now.bind(performance), Date.now];
    performance.now = () => now() * 100;
    Date.now = () => date() + 3600e3;
"""


def test_a_changed_clock_in_the_browser_changes_nothing(browser, place, tmp_path):
    made = make_study(place, tmp_path, 2, period_s=30.0, between=("canary-one", "canary-two"))
    with participant(browser, see=lambda *_: None) as person:
        page = person.page
        page.add_init_script(FAST_CLOCK)
        person.enter(made.links["P01"])
        person.answer_all(".talk")
        person.say()
        expect(page.locator(".clock .left")).to_contain_text("0:00")
        assert page.locator("#go-on").is_hidden()
        # A button that the page does not offer, pressed all the same.
        page.evaluate("""() => {
            const button = document.createElement('button');
            button.className = 'act';
            button.dataset.act = 'go_on';
            document.querySelector('.sheet').append(button);
            button.click();
        }""")
        expect(page.locator("#status")).to_contain_text("not the step that you are at")
        said = page.request.post(f"{place.url}/arena/study/here", data={"code": made.links["P01"].split("code=")[1]})
        told = said.json()
        assert (told["stage"], told["time_up"]) == ("period_1", False)
        assert told["left_s"] > 15


def test_another_participants_code_opens_nothing(browser, study):
    with participant(browser) as one, participant(browser) as other, participant(browser) as thief:
        one.enter(study.links["P01"])
        code = other.enter(study.links["P02"])
        thief.page.goto(study.links["P01"])
        thief.page.fill("[name=resume]", code)
        thief.page.click("[data-act=resume]")
        expect(thief.page.locator(".refused")).to_contain_text("not the resume code")
        one.page.reload()
        expect(one.page.locator(".question")).to_be_visible()


def test_who_withdraws_has_withdrawn_for_good(browser, study):
    with participant(browser) as person:
        person.enter(study.links["P01"])
        page = person.page
        page.click(".more summary")
        without_violations(page, "more")
        page.click("[data-act=withdraw]")
        expect(page.locator("h1")).to_have_text("You have withdrawn")
        page.reload()
        expect(page.locator("h1")).to_have_text("You have withdrawn")
        without_violations(page, "withdrawn")
        page.click("[data-act=erase]")
        expect(page.locator("[data-act=erase]")).to_have_count(0)
        expect(page.locator("h1")).to_have_text("You have withdrawn")


def test_a_model_that_fails_stops_the_clock_and_is_asked_again(browser, models, place, tmp_path):
    made = make_study(place, tmp_path, 2, period_s=8.0, between=("canary-one", "canary-two"))
    for name in ("canary-one", "canary-two"):
        models.script(name, fault="status", status=500)
    try:
        with participant(browser) as person:
            person.enter(made.links["P01"])
            person.answer_all(".talk")
            person.say()
            expect(person.page.locator("#status")).to_contain_text("The clock stands still")
            without_violations(person.page, "failed")
            for name in ("canary-one", "canary-two"):
                models.script(name, text=ANSWER, rate=100.0)
            person.page.click("#retry")
            person.page.wait_for_selector(".talk[data-state=ready]", timeout=30_000)
            person.until_over()
            expect(person.page.locator(".question")).to_be_visible()
    finally:
        for name in ("canary-one", "canary-two"):
            models.script(name, text=ANSWER, rate=100.0)


@pytest.mark.parametrize(("path", "lang"), [("/study", "en"), ("/zh/study", "zh"), ("/study?code=guessed", "en")])
def test_without_a_link_there_is_a_sentence(browser, place, path, lang):
    with participant(browser, 1280, "light", lang) as person:
        person.page.goto(place.url + path)
        words = {"en": "belongs to no study", "zh": "不属于任何研究"}[lang]
        expect(person.page.locator("#study")).to_contain_text(words)
        without_violations(person.page, path)


def test_the_operator_sees_who_is_where_and_closes(browser, place, study):
    with participant(browser) as person, new_visitor(browser) as context:
        person.enter(study.links["P01"])
        page = context.new_page()
        page.goto(f"{place.url}/operator")
        page.fill("[name=token]", "a guess")
        page.click("button")
        expect(page.locator("main")).to_contain_text("not the operator's token")
        page.fill("[name=token]", TOKEN)
        page.click("button")
        page.click(f'a[href*="{study.study}"]')
        row = page.locator("tr", has_text="P01")
        expect(row).to_contain_text("before")
        without_violations(page, "operator")
        page.locator("tr", has_text="P02").locator("button", has_text="Replace").click()
        page.click("button")
        expect(page.locator("main code")).to_contain_text("/study?code=")
        page.locator("button", has_text="Close the study").click()
        page.click("button")
        expect(page.locator("main")).to_contain_text("The study is closed")
        page.click("text=English")
        expect(page.locator("h1")).to_contain_text("Two conversations")
        person.page.reload()
        expect(person.page.locator("h1")).to_have_text("This study is closed")
