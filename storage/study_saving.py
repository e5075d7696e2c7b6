"""What has changed of a participant, written: the difference between what was read and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from arena.models import Answer, Side, Turn
from arena.study_models import Response
from arena.study_people import Participant, Period
from storage.rows import answer_values, conversation_id
from storage.study_loading import PARTICIPANT, PERIOD
from storage.study_tables import ParticipantBrowserRow, ParticipantRow, PeriodRow, ResponseRow
from storage.tables import AnswerRow, ConversationRow, TurnRow


def insert_participant(connection: Connection, new: Participant) -> None:
    """Insert a participant with everything."""
    connection.execute(insert(ParticipantRow), _columns(new, PARTICIPANT))
    _save_parts(connection, None, new)


def save_participant(connection: Connection, old: Participant, new: Participant) -> None:
    """Write what differs."""
    changes = {name: getattr(new, name) for name in PARTICIPANT if getattr(new, name) != getattr(old, name)}
    if changes:
        connection.execute(update(ParticipantRow).where(ParticipantRow.id == old.id).values(changes))
    _save_parts(connection, old, new)


def _save_parts(connection: Connection, old: Participant | None, new: Participant) -> None:
    _save_browsers(connection, old, new)
    _save_responses(connection, old, new)
    before = {period.id: period for period in old.periods} if old else {}
    for period in new.periods:
        _save_period(connection, new.id, before.get(period.id), period)


def _save_browsers(connection: Connection, old: Participant | None, new: Participant) -> None:
    before = set(old.browsers) if old else set()
    for digest in sorted(before - set(new.browsers)):
        theirs = (ParticipantBrowserRow.participant_id == new.id, ParticipantBrowserRow.digest == digest)
        connection.execute(delete(ParticipantBrowserRow).where(*theirs))
    for digest in sorted(set(new.browsers) - before):
        connection.execute(insert(ParticipantBrowserRow), {"participant_id": new.id, "digest": digest})


def _save_responses(connection: Connection, old: Participant | None, new: Participant) -> None:
    before = old.responses if old else ()
    if before == new.responses:
        return
    kept = new.responses[: len(before)] == before
    if not kept:  # answers are only ever added, or all erased
        connection.execute(delete(ResponseRow).where(ResponseRow.participant_id == new.id))
    first = len(before) if kept else 0
    for position, response in enumerate(new.responses[first:], start=first):
        connection.execute(insert(ResponseRow), _response_values(new.id, position, response))


def _response_values(participant_id: str, position: int, response: Response) -> dict[str, Any]:
    return {"participant_id": participant_id, "position": position, **asdict(response)}


def _save_period(connection: Connection, participant_id: str, old: Period | None, new: Period) -> None:
    if old is None:
        connection.execute(insert(PeriodRow), {"participant_id": participant_id, **_columns(new, PERIOD)})
        if new.contestant_hash:
            conversation = {"period_id": new.id, "contestant_hash": new.contestant_hash}
            connection.execute(insert(ConversationRow), {"id": conversation_id(new.id, Side.A), **conversation})
    else:
        changes = {name: getattr(new, name) for name in PERIOD if getattr(new, name) != getattr(old, name)}
        if changes:
            connection.execute(update(PeriodRow).where(PeriodRow.id == new.id).values(changes))
    before = {turn.id: turn for turn in old.turns} if old else {}
    for turn in new.turns:
        _save_turn(connection, new.id, before.get(turn.id), turn)


def _save_turn(connection: Connection, period_id: str, old: Turn | None, new: Turn) -> None:
    if old is None:
        row = {"id": new.id, "period_id": period_id, "position": new.index, "prompt": new.prompt}
        connection.execute(insert(TurnRow), row | {"created_at": new.created_at})
    elif old.prompt != new.prompt:
        connection.execute(update(TurnRow).where(TurnRow.id == new.id).values(prompt=new.prompt))
    before = {answer.id: answer for answer in old.answers} if old else {}
    _save_answers(connection, period_id, new.id, before, new.answers)


def _save_answers(
    connection: Connection, period_id: str, turn_id: str, before: dict[str, Answer], answers: Iterable[Answer]
) -> None:
    for answer in answers:
        if answer.id not in before:
            made = {"attempt": answer.attempt, "created_at": answer.created_at, **answer_values(answer)}
            row = {"id": answer.id, "turn_id": turn_id, "conversation_id": conversation_id(period_id, Side.A)}
            connection.execute(insert(AnswerRow), made | row)
        elif answer != before[answer.id]:
            connection.execute(update(AnswerRow).where(AnswerRow.id == answer.id).values(answer_values(answer)))


def _columns(what: object, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(what, name) for name in names}
