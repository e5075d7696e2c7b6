"""Participants -> the response sheets that the analysis reads, and back for sheets that come from elsewhere. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from arena.ids import new_id
from arena.models import AnswerState, Side
from arena.study.assignment import assign
from arena.study.talk import answered
from arena.study_json import protocol_hash
from arena.study_models import (
    ParticipantState,
    PeriodFigures,
    Protocol,
    Response,
    Sheet,
    Study,
    StudyRecord,
)
from arena.study_people import Participant, Period, PeriodState, Step
from arena.study_ports import NewStudy


def study_record(study: Study, participants: Sequence[Participant]) -> StudyRecord:
    """A study with all its sheets, in order."""
    return StudyRecord(study=study, sheets=tuple(sheet(study.protocol, each) for each in participants))


def sheet(protocol: Protocol, participant: Participant) -> Sheet:
    """One participant's sheet. Who has withdrawn keeps label, sequence and state only."""
    from_person = participant.state is not ParticipantState.WITHDRAWN
    replaced = "" if participant.replaces is None else replace(participant, number=participant.replaces).label
    return Sheet(
        participant=participant.label,
        state=participant.state,
        sequence=participant.sequence,
        replaces=replaced,
        language=participant.language,
        periods=tuple(figures(protocol, participant, p) for p in participant.periods) if from_person else (),
        responses=_in_order(protocol, participant.responses) if from_person else (),
        source=participant.source,
    )


def figures(protocol: Protocol, participant: Participant, period: Period) -> PeriodFigures:
    """What was measured of a period."""
    if participant.sequence is None:
        raise ValueError(f"participant {participant.label} has a period and no sequence")
    turns = answered(period)
    answers = [answer for turn in turns if (answer := turn.latest(Side.A)) is not None]
    return PeriodFigures(
        period=period.number,
        contestant=protocol.contestants[participant.sequence.contestant(period.number)],
        turns=len(turns),
        prompt_chars=sum(len(turn.prompt) for turn in turns),
        answer_chars=sum(len(answer.text) for answer in answers),
        active_s=None if period.started_at is None else period.active_s,
        failures=failures(period),
        leaked=any(answer.leak for turn in period.turns for answer in turn.answers),
    )


def failures(period: Period) -> int:
    """Attempts that ended without an answer through the model's fault."""
    return sum(answer.state is AnswerState.FAILED for turn in period.turns for answer in turn.answers)


def _in_order(protocol: Protocol, responses: Sequence[Response]) -> tuple[Response, ...]:
    """What was said, in the order of the protocol; questions that were left out are not in it."""
    places = {question.id: place for place, question in enumerate(protocol.questions)}
    said = [response for response in responses if response.value]
    return tuple(sorted(said, key=lambda response: (places[response.question], response.period)))


def stored_record(record: StudyRecord, now: datetime) -> NewStudy:
    """A record that was made elsewhere (reconstructed, or an export) as a study to be stored, under an id of its own.

    Its participants have no links. Of their talks only the responses are stored.
    """
    study = replace(record.study, id=new_id(), protocol_hash=protocol_hash(record.study.protocol))
    drawn = [each.sequence for each in record.sheets if each.sequence is not None]
    numbers = {each.participant: place for place, each in enumerate(record.sheets, start=1)}
    people = [_participant(study, each, numbers, now) for each in record.sheets]
    return NewStudy(
        study=study,
        sequences=drawn or assign(study.protocol.participants, 0),
        contestants=(),
        participants=people,
    )


def _participant(study: Study, from_sheet: Sheet, numbers: dict[str, int], now: datetime) -> Participant:
    number = numbers[from_sheet.participant]
    done = from_sheet.state is ParticipantState.COMPLETED
    return Participant(
        id=new_id(),
        study_id=study.id,
        number=number,
        code_digest=None,
        state=from_sheet.state,
        step=Step.DONE if done else Step.DEVICE,
        source=from_sheet.source,
        replaces=numbers.get(from_sheet.replaces),
        place=None if from_sheet.sequence is None else number,
        sequence=from_sheet.sequence,
        language=from_sheet.language,
        completed_at=now if done else None,
        created_at=now,
        updated_at=now,
        periods=tuple(Period(id=new_id(), number=p.period, state=PeriodState.OVER) for p in from_sheet.periods),
        responses=from_sheet.responses,
    )
