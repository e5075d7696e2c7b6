"""Two of everything at once, and leaving a study."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from arena.errors import Refusal, UserError
from arena.study.views import Can, Stage
from arena.study_models import ParticipantState, Sequence
from arena.study_people import PeriodState
from tests.arena.study.participants import in_files, nothing_changed, office
from tests.support.chat import LONG, Script
from tests.support.study import LEFT, RIGHT, Lab, another_process, lab

pytestmark = pytest.mark.integration


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
    assert (view.stage, view.can) == (Stage.WITHDRAWN, {Can.ERASE})
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
