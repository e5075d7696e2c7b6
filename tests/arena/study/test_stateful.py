"""Whatever two participants do in whatever order, the study's promises hold."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from arena.errors import UserError
from arena.study.acts import Given
from arena.study.operator import StudyOffice
from arena.study.steps import CHATS
from arena.study.views import Stage
from arena.study_models import ParticipantState, Sequence
from arena.study_people import Participant, PeriodState, Step
from tests.long.sizes import sizes
from tests.support.chat import CUT, Script
from tests.support.study import LEFT, PROTOCOL, RIGHT, Lab, Person, another_process, changed, lab

T = TypeVar("T")
WHO = st.integers(0, 1)
QUESTIONS = st.sampled_from([q.id for q in PROTOCOL.questions])
VALUES = st.sampled_from(["yes", "no", "1", "2", "3", "young", "old", LEFT, "dont_know", "", "nonsense"])
STEPS = list(Step)


class Study(RuleBasedStateMachine):
    """Two people in one study; every move may be refused, and what is stored is looked at after each."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory()
        protocol = changed(participants=2, minimum_turns=1, period_s=60.0, warning_s=10.0, break_s=5.0)
        self.here: Lab = self.run(
            self.stack.enter_async_context(lab(Path(self.folder.name), protocol=protocol, url="sqlite://", away_s=15.0))
        )
        self.there = self.run(another_process(self.here, away_s=15.0))
        self.stack.push_async_callback(self.there.runner.turns.close)
        self.people = [self.here.person(place) for place in range(2)]
        self.before: dict[str, Participant] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
        self.folder.cleanup()

    def tried(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do it; a refusal must have changed nothing."""
        before = self.run(self.here.everybody())
        try:
            return self.run(work)
        except UserError:
            assert self.run(self.here.everybody()) == before
            return None

    def person(self, who: int) -> Person:
        return self.people[who]

    # --- what people do ---

    @rule(who=WHO)
    def comes_in(self, who: int) -> None:
        self.tried(self.person(who).consent())

    @rule(who=WHO, question=QUESTIONS, period=st.integers(0, 2), value=VALUES)
    def answers_anything(self, who: int, question: str, period: int, value: str) -> None:
        person = self.person(who)
        given = Given(question=question, period=period, value=value)
        self.tried(self.here.service.answer(person.browser, person.code, given))

    @rule(who=WHO)
    def answers_what_is_asked(self, who: int) -> None:
        person = self.person(who)
        view = self.run(person.look())
        if view.question is not None:
            asked = view.question
            self.tried(person.answer(asked, LEFT if asked.id == "guess" else None))

    @rule(who=WHO, fails=st.booleans())
    def sends(self, who: int, fails: bool) -> None:
        script = Script([CUT]) if fails else Script()
        self.here.chat.scripts = {name: [script] for name in (LEFT, RIGHT)}
        self.tried(self.person(who).send())

    @rule(who=WHO)
    def asks_again(self, who: int) -> None:
        self.here.chat.scripts = {name: [Script()] for name in (LEFT, RIGHT)}
        person = self.person(who)
        view = self.tried(self.here.service.retry(person.browser, person.code))
        if view is not None:
            self.run(person.followed(view))

    @rule(who=WHO, seconds=st.sampled_from([1.0, 6.0, 14.0, 30.0, 200.0]))
    def time_goes_by(self, who: int, seconds: float) -> None:
        self.run(self.here.clock.pass_s(seconds))
        self.tried(self.person(who).present())

    @rule(who=WHO)
    def talks_to_the_end(self, who: int) -> None:
        if self.run(self.person(who).look()).stage in (Stage.PERIOD_1, Stage.PERIOD_2):
            self.tried(self.person(who).send())
            for _ in range(6):
                self.run(self.here.clock.pass_s(14))
                self.tried(self.person(who).present())

    @rule(who=WHO)
    def goes_on(self, who: int) -> None:
        person = self.person(who)
        self.tried(self.here.service.go_on(person.browser, person.code))

    @rule(who=WHO)
    def stops(self, who: int) -> None:
        person = self.person(who)
        self.tried(self.here.service.stop(person.browser, person.code))

    @rule(who=WHO)
    def asks_for_another_resume_code(self, who: int) -> None:
        person = self.person(who)
        made = self.tried(self.here.service.new_resume_code(person.browser, person.code))
        if made is not None:
            assert self.tried(self.here.service.resume(self.here.browser(), person.code, person.resume_code)) is None
            person.resume_code = made.resume_code

    @rule(who=WHO)
    def is_sent_to_the_other_process(self, who: int) -> None:
        person = self.person(who)
        person.lab = self.there if person.lab is self.here else self.here

    @rule(who=WHO, dice=st.integers(0, 11), erase=st.booleans())
    def seldom_withdraws(self, who: int, dice: int, erase: bool) -> None:
        person = self.person(who)
        if dice == 0 and self.tried(person.lab.service.withdraw(person.browser, person.code, erase=erase)) is not None:
            assert self.tried(person.send()) is None

    @rule(who=WHO, other=WHO)
    def takes_the_others_link(self, who: int, other: int) -> None:
        if who != other:
            stranger = replace(self.person(who), code=self.person(other).code)
            if self.run(self.here.everybody())[other].consented_at is not None:
                assert self.tried(stranger.present()) is None
                assert self.run(stranger.look()).stage in (Stage.RESUME, Stage.WITHDRAWN, Stage.GONE)

    @rule(who=WHO)
    def changes_the_device(self, who: int) -> None:
        person = self.person(who)
        phone = self.here.browser()
        if self.tried(self.here.service.resume(phone, person.code, person.resume_code)) is not None:
            person.browser = phone

    # --- what always holds ---

    @invariant()
    def promises_hold(self) -> None:
        people = self.run(self.here.everybody())
        for each in people:
            self.check_alone(each)
            if each.id in self.before:
                self.check_since(self.before[each.id], each)
        drawn = [each.sequence for each in people if each.sequence is not None]
        assert len({each.place for each in people if each.place}) == len(drawn)
        assert len(drawn) < 2 or sorted(drawn) == [Sequence.AB, Sequence.BA]
        self.before = {each.id: each for each in people}

    def check_alone(self, each: Participant) -> None:
        if each.state is ParticipantState.WITHDRAWN:
            return
        reached = STEPS.index(each.step)
        assert (each.sequence is None) == (each.consented_at is None)
        assert (each.state is ParticipantState.COMPLETED) == (each.step is Step.DONE)
        for step, number in CHATS.items():
            period = each.period(number)
            assert (period is not None) == (reached >= STEPS.index(step))
            assert period is None or (period.state is PeriodState.OVER) == (reached > STEPS.index(step))
            assert period is None or period.state is not PeriodState.OVER or period.active_s >= 60.0
        if each.response("guess", 0) is not None:
            assert len(each.responses) == 9
        if reached > STEPS.index(Step.AFTER_1):
            assert each.response("ai_tone", 1) is not None

    def check_since(self, before: Participant, after: Participant) -> None:
        if after.state is ParticipantState.WITHDRAWN:
            # What was erased is gone, the place in the order is not, and nothing comes after it.
            assert before.sequence in (None, after.sequence)
            assert before.state is not ParticipantState.WITHDRAWN or after == before
            return
        assert before.state is not ParticipantState.WITHDRAWN
        assert after.responses[: len(before.responses)] == before.responses
        assert STEPS.index(after.step) >= STEPS.index(before.step)
        assert before.sequence in (None, after.sequence)
        for old in before.periods:
            new = after.period(old.number)
            assert new is not None
            assert new.active_s >= old.active_s
            assert old.state is not PeriodState.OVER or new == old


@pytest.mark.parametrize("runs", sizes(small=15, full=250))
def test_the_promises_hold_whatever_people_do(runs: int) -> None:
    run_state_machine_as_test(
        Study,
        settings=settings(
            max_examples=runs,
            stateful_step_count=40,
            deadline=None,
            phases=(Phase.generate,),  # a shorter example would cost minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.integration
async def test_a_whole_study_is_exactly_balanced_and_its_record_whole(tmp_path: Path) -> None:
    async with lab(tmp_path, url="sqlite://") as here:
        for place in range(4):
            await here.person(place).all_of_it({"prefer": str(1 + place % 2)})
        office = StudyOffice(store=here.studies, keys=here.keys, clock=here.clock)
        assert not (await office.close(here.study_id)).closed_early
        record = await office.record(here.study_id)
        assert [sheet.sequence for sheet in record.sheets].count(Sequence.AB) == 2
        assert [sheet.value("prefer") for sheet in record.sheets] == ["1", "2", "1", "2"]
        assert all(len(sheet.responses) == 8 for sheet in record.sheets)  # the optional remarks were left out
        assert all(figures.turns == 2 for sheet in record.sheets for figures in sheet.periods)
