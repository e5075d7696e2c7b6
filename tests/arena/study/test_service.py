"""The rules of a study, on a real database and a scripted chat."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import Refusal
from arena.study.acts import Given
from arena.study.views import Can, Stage
from arena.study_models import ParticipantState, Sequence
from tests.arena.study.participants import in_files, nothing_changed
from tests.support.study import LEFT, RIGHT, Lab, lab

pytestmark = pytest.mark.integration


# --- the way through ---


async def test_a_participant_goes_through_the_whole_study(here: Lab) -> None:
    person = here.person()
    view = await person.all_of_it()
    assert view.stage is Stage.DONE
    assert view.completion_code
    stored = (await here.everybody())[0]
    assert stored.state is ParticipantState.COMPLETED
    assert [len(period.turns) for period in stored.periods] == [2, 2]
    assert len(stored.responses) == 9


async def test_the_steps_come_in_their_order_and_the_primary_question_first_at_the_end(here: Lab) -> None:
    person, seen = here.person(), []
    await person.consent()
    for _ in range(2):
        await person.answer_all()
        await person.talk()
        view = await person.look()
        while view.question is not None:
            seen.append((view.stage, view.question.id))
            view = await person.answer(view.question)
        if view.stage is Stage.BREAK:
            await here.clock.pass_s(60)
            await here.service.go_on(person.browser, person.code)
    assert seen == [
        (Stage.AFTER_1, "understood"),
        (Stage.AFTER_1, "ai_tone"),
        (Stage.AFTER_2, "understood"),
        (Stage.AFTER_2, "ai_tone"),
        (Stage.END, "prefer"),
        (Stage.END, "remarks"),
        (Stage.GUESS, "guess"),
    ]


async def test_each_period_is_with_the_contestant_of_the_sequence(here: Lab) -> None:
    people = [here.person(place) for place in range(4)]
    for person in people:
        await person.to_period(1)
        await person.send("hi")
    asked = [name for name, _ in here.chat.asked]
    firsts = [LEFT if each.sequence is Sequence.AB else RIGHT for each in await here.everybody()]
    assert asked == firsts
    assert sorted(asked) == [LEFT, LEFT, RIGHT, RIGHT]


async def test_the_second_model_does_not_see_the_first_talk_and_each_sees_its_own(here: Lab) -> None:
    person = here.person()
    await person.to_period(2)
    await person.send("first in period two")
    await person.send("second in period two")
    assert [[m.content for m in messages if m.role == "user"] for _, messages in here.chat.asked] == [
        ["message 0"],
        ["message 0", "message 1"],
        ["first in period two"],
        ["first in period two", "second in period two"],
    ]
    assert len({name for name, _ in here.chat.asked}) == 2


# --- blindness ---


async def test_no_view_before_the_last_question_names_a_contestant(here: Lab) -> None:
    person, views = here.person(), []
    views.append(await person.look())
    views.append(await person.to_period(1))
    views += [await person.send(), await person.talk(1)]
    view = await person.answer_all()
    views.append(view)
    await here.clock.pass_s(60)
    views.append(await here.service.go_on(person.browser, person.code))
    views.append(await person.talk())
    view = await person.look()
    while view.stage is not Stage.GUESS and view.question is not None:
        views.append(view)
        view = await person.answer(view.question)
    assert "canary" not in repr(views).lower()
    assert view.question is not None
    assert {option.id for option in view.question.options} == {LEFT, RIGHT, "dont_know"}


async def test_both_orders_see_the_same_views(tmp_path: Path) -> None:
    seen: dict[Sequence, list[str]] = {}
    for seed in range(8):
        async with lab(tmp_path / str(seed), seed=seed) as here:
            person, views = here.person(), []
            views.append(await person.to_period(1))
            views += [await person.send(), await person.talk(1), await person.answer_all()]
            stored = (await here.everybody())[0]
            assert stored.sequence is not None
            seen[stored.sequence] = [view.stage + repr(view.period and view.period.turns) for view in views]
    assert seen[Sequence.AB] == seen[Sequence.BA]


# --- cheating ---


async def test_an_unknown_link_is_refused(here: Lab) -> None:
    await nothing_changed(here, here.service.look(here.browser(), "nonsense"), Refusal.STUDY_NO_LINK)
    await nothing_changed(here, here.service.look(None, here.codes[0]), Refusal.NO_RATER)


async def test_a_second_person_on_the_same_link_sees_nothing_and_can_do_nothing(here: Lab) -> None:
    person, stranger = here.person(), here.browser()
    await person.to_period(1)
    await person.send("my secret")
    view = await here.service.look(stranger, person.code)
    assert (view.stage, view.can, view.period, view.label) == (Stage.RESUME, {Can.RESUME}, None, "")
    for work in (
        here.service.send(stranger, person.code, "hi"),
        here.service.present(stranger, person.code),
        here.service.go_on(stranger, person.code),
        here.service.withdraw(stranger, person.code),
        here.service.consent(stranger, person.code, "en"),
        here.service.new_resume_code(stranger, person.code),
        here.service.answer(stranger, person.code, Given(question="age", period=0, value="old")),
    ):
        await nothing_changed(here, work, Refusal.STUDY_RESUME_NEEDED)
    await nothing_changed(here, here.service.resume(stranger, person.code, "ABCDE"), Refusal.STUDY_BAD_RESUME)


async def test_another_participants_resume_code_does_not_open_a_link(here: Lab) -> None:
    one, other = here.person(0), here.person(1)
    await one.consent()
    await other.consent()
    work = here.service.resume(other.browser, one.code, other.resume_code)
    await nothing_changed(here, work, Refusal.STUDY_BAD_RESUME)


async def test_a_browser_that_is_in_the_middle_takes_no_second_place(here: Lab) -> None:
    person = here.person()
    await person.consent()
    await here.service.check_device(person.browser, here.codes[1])
    work = here.service.consent(person.browser, here.codes[1], "en")
    await nothing_changed(here, work, Refusal.STUDY_OTHER_PERSON)


async def test_a_browser_whose_participant_has_finished_serves_the_next_one(here: Lab) -> None:
    person = here.person()
    await person.all_of_it()
    await here.service.check_device(person.browser, here.codes[1])
    await here.service.consent(person.browser, here.codes[1], "en")
    assert [each.consented_at is not None for each in await here.everybody()] == [True, True, False, False]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (Given(question="known", period=0, value="3"), Refusal.STUDY_NOT_YET),
        (Given(question="prefer", period=0, value="1"), Refusal.STUDY_NOT_YET),
        (Given(question="guess", period=0, value=LEFT), Refusal.STUDY_NOT_YET),
        (Given(question="understood", period=1, value="yes"), Refusal.STUDY_NOT_YET),
        (Given(question="age", period=0, value="ancient"), Refusal.STUDY_BAD_ANSWER),
        (Given(question="age", period=0, value=""), Refusal.STUDY_BAD_ANSWER),
        (Given(question="no_such", period=0, value="yes"), Refusal.STUDY_BAD_ANSWER),
        (Given(question="age", period=0, value="x" * 1001), Refusal.STUDY_TEXT_TOO_LONG),
        (Given(question="age", period=1, value="young"), Refusal.STUDY_NOT_YET),
    ],
)
async def test_an_answer_that_is_not_asked_for_now_is_refused(here: Lab, given: Given, refusal: Refusal) -> None:
    person = here.person()
    await person.consent()
    await nothing_changed(here, here.service.answer(person.browser, person.code, given), refusal)


async def test_an_answer_is_locked_and_the_same_one_again_is_no_change(here: Lab) -> None:
    person = here.person()
    view = await person.consent()
    assert view.question is not None
    first = await person.answer(view.question, "young")
    again = await person.answer(view.question, "young")
    assert first.question == again.question
    await nothing_changed(here, person.answer(view.question, "old"), Refusal.STUDY_LOCKED)


async def test_no_step_can_be_skipped(here: Lab) -> None:
    person = here.person()
    service, me = here.service, (person.browser, person.code)
    await nothing_changed(here, service.consent(*me, "en"), Refusal.STUDY_NOT_YET)
    await nothing_changed(here, service.go_on(*me), Refusal.STUDY_NOT_YET)
    await nothing_changed(here, service.send(*me, "hi"), Refusal.STUDY_NOT_YET)
    await person.consent()
    await nothing_changed(here, service.send(*me, "hi"), Refusal.STUDY_NOT_YET)
    await nothing_changed(here, service.consent(*me, "en"), Refusal.STUDY_NOT_YET)
    await person.answer_all()
    await nothing_changed(here, service.go_on(*me), Refusal.STUDY_NOT_YET)
    await person.talk()
    await nothing_changed(here, service.send(*me, "hi"), Refusal.STUDY_PERIOD_OVER)
    await person.answer_all()
    await nothing_changed(here, service.go_on(*me), Refusal.STUDY_TIME_LEFT)


# --- coming back ---


async def test_the_resume_code_brings_another_device_to_the_same_place(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    before = await person.send("hello")
    other = replace(person, browser=here.browser())
    after = await here.service.resume(other.browser, other.code, person.resume_code.lower().replace("-", " "))
    assert (after.stage, after.period and after.period.turns) == (before.stage, before.period and before.period.turns)
    assert (await other.send("from the phone")).stage is Stage.PERIOD_1
    assert (await person.look()).stage is Stage.PERIOD_1


async def test_a_new_resume_code_takes_the_old_ones_place(here: Lab) -> None:
    person = here.person()
    await person.consent()
    new = (await here.service.new_resume_code(person.browser, person.code)).resume_code
    old = here.service.resume(here.browser(), person.code, person.resume_code)
    await nothing_changed(here, old, Refusal.STUDY_BAD_RESUME)
    assert (await here.service.resume(here.browser(), person.code, new)).stage is Stage.BEFORE


async def test_codes_are_not_in_the_database(here: Lab, tmp_path: Path) -> None:
    person = here.person()
    await person.consent()
    for code in (person.code, person.resume_code, person.resume_code.replace("-", "")):
        assert not in_files(tmp_path, code)
    assert in_files(tmp_path, "I agree.")
