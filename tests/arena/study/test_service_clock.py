"""The clock of a period, and models that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.errors import Refusal
from arena.models import AnswerState, Contestant
from arena.study.views import Can, Pause, Stage
from arena.study_people import PeriodState
from tests.arena.study.participants import nothing_changed, office
from tests.support.chat import CUT, LONG, Script
from tests.support.refusals import refused
from tests.support.study import LEFT, RIGHT, Lab, another_process, changed, lab

pytestmark = pytest.mark.integration


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
