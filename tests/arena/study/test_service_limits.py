"""A participant asks no model more often than a rater may, and gets and erases what is stored of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from arena.abuse.limits import Act, Limit, Limiter, ProcessCounts
from arena.errors import Refusal, UserError
from arena.study.service import StudyService
from arena.study.views import Can, Stage
from arena.study_models import StudyState
from tests.support.chat import CUT, Script
from tests.support.study import LEFT, RIGHT, Lab, lab

pytestmark = pytest.mark.integration


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Lab]:
    async with lab(tmp_path) as it:
        limits = {Act.PROMPT: Limit(rater="2/minute", address="3/minute"), Act.CODE: Limit(address="2/minute")}
        it.service = StudyService(
            store=it.studies,
            runner=it.runner,
            roster=it.service._roster,
            keys=it.keys,
            clock=it.clock,
            limiter=Limiter(limits, ProcessCounts(it.clock), it.clock),
        )
        yield it


async def test_too_many_messages_wait_and_nothing_is_lost(here: Lab) -> None:
    person = here.person()
    await person.to_period()
    await person.send("one")
    await person.send("two")
    before = await here.everybody()
    with pytest.raises(UserError) as refused:
        await person.send("three")
    assert refused.value.refusal is Refusal.TOO_MANY
    assert 0 < refused.value.details["seconds"] <= 60  # type: ignore[operator]
    assert await here.everybody() == before
    here.clock.ahead += timedelta(seconds=61)
    view = await person.send("three")
    assert view.period is not None
    assert [turn.prompt for turn in view.period.turns] == ["one", "two", "three"]


async def test_asking_again_counts_too(here: Lab) -> None:
    here.chat.scripts = {name: [Script([CUT])] for name in (LEFT, RIGHT)}
    person = here.person()
    await person.to_period()
    await person.send("one")
    await person.followed(await here.service.retry(person.browser, person.code))
    with pytest.raises(UserError) as refused:
        await here.service.retry(person.browser, person.code)
    assert refused.value.refusal is Refusal.TOO_MANY


async def test_one_network_may_ask_for_less_than_its_people_together(here: Lab) -> None:
    for place in (0, 1):
        person = here.person(place)
        await person.to_period()
        sent = await here.service.send(person.browser, person.code, "hello", address="network")
        await person.followed(sent.view)
    third = here.person(2)
    await third.to_period()
    await here.service.send(third.browser, third.code, "hello", address="network")
    with pytest.raises(UserError) as refused:
        await here.service.send(third.browser, third.code, "again", address="network")
    assert refused.value.refusal is Refusal.TOO_MANY


async def test_resume_codes_cannot_be_tried_without_end(here: Lab) -> None:
    person = here.person()
    await person.consent()
    found = []
    for _ in range(3):
        with pytest.raises(UserError) as refused:
            await here.service.resume(here.browser(), person.code, "ABCDE", address="network")
        found.append(refused.value.refusal)
    assert found == [Refusal.STUDY_BAD_RESUME, Refusal.STUDY_BAD_RESUME, Refusal.TOO_MANY]


async def test_everything_that_is_stored_of_a_participant_is_told_to_them_and_no_contestant(here: Lab) -> None:
    person = here.person()
    await person.to_period()
    await person.send("my words")
    told = await here.service.own(person.browser, person.code)
    assert told["talks"][0]["turns"][0]["message"] == "my words"
    assert told["talks"][0]["turns"][0]["answer"]
    assert [answer["value"] for answer in told["answers"]] == ["young", "3"]
    assert (told["consent"], told["label"]) == ("I agree.", "P01")
    assert "canary" not in json.dumps(told)
    with pytest.raises(UserError) as refused:
        await here.service.own(here.browser(), person.code)
    assert refused.value.refusal is Refusal.STUDY_RESUME_NEEDED


async def test_who_has_withdrawn_may_have_it_all_erased_until_the_publication(here: Lab) -> None:
    person, other = here.person(0), here.person(1)
    for each in (person, other):
        await each.to_period()
        await each.send("my words")
        view = await here.service.withdraw(each.browser, each.code)
        assert (view.stage, view.can) == (Stage.WITHDRAWN, {Can.ERASE})
    await here.service.withdraw(person.browser, person.code, erase=True)
    await here.studies.move_study(here.study_id, lambda study, _: replace(study, state=StudyState.PUBLISHED))
    assert (await person.look()).can == frozenset()
    assert (await other.look()).can == frozenset()
    with pytest.raises(UserError) as refused:
        await here.service.withdraw(other.browser, other.code, erase=True)
    assert refused.value.refusal is Refusal.STUDY_PUBLISHED
    erased, kept = (await here.everybody())[:2]
    assert [turn.prompt for period in erased.periods for turn in period.turns] == [""]
    assert [turn.prompt for period in kept.periods for turn in period.turns] == ["my words"]
