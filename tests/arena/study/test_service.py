"""The rules of a study, on a real database and a scripted chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import ChatError, Refusal, UserError
from arena.models import AnswerState, Contestant, ErrorKind
from arena.study.acts import Given
from arena.study.operator import StudyOffice
from arena.study.views import Can, Pause, Stage
from arena.study_models import ParticipantState, Sequence
from arena.study_people import PeriodState
from tests.support.chat import Script
from tests.support.study import LEFT, RIGHT, Lab, another_process, changed, lab

pytestmark = pytest.mark.integration

CUT = ChatError(ErrorKind.CUT, "gone")
LONG = Script(["word "] * 500, pause_s=0.02)


async def refused(work: Awaitable[object]) -> Refusal:
    with pytest.raises(UserError) as caught:
        await work
    return caught.value.refusal


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Lab]:
    async with lab(tmp_path) as it:
        yield it


def office(here: Lab) -> StudyOffice:
    return StudyOffice(store=here.studies, keys=here.keys, clock=here.clock)


async def nothing_changed(here: Lab, work: Awaitable[object], refusal: Refusal) -> None:
    before = await here.everybody()
    assert await refused(work) is refusal
    assert await here.everybody() == before


def in_files(folder: Path, words: str) -> bool:
    return any(words.encode() in file.read_bytes() for file in folder.glob("study.db*"))


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


# --- the clock ---


async def test_the_clock_stands_until_the_first_message(here: Lab) -> None:
    person = here.person()
    view = await person.to_period(1)
    await here.clock.pass_s(1000)
    view = await person.present()
    assert view.period is not None
    assert (view.period.clock.left_s, view.period.clock.pause) == (600.0, Pause.NOT_STARTED)


async def test_the_clock_stops_while_nobody_is_there(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    await person.send()
    await here.clock.pass_s(3600)
    away = await person.look()
    assert away.period is not None
    assert away.period.clock.pause is Pause.AWAY
    assert away.period.clock.left_s == pytest.approx(600 - here.service.rules.away_s, abs=2)
    back = await person.present()
    assert back.period is not None
    assert back.period.clock.running
    await here.clock.pass_s(10)
    going_on = await person.present()
    assert going_on.period is not None
    assert going_on.period.clock.left_s == pytest.approx(600 - here.service.rules.away_s - 10, abs=2)


async def test_the_last_minute_is_warned_of(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    view = await person.send()
    while view.period is not None and view.period.clock.left_s > 61:
        assert not view.period.clock.warning
        await here.clock.pass_s(10)
        view = await person.present()
    await here.clock.pass_s(5)
    view = await person.present()
    assert view.period is not None
    assert view.period.clock.warning


async def test_a_running_answer_is_finished_after_the_time_and_then_nothing_is_taken(tmp_path: Path) -> None:
    async with lab(tmp_path, protocol=changed(minimum_turns=1)) as here:
        person = here.person()
        await person.to_period(1)
        await person.send("one")
        here.chat.scripts = {name: [Script(["late ", "words"], pause_s=0.2)] for name in (LEFT, RIGHT)}
        sent = await here.service.send(person.browser, person.code, "two")
        await here.clock.pass_s(10_000)
        during = await person.look()
        assert during.stage is Stage.PERIOD_1
        after = await person.followed(sent.view)
        while after.stage is Stage.PERIOD_1:
            await here.clock.pass_s(here.service.rules.away_s)
            after = await person.present()
        assert after.stage is Stage.AFTER_1
        stored = (await here.everybody())[0].periods[0]
        last = stored.turns[-1].answers[-1]
        assert (last.state, last.text) == (AnswerState.COMPLETE, "late words")
        assert await refused(here.service.send(person.browser, person.code, "three")) is Refusal.STUDY_PERIOD_OVER


async def test_missing_turns_may_be_made_up_for_after_the_time(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    await person.send("one")
    view = await person.until_over()
    assert view.period is not None
    assert (view.stage, view.period.clock.time_up, view.period.turns_missing) == (Stage.PERIOD_1, True, 1)
    assert {Can.SEND, Can.GO_ON} <= view.can
    await person.send("two")
    assert (await person.look()).stage is Stage.AFTER_1


async def test_missing_turns_may_stay_missing(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    await person.send("one")
    await person.until_over()
    assert (await here.service.go_on(person.browser, person.code)).stage is Stage.AFTER_1


async def test_the_clock_survives_a_restart(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    await person.send()
    for _ in range(10):
        await here.clock.pass_s(10)
        await person.present()
    again = await another_process(here)
    view = await again.service.look(person.browser, person.code)
    assert view.period is not None
    assert view.period.clock.left_s == pytest.approx(500, abs=3)


# --- models that fail ---


async def test_a_failing_model_stops_the_clock_costs_no_time_and_can_be_asked_again(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    here.chat.scripts = {name: [Script([CUT]), Script([CUT]), Script(["there."])] for name in (LEFT, RIGHT)}
    sent = await here.service.send(person.browser, person.code, "hello?")
    await here.clock.pass_s(12)
    view = await person.followed(sent.view)
    assert view.period is not None
    assert (view.period.state, view.period.clock.pause) == (PeriodState.FAILED, Pause.FAILING)
    assert view.period.clock.left_s == 600.0
    assert Can.RETRY in view.can
    await nothing_changed(here, here.service.send(person.browser, person.code, "other"), Refusal.STUDY_ASK_AGAIN)
    view = await person.followed(await here.service.retry(person.browser, person.code))
    assert view.period is not None
    assert view.period.state is PeriodState.READY
    assert [(turn.prompt, turn.text) for turn in view.period.turns] == [("hello?", "there.")]


async def test_a_first_failure_is_tried_again_silently(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    here.chat.scripts = {name: [Script([CUT]), Script(["there."])] for name in (LEFT, RIGHT)}
    view = await person.send("hello?")
    assert view.period is not None
    assert view.period.state is PeriodState.READY


async def test_a_model_that_names_itself_is_flagged(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    here.chat.scripts = {name: [Script([f"I am {name}."])] for name in (LEFT, RIGHT)}
    await person.send("who are you?")
    await here.clock.pass_s(1)
    await office(here).close(here.study_id)
    record = await office(here).record(here.study_id)
    assert record.sheets[0].periods[0].leaked


async def test_contestants_that_have_changed_since_the_study_was_made_are_not_asked(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    names = {LEFT: "other", RIGHT: "other"}
    field = [Contestant(name=n, display=n, base_url="http://localhost/v1", model=m) for n, m in names.items()]
    here.service._roster.contestants = tuple(field)
    work = here.service.send(person.browser, person.code, "hi")
    await nothing_changed(here, work, Refusal.STUDY_UNAVAILABLE)
    assert here.chat.asked == []


async def test_an_answer_that_everybody_left_is_interrupted_and_can_be_asked_again(tmp_path: Path) -> None:
    async with lab(tmp_path, grace_s=0.05) as here:
        person = here.person()
        await person.to_period(1)
        here.chat.scripts = {name: [LONG, Script(["there."])] for name in (LEFT, RIGHT)}
        view = (await here.service.send(person.browser, person.code, "hi")).view
        assert view.period is not None
        turn = here.runner.turns.get(view.period.id)
        assert turn is not None
        assert await turn.until_ended(5)
        view = await person.look()
        assert view.period is not None
        assert (view.period.state, view.period.clock.pause) == (PeriodState.INTERRUPTED, Pause.INTERRUPTED)
        assert here.chat.running == 0
        view = await person.followed(await here.service.retry(person.browser, person.code))
        assert view.period is not None
        assert [turn.text for turn in view.period.turns] == ["there."]


# --- two of everything ---


async def test_a_double_click_on_send_asks_once(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    both = await asyncio.gather(*(here.service.send(person.browser, person.code, "Hi") for _ in range(2)))
    assert [sent.accepted for sent in both] == [True, True]
    await person.followed(both[0].view)
    assert len(here.chat.asked) == 1
    assert len((await here.everybody())[0].periods[0].turns) == 1


async def test_two_tabs_that_send_different_messages_ask_one(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    both = await asyncio.gather(*(here.service.send(person.browser, person.code, text) for text in ("one", "two")))
    assert sorted(sent.accepted for sent in both) == [False, True]
    await person.followed(both[0].view)
    assert len(here.chat.asked) == 1


async def test_two_tabs_that_answer_differently_at_once_store_one_answer(here: Lab) -> None:
    person = here.person()
    view = await person.consent()
    assert view.question is not None
    done = await asyncio.gather(
        *(person.answer(view.question, value) for value in ("young", "old")), return_exceptions=True
    )
    assert [isinstance(each, UserError) for each in done].count(True) == 1
    assert len((await here.everybody())[0].responses) == 1


async def test_two_browsers_that_consent_at_once_make_one_participant(here: Lab) -> None:
    browsers = [here.browser(), here.browser()]
    await here.service.check_device(browsers[0], here.codes[0])
    done = await asyncio.gather(
        *(here.service.consent(browser, here.codes[0], "en") for browser in browsers), return_exceptions=True
    )
    lost = [each for each in done if isinstance(each, UserError)]
    assert [each.refusal for each in lost] == [Refusal.STUDY_RESUME_NEEDED]
    assert len((await here.everybody())[0].browsers) == 1


async def test_everybody_consenting_at_once_gets_a_place_of_their_own(here: Lab) -> None:
    await asyncio.gather(*(here.person(place).consent() for place in range(4)))
    people = await here.everybody()
    assert sorted(each.place or 0 for each in people) == [1, 2, 3, 4]
    assert [each.sequence for each in people].count(Sequence.AB) == 2


async def test_a_second_process_sees_the_running_answer_and_starts_no_other(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    here.chat.scripts = {name: [LONG] for name in (LEFT, RIGHT)}
    view = (await here.service.send(person.browser, person.code, "hi")).view
    other = await another_process(here)
    assert view.period is not None
    watch = await other.service.watch(person.browser, view.period.id)
    assert (watch.turn, watch.view.state) == (None, PeriodState.STREAMING)
    sent = await other.service.send(person.browser, person.code, "again")
    assert not sent.accepted
    assert len(here.chat.asked) == 1


async def test_what_a_dead_process_left_is_interrupted_by_the_next_one_and_costs_no_time(tmp_path: Path) -> None:
    async with lab(tmp_path, lease_s=1.0) as here:
        person = here.person()
        await person.to_period(1)
        here.chat.scripts = {name: [LONG] for name in (LEFT, RIGHT)}
        await here.service.send(person.browser, person.code, "hi")
        other = await another_process(here)
        await here.clock.pass_s(2)
        view = await other.service.look(person.browser, person.code)
        assert view.period is not None
        assert (view.period.state, view.period.clock.left_s) == (PeriodState.INTERRUPTED, 600.0)
        await here.runner.turns.close()
        again = await person.look()
        assert again.period is not None
        assert again.period.state is PeriodState.INTERRUPTED


# --- leaving ---


async def test_a_withdrawn_participant_is_excluded_and_keeps_label_sequence_and_state(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    await person.send("my secret")
    view = await here.service.withdraw(person.browser, person.code)
    assert (view.stage, view.can) == (Stage.WITHDRAWN, frozenset())
    await nothing_changed(here, here.service.send(person.browser, person.code, "hi"), Refusal.STUDY_GONE)
    await office(here).close(here.study_id)
    sheet = (await office(here).record(here.study_id)).sheets[0]
    assert (sheet.participant, sheet.state, sheet.responses, sheet.periods) == (
        "P01",
        ParticipantState.WITHDRAWN,
        (),
        (),
    )
    assert sheet.sequence is not None
    assert [each.label for each in await office(here).conversations(here.study_id)] == ["P02", "P03", "P04"]


async def test_erased_texts_are_gone_from_the_files(here: Lab, tmp_path: Path) -> None:
    words = "the quick brown fox told nobody "
    person = here.person()
    await person.to_period(1)
    here.chat.scripts = {name: [Script([words * 20])] for name in (LEFT, RIGHT)}
    await person.send(words * 20)
    assert in_files(tmp_path, words)
    await here.service.withdraw(person.browser, person.code, erase=True)
    assert not in_files(tmp_path, words)
    assert (await here.everybody())[0].responses == ()


async def test_leaving_while_an_answer_is_written_ends_the_models_work(here: Lab) -> None:
    person = here.person()
    await person.to_period(1)
    here.chat.scripts = {name: [LONG] for name in (LEFT, RIGHT)}
    await here.service.send(person.browser, person.code, "hi")
    await here.service.withdraw(person.browser, person.code, erase=True)
    assert here.chat.running == 0
    period = (await here.everybody())[0].periods[0]
    assert (period.state, period.turns[0].prompt, period.turns[0].answers[0].text) == (PeriodState.OVER, "", "")


async def test_nothing_can_be_withdrawn_after_the_publication(here: Lab) -> None:
    person = here.person()
    await person.all_of_it()
    await office(here).close(here.study_id)
    assert Can.WITHDRAW in (await person.look()).can
    await office(here).publish(here.study_id)
    assert (await person.look()).can == frozenset()
    work = here.service.withdraw(person.browser, person.code)
    await nothing_changed(here, work, Refusal.STUDY_PUBLISHED)


async def test_a_closed_study_takes_no_answers(here: Lab) -> None:
    person, late = here.person(0), here.person(1)
    view = await person.consent()
    await office(here).close(here.study_id)
    assert view.question is not None
    await nothing_changed(here, person.answer(view.question), Refusal.STUDY_CLOSED)
    assert (await person.look()).stage is Stage.CLOSED
    assert (await late.look()).stage is Stage.CLOSED
