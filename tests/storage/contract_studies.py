"""What every store of studies must do."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from arena.errors import ConfigError, StateConflict
from arena.ids import new_id
from arena.keys import Keys
from arena.models import Answer, AnswerState, Side, Turn
from arena.ports import Lease
from arena.study.making import Made, invited, new_study
from arena.study_models import ParticipantState, Response, StudyState
from arena.study_models import Sequence as Order
from arena.study_people import Participant, Period, PeriodState, Step
from arena.study_ports import Enrolled, StudyStore
from tests.storage.sample import LEFT, MEASURED, NOW, RIGHT, at
from tests.support.study import changed

KEYS = Keys("a secret of these tests only")
PROTOCOL = changed(contestants=(LEFT.name, RIGHT.name), participants=4)


async def made(studies: StudyStore) -> Made:
    """A stored study."""
    study = new_study(PROTOCOL, (LEFT, RIGHT), KEYS, 7, NOW)
    await studies.create_study(study.new)
    return study


def answer(state: AnswerState = AnswerState.STREAMING, text: str = "") -> Answer:
    return Answer(id=new_id(), side=Side.A, attempt=1, state=state, text=text, created_at=NOW)


def talking(participant: Participant, *answers: Answer) -> Participant:
    """The participant in a first period with one turn."""
    turn = Turn(id=new_id(), index=0, prompt="你好 🙂", created_at=NOW, answers=answers)
    period = Period(
        id=new_id(),
        number=1,
        contestant_hash=RIGHT.snapshot_hash,
        state=PeriodState.STREAMING,
        active_s=1.25,
        running_since=at(1),
        seen_at=at(2),
        started_at=NOW,
        owner="process-1",
        lease_until=at(6),
        turns=(turn,),
    )
    return replace(participant, step=Step.PERIOD_1, periods=(period,), browsers=("b1", "b2"))


class StudiesContract:
    async def test_a_study_is_found_by_its_id_and_by_the_beginning_of_it(self, studies: StudyStore) -> None:
        study = (await made(studies)).new.study
        assert await studies.study(study.id) == study
        assert await studies.study(study.id[:8]) == study
        for wrong in ("", "%", "____", study.id[:3], "nosuchid"):
            assert await studies.study(wrong) is None
        assert list(await studies.studies()) == [study]

    async def test_a_link_finds_its_participant_with_study_and_frozen_contestants(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        found = await studies.enrolled(str(study.participants[2].code_digest))
        assert found is not None
        assert (found.participant, found.study) == (study.participants[2], study.study)
        assert found.hashes == (LEFT.snapshot_hash, RIGHT.snapshot_hash)
        assert list(await studies.snapshots(study.study.id)) == [LEFT.snapshot, RIGHT.snapshot]
        assert await studies.enrolled("nobody") is None
        assert await studies.enrolled_in_period("no period") is None

    async def test_what_is_decided_is_read_back_whole(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        one = study.participants[0]
        running = answer()

        def decide(found: Enrolled) -> Participant:
            said = (Response(question="age", period=0, value="young"),)
            return replace(talking(found.participant, running), responses=said, language="zh", consented_at=NOW)

        new = await studies.change(one.id, decide)
        assert (await studies.participants(study.study.id))[0] == new
        found = await studies.enrolled_in_period(new.periods[0].id)
        assert found is not None
        assert found.participant == new

        def end(found: Enrolled) -> Participant:
            period = found.participant.periods[0]
            done = replace(running, state=AnswerState.COMPLETE, text="hi", leak="I am", measured=MEASURED)
            turn = replace(period.turns[0], answers=(done,))
            ended = replace(period, state=PeriodState.READY, owner="", lease_until=None, turns=(turn,))
            more = (*found.participant.responses, Response(question="known", period=0, value="3", phrase="p"))
            return replace(found.participant, periods=(ended,), responses=more, browsers=("b2", "b3"))

        new = await studies.change(one.id, end)
        assert (await studies.participants(study.study.id))[0] == new
        assert new.browsers == ("b2", "b3")

    async def test_a_refused_decision_changes_nothing(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        before = await studies.participants(study.study.id)

        def refuse(_found: Enrolled) -> Participant:
            raise ConfigError("no")

        with pytest.raises(ConfigError):
            await studies.change(study.participants[0].id, refuse, draw=True)
        assert await studies.participants(study.study.id) == before
        with pytest.raises(StateConflict):
            await studies.change(new_id(), lambda found: found.participant)

    async def test_places_are_drawn_one_after_the_other_also_when_all_come_at_once(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        people = [each.id for each in study.participants]
        new = await asyncio.gather(*(studies.change(p, lambda found: found.participant, draw=True) for p in people))
        assert sorted(each.place or 0 for each in new) == [1, 2, 3, 4]
        assert all(each.sequence is study.sequences[(each.place or 0) - 1] for each in new)
        again = await studies.change(people[0], lambda found: found.participant, draw=True)
        assert again.place == new[0].place

    async def test_changes_of_one_participant_come_one_after_the_other(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        one = study.participants[0].id

        def say(number: int) -> Response:
            return Response(question=f"q{number}", period=0, value="yes")

        async def add(number: int) -> None:
            await studies.change(
                one, lambda found: replace(found.participant, responses=(*found.participant.responses, say(number)))
            )

        await asyncio.gather(*(add(number) for number in range(8)))
        stored = (await studies.participants(study.study.id))[0]
        assert {response.question for response in stored.responses} == {f"q{number}" for number in range(8)}

    async def test_a_successor_gets_the_next_number_and_the_same_place(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        lost = await studies.change(study.participants[1].id, lambda found: found.participant, draw=True)

        def leave(found: Enrolled) -> Participant:
            return replace(found.participant, state=ParticipantState.REPLACED)

        def come(number: int) -> Participant:
            return invited(study.study.id, number, KEYS, NOW, replaces=lost.number)[0]

        new = await studies.replace(lost.id, leave, come)
        assert (new.number, new.replaces) == (5, 2)
        drawn = await studies.change(new.id, lambda found: found.participant, draw=True)
        assert (drawn.place, drawn.sequence) == (lost.place, lost.sequence)
        with pytest.raises(StateConflict):
            await studies.replace(lost.id, leave, come)
        assert len(await studies.participants(study.study.id)) == 5

    async def test_no_more_places_than_were_prepared(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        for each in study.participants:
            await studies.change(each.id, lambda found: found.participant, draw=True)
        extra = await studies.replace(
            study.participants[0].id,
            lambda found: found.participant,
            lambda number: invited(study.study.id, number, KEYS, NOW)[0],
        )
        with pytest.raises(StateConflict):
            await studies.change(extra.id, lambda found: found.participant, draw=True)

    async def test_a_browser_is_known_to_be_elsewhere_until_that_one_has_finished(self, studies: StudyStore) -> None:
        one, two, *_ = (await made(studies)).new.participants

        def begin(found: Enrolled) -> Participant:
            return replace(found.participant, state=ParticipantState.IN_PROGRESS, browsers=("b",))

        await studies.change(one.id, begin)
        assert await studies.elsewhere(two, "b")
        assert not await studies.elsewhere(two, "c")
        assert not await studies.elsewhere(one, "b")
        await studies.change(one.id, lambda found: replace(found.participant, state=ParticipantState.COMPLETED))
        assert not await studies.elsewhere(two, "b")

    async def test_a_running_answer_is_kept_as_it_grows_and_an_ended_one_is_not_touched(
        self, studies: StudyStore
    ) -> None:
        study = (await made(studies)).new
        running, ended = answer(), replace(answer(AnswerState.FAILED, "half"), attempt=2)
        await studies.change(study.participants[0].id, lambda found: talking(found.participant, running, ended))
        grown = [replace(each, state=AnswerState.STREAMING, text="grown") for each in (running, ended)]
        await studies.save_progress(grown)
        stored = (await studies.participants(study.study.id))[0].periods[0].turns[0].answers
        assert [each.text for each in stored] == ["grown", "half"]

    async def test_a_lease_is_renewed_by_its_owner_only(self, studies: StudyStore) -> None:
        study = (await made(studies)).new
        new = await studies.change(study.participants[0].id, lambda found: talking(found.participant, answer()))
        period = new.periods[0].id
        await studies.renew_periods([period], Lease(owner="process-2", until=at(99)), at(9))
        assert (await studies.participants(study.study.id))[0] == new
        await studies.renew_periods([period], Lease(owner="process-1", until=at(99)), at(9))
        renewed = (await studies.participants(study.study.id))[0].periods[0]
        assert (renewed.lease_until, renewed.seen_at, renewed.running_since) == (at(99), at(9), at(1))

    async def test_a_study_is_moved_by_what_is_decided_of_it(self, studies: StudyStore) -> None:
        study = (await made(studies)).new.study
        closed = await studies.move_study(
            study.id,
            lambda found, people: replace(
                found, state=StudyState.CLOSED, closed_at=NOW + timedelta(1), closed_early=len(people) == 4
            ),
        )
        assert await studies.study(study.id) == closed
        assert closed.closed_early
        with pytest.raises(StateConflict):
            await studies.move_study(new_id(), lambda found, _people: found)

    async def test_sequences_are_exactly_balanced(self, studies: StudyStore) -> None:
        assert list((await made(studies)).new.sequences).count(Order.AB) == 2
