"""What an operator does with a study: look at it without seeing outcomes, replace, withdraw, close, publish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from arena.errors import StateConflict, UserError
from arena.keys import Keys
from arena.models import Contestant
from arena.ports import Clock
from arena.study import acts, clock
from arena.study.making import Invitation, Made, invited, new_study
from arena.study.refusals import NotPossible, Why
from arena.study.sheets import failures, stored_record, study_record
from arena.study.talk import Moment, answered
from arena.study_models import ParticipantState, Protocol, Study, StudyRecord, StudySource, StudyState
from arena.study_people import Participant, Period
from arena.study_ports import Enrolled, StudyStore

NONE = "–"
"""What a cell says of what has not been."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkStatus:
    """How a talk went, without saying with whom."""

    period: int
    state: str
    turns: int
    active_s: float
    failures: int
    leaks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStatus:
    """Where a participant is. Neither sequence nor answers."""

    label: str
    state: ParticipantState
    step: str
    source: StudySource
    replaces: str
    language: str
    answers: int
    talks: tuple[TalkStatus, ...]
    last_seen: datetime | None


def talk_cells(person: PersonStatus, said: Callable[[TalkStatus], str]) -> tuple[str, ...]:
    """A table's cells on a participant: what is said of the two talks, failures, leaks, when they were last seen."""
    talks = {talk.period: said(talk) for talk in person.talks}
    return (
        talks.get(1, NONE),
        talks.get(2, NONE),
        str(sum(talk.failures for talk in person.talks)),
        str(sum(talk.leaks for talk in person.talks)),
        f"{person.last_seen:%m-%d %H:%M}" if person.last_seen else NONE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStatus:
    """A study as its operator may see it at any time. `balance` (places by sequence) is empty before it closes."""

    study: Study
    places: int
    places_given: int
    completed: int
    withdrawn: int
    replaced: int
    balance: dict[str, int]
    people: tuple[PersonStatus, ...]


class StudyOffice:
    """The operator's side of the studies in a database."""

    def __init__(self, *, store: StudyStore, keys: Keys, clock: Clock, away_s: float = 15.0) -> None:
        self._store = store
        self._keys = keys
        self._clock = clock
        self._away_s = away_s

    async def create(self, protocol: Protocol, field: Sequence[Contestant], seed: int) -> Made:
        """Store a study; its protocol and its contestants are frozen from here on."""
        made = new_study(protocol, field, self._keys, seed, self._clock.now())
        await self._store.create_study(made.new)
        log.info("study_created", study=made.new.study.id, protocol=made.new.study.protocol_hash)
        return made

    async def load(self, record: StudyRecord) -> Study:
        """Store a record that was made elsewhere; its source stays what it was."""
        new = stored_record(record, self._clock.now())
        await self._store.create_study(new)
        return new.study

    async def study(self, study_id: str) -> Study:
        """A study by its id or the beginning of it. Raises `NotPossible` when there is no such one."""
        found = await self._store.study(study_id)
        if found is None:
            known = ", ".join(each.id[:8] for each in await self._store.studies()) or "none"
            raise NotPossible(Why.NO_STUDY, study=study_id, known=known)
        return found

    async def studies(self) -> Sequence[Study]:
        """All studies, oldest first."""
        return await self._store.studies()

    async def status(self, study_id: str) -> StudyStatus:
        """Who is where, without outcomes."""
        study = await self.study(study_id)
        return study_status(study, await self._store.participants(study.id), self._moment())

    async def record(self, study_id: str) -> StudyRecord:
        """All sheets. Raises `NotPossible` before the study closes, unless its protocol lets the operator peek."""
        study = await self.study(study_id)
        check_outcomes_open(study)
        return study_record(study, await self._store.participants(study.id))

    async def conversations(self, study_id: str) -> Sequence[Participant]:
        """The participants whose talks may be exported, with them; as closed as the outcomes are."""
        study = await self.study(study_id)
        check_outcomes_open(study)
        everybody = await self._store.participants(study.id)
        return [each for each in everybody if each.state is not ParticipantState.WITHDRAWN]

    async def replace(self, study_id: str, label: str) -> Invitation:
        """Give the place of somebody who was lost to somebody new, with its sequence; the new person's link."""
        study, participant = await self._participant(study_id, label)
        invitations: list[Invitation] = []

        def successor(number: int) -> Participant:
            new, invitation = invited(study.id, number, self._keys, self._clock.now(), replaces=participant.number)
            invitations.append(invitation)
            return new

        try:
            await self._store.replace(participant.id, lambda found: acts.replaced(found, self._moment()), successor)
        except UserError as error:
            raise _not_replaced(study, participant) from error
        except StateConflict as error:
            raise NotPossible(Why.REPLACED, participant=participant.label) from error
        return invitations[-1]

    async def withdraw(self, study_id: str, label: str, *, erase: bool) -> None:
        """Take somebody out of the study, who asked for it."""
        _, participant = await self._participant(study_id, label)

        def decide(found: Enrolled) -> Participant:
            return acts.withdrawn(found, self._moment(), erase=erase)

        try:
            await self._store.change(participant.id, decide)
        except UserError as error:
            raise NotPossible(Why.PUBLISHED) from error
        if erase:
            await self._store.forget()

    async def close(self, study_id: str) -> Study:
        """No more answers; outcomes may be looked at. Closing a closed study changes nothing."""
        study = await self.study(study_id)

        def decide(found: Study, people: Sequence[Participant]) -> Study:
            if found.state is not StudyState.OPEN:
                return found
            done = sum(each.state is ParticipantState.COMPLETED for each in people)
            early = done < found.protocol.participants
            return replace(found, state=StudyState.CLOSED, closed_at=self._clock.now(), closed_early=early)

        return await self._store.move_study(study.id, decide)

    async def publish(self, study_id: str) -> Study:
        """The report is out: nothing can be withdrawn any more. Only a closed study can be published."""
        study = await self.study(study_id)

        def decide(found: Study, _people: Sequence[Participant]) -> Study:
            if found.state is StudyState.OPEN:
                raise NotPossible(Why.STILL_OPEN, study=found.id[:8])
            if found.state is StudyState.PUBLISHED:
                return found
            return replace(found, state=StudyState.PUBLISHED, published_at=self._clock.now())

        return await self._store.move_study(study.id, decide)

    def _moment(self) -> Moment:
        return Moment(now=self._clock.now(), away_s=self._away_s)

    async def _participant(self, study_id: str, label: str) -> tuple[Study, Participant]:
        study = await self.study(study_id)
        everybody = await self._store.participants(study.id)
        found = next((each for each in everybody if each.label.casefold() == label.casefold()), None)
        if found is None:
            raise NotPossible(Why.NO_PARTICIPANT, study=study.id[:8], participant=label, last=everybody[-1].label)
        return study, found


def check_outcomes_open(study: Study) -> None:
    """Raise `NotPossible` while nobody may look at outcomes."""
    if study.state is StudyState.OPEN and not study.protocol.peek:
        raise NotPossible(Why.OUTCOMES_CLOSED, study=study.id[:8])


def study_status(study: Study, people: Sequence[Participant], at: Moment) -> StudyStatus:
    """The status of a study; who got which sequence is left out while it is open."""
    states = [each.state for each in people]
    sequences = [each.sequence for each in people if each.sequence is not None and each.replaces is None]
    closed = study.state is not StudyState.OPEN
    return StudyStatus(
        study=study,
        places=study.protocol.participants,
        places_given=len({each.place for each in people if each.place is not None}),
        completed=states.count(ParticipantState.COMPLETED),
        withdrawn=states.count(ParticipantState.WITHDRAWN),
        replaced=states.count(ParticipantState.REPLACED),
        balance={order: sequences.count(order) for order in sorted(set(sequences))} if closed else {},
        people=tuple(_person(each, at) for each in people),
    )


def _person(participant: Participant, at: Moment) -> PersonStatus:
    seen = [period.seen_at for period in participant.periods if period.seen_at is not None]
    began = participant.consented_at is not None
    return PersonStatus(
        label=participant.label,
        state=participant.state,
        step=participant.step.value,
        source=participant.source,
        replaces="" if participant.replaces is None else replace(participant, number=participant.replaces).label,
        language=participant.language,
        answers=len(participant.responses),
        talks=tuple(_talk(period, at) for period in participant.periods),
        last_seen=max([participant.updated_at, *seen]) if began else None,
    )


def _talk(period: Period, at: Moment) -> TalkStatus:
    return TalkStatus(
        period=period.number,
        state=period.state.value,
        turns=len(answered(period)),
        active_s=round(clock.seconds(period, at.now, at.away_s), 1),
        failures=failures(period),
        leaks=sum(bool(answer.leak) for turn in period.turns for answer in turn.answers),
    )


def _not_replaced(study: Study, participant: Participant) -> NotPossible:
    if study.state is not StudyState.OPEN:
        return NotPossible(Why.NOT_OPEN, study=study.id[:8])
    done = participant.state is ParticipantState.COMPLETED
    return NotPossible(Why.COMPLETED if done else Why.REPLACED, participant=participant.label)
