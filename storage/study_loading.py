"""Rows -> studies and participants. Any number of participants, whatever they said, takes six statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Row, bindparam, literal, select

from arena.models import Answer, Side, Turn
from arena.study_json import from_canonical
from arena.study_models import Response, Study
from arena.study_people import Participant, Period
from storage.loading import answer_of, turn_of
from storage.study_tables import ParticipantBrowserRow, ParticipantRow, PeriodRow, ResponseRow
from storage.tables import AnswerRow, ConversationRow, TurnRow

PARTICIPANT = tuple(f.name for f in fields(Participant) if f.name not in ("browsers", "periods", "responses"))
"""The columns of a participant that are the fields of `Participant`."""
PERIOD = tuple(f.name for f in fields(Period) if f.name not in ("contestant_hash", "turns"))

PEOPLE = select(*ParticipantRow.__table__.columns).order_by(ParticipantRow.number)
"""Participants in order; narrowed by whoever loads."""

_PERIODS = (
    select(*PeriodRow.__table__.columns, ConversationRow.contestant_hash)
    .outerjoin(ConversationRow, ConversationRow.period_id == PeriodRow.id)
    .where(PeriodRow.participant_id.in_(bindparam("ids", expanding=True)))
    .order_by(PeriodRow.participant_id, PeriodRow.number)
)
_RESPONSES = (
    select(*ResponseRow.__table__.columns)
    .where(ResponseRow.participant_id.in_(bindparam("ids", expanding=True)))
    .order_by(ResponseRow.participant_id, ResponseRow.position)
)
_BROWSERS = (
    select(*ParticipantBrowserRow.__table__.columns)
    .where(ParticipantBrowserRow.participant_id.in_(bindparam("ids", expanding=True)))
    .order_by(ParticipantBrowserRow.digest)
)
_IN_PERIODS = TurnRow.period_id.in_(bindparam("ids", expanding=True))
_TURNS = select(*TurnRow.__table__.columns).where(_IN_PERIODS).order_by(TurnRow.period_id, TurnRow.position)
_ANSWERS = (
    select(*AnswerRow.__table__.columns, literal(Side.A, ConversationRow.side.type).label("side"))
    .join(TurnRow, TurnRow.id == AnswerRow.turn_id)
    .where(_IN_PERIODS)
    .order_by(AnswerRow.turn_id, AnswerRow.attempt)
)


def study_of(row: Row[*tuple[Any, ...]]) -> Study:
    """A study from its row."""
    return Study(
        id=row.id,
        protocol=from_canonical(row.protocol),
        protocol_hash=row.protocol_hash,
        source=row.source,
        state=row.state,
        created_at=row.created_at,
        closed_at=row.closed_at,
        published_at=row.published_at,
        closed_early=row.closed_early,
    )


def load_participants(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Participant]:
    """Participants whole, in the order of their rows."""
    if not rows:
        return []
    these = {"ids": [row.id for row in rows]}
    periods = _load_periods(connection, these)
    responses = _grouped(connection.execute(_RESPONSES, these))
    browsers = _grouped(connection.execute(_BROWSERS, these))
    return [
        Participant(
            **{name: row._mapping[name] for name in PARTICIPANT},
            periods=tuple(periods.get(row.id, ())),
            responses=tuple(_response(each) for each in responses.get(row.id, ())),
            browsers=tuple(each.digest for each in browsers.get(row.id, ())),
        )
        for row in rows
    ]


def _grouped(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, list[Row[*tuple[Any, ...]]]]:
    found: defaultdict[str, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(row)
    return found


def _load_periods(connection: Connection, these: dict[str, list[str]]) -> dict[str, list[Period]]:
    rows = connection.execute(_PERIODS, these).all()
    turns = _load_turns(connection, [row.id for row in rows])
    found: defaultdict[str, list[Period]] = defaultdict(list)
    for row in rows:
        values = {name: row._mapping[name] for name in PERIOD}
        period = Period(**values, contestant_hash=row.contestant_hash or "", turns=tuple(turns.get(row.id, ())))
        found[row.participant_id].append(period)
    return found


def _load_turns(connection: Connection, period_ids: list[str]) -> dict[str, list[Turn]]:
    if not period_ids:
        return {}
    answers: defaultdict[str, list[Answer]] = defaultdict(list)
    for row in connection.execute(_ANSWERS, {"ids": period_ids}):
        answers[row.turn_id].append(answer_of(row))
    turns: defaultdict[str, list[Turn]] = defaultdict(list)
    for row in connection.execute(_TURNS, {"ids": period_ids}):
        turns[row.period_id].append(turn_of(row, answers.get(row.id, ())))
    return turns


def _response(row: Row[*tuple[Any, ...]]) -> Response:
    return Response(question=row.question, period=row.period, value=row.value, phrase=row.phrase)
