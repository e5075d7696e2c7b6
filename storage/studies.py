"""Studies and their participants; functions of a connection inside a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from arena.errors import StateConflict
from arena.ports import Lease
from arena.study_json import canonical
from arena.study_models import ParticipantState, Study
from arena.study_people import Participant, PeriodState
from arena.study_ports import Decide, Enrolled, NewStudy
from storage.battles import contestant_cards
from storage.rows import Card, save_contestants
from storage.study_loading import PEOPLE, load_participants, study_of
from storage.study_saving import insert_participant, save_participant
from storage.study_tables import ParticipantBrowserRow, ParticipantRow, PeriodRow, StudyRow

_STUDIES = select(*StudyRow.__table__.columns).order_by(StudyRow.created_at, StudyRow.id)
_UNFINISHED = (ParticipantState.INVITED, ParticipantState.IN_PROGRESS)
SHORTEST_PREFIX = 4


def create(connection: Connection, new: NewStudy) -> None:
    """Insert a study with its contestants' snapshots and its participants."""
    study = new.study
    hashes = [contestant.snapshot_hash for contestant in new.contestants]
    if hashes:
        save_contestants(connection, [Card.of(c) for c in new.contestants], study.created_at)
    first, second = hashes or (None, None)
    frozen = {
        "id": study.id,
        "created_at": study.created_at,
        "protocol": canonical(study.protocol),
        "protocol_hash": study.protocol_hash,
        "sequences": tuple(new.sequences),
        "first_hash": first,
        "second_hash": second,
    }
    connection.execute(insert(StudyRow), frozen | _study_values(study))
    for participant in new.participants:
        insert_participant(connection, participant)


def find(connection: Connection, study_id: str) -> Study | None:
    """A study by its id, or by a beginning of it that no other one has."""
    if len(study_id) < SHORTEST_PREFIX:
        return None
    begins = StudyRow.id.startswith(study_id, autoescape=True)
    found = connection.execute(_STUDIES.where(begins).limit(2)).all()
    return study_of(found[0]) if len(found) == 1 else None


def every(connection: Connection) -> list[Study]:
    """All studies, oldest first."""
    return [study_of(row) for row in connection.execute(_STUDIES)]


def enrolled_by_code(connection: Connection, code_digest: str) -> Enrolled | None:
    """Whose link this is."""
    return _enrolled(connection, ParticipantRow.code_digest == code_digest)


def enrolled_in_period(connection: Connection, period_id: str) -> Enrolled | None:
    """Whose period this is."""
    owner = select(PeriodRow.participant_id).where(PeriodRow.id == period_id).scalar_subquery()
    return _enrolled(connection, ParticipantRow.id == owner)


def participants(connection: Connection, study_id: str) -> list[Participant]:
    """A study's participants, in order."""
    return load_participants(connection, connection.execute(PEOPLE.where(ParticipantRow.study_id == study_id)).all())


def snapshots(connection: Connection, study_id: str) -> list[str]:
    """The contestants' snapshots, the first and the second."""
    frozen = select(StudyRow.first_hash, StudyRow.second_hash).where(StudyRow.id == study_id)
    hashes = [each for each in connection.execute(frozen).one() if each]
    known = contestant_cards(connection, hashes)
    return [known[each] for each in hashes]


def elsewhere(connection: Connection, participant: Participant, browser: str) -> bool:
    """Whether a browser takes part in the same study as somebody else who has not finished."""
    statement = (
        select(ParticipantRow.id)
        .join(ParticipantBrowserRow, ParticipantBrowserRow.participant_id == ParticipantRow.id)
        .where(
            ParticipantBrowserRow.digest == browser,
            ParticipantRow.study_id == participant.study_id,
            ParticipantRow.id != participant.id,
            ParticipantRow.state.in_(_UNFINISHED),
        )
    )
    return connection.execute(statement.limit(1)).first() is not None


def change(connection: Connection, participant_id: str, decide: Decide, *, draw: bool) -> Participant:
    """Hold a participant, decide, write the difference."""
    found = _held(connection, participant_id, alone_with_study=draw)
    drawn = _placed(connection, found.participant) if draw and found.participant.place is None else found.participant
    new = decide(replace(found, participant=drawn))
    save_participant(connection, found.participant, new)
    return new


def replace_with(
    connection: Connection, replaced_id: str, decide: Decide, successor: Callable[[int], Participant]
) -> Participant:
    """Change a participant and insert the one who gets the place."""
    found = _held(connection, replaced_id, alone_with_study=True)
    save_participant(connection, found.participant, decide(found))
    theirs = ParticipantRow.study_id == found.study.id
    highest = connection.scalar(select(func.max(ParticipantRow.number)).where(theirs)) or 0
    new = successor(highest + 1)
    insert_participant(connection, new)
    return new


def move(connection: Connection, study_id: str, decide: Callable[[Study, Sequence[Participant]], Study]) -> Study:
    """Hold a study, decide, write its state, source and times."""
    row = connection.execute(_STUDIES.where(StudyRow.id == study_id).with_for_update()).first()
    if row is None:
        raise StateConflict(f"there is no study {study_id}")
    new = decide(study_of(row), participants(connection, study_id))
    connection.execute(update(StudyRow).where(StudyRow.id == study_id).values(_study_values(new)))
    return new


def renew(connection: Connection, period_ids: Sequence[str], lease: Lease, now: datetime) -> None:
    """Prolong the leases that this owner still has, and note that somebody follows."""
    running = (PeriodRow.owner == lease.owner, PeriodRow.state == PeriodState.STREAMING)
    renewed = update(PeriodRow).where(PeriodRow.id.in_(period_ids), *running)
    connection.execute(renewed.values(lease_until=lease.until, seen_at=now))


def _study_values(study: Study) -> dict[str, object]:
    names = ("source", "state", "closed_at", "published_at", "closed_early")
    return {name: getattr(study, name) for name in names}


def _enrolled(connection: Connection, which: ColumnElement[bool]) -> Enrolled | None:
    rows = connection.execute(PEOPLE.where(which)).all()
    if not rows:
        return None
    study = connection.execute(_STUDIES.where(StudyRow.id == rows[0].study_id)).one()
    return _with_study(study, load_participants(connection, rows)[0])


def _with_study(study: Row[*tuple[object, ...]], participant: Participant) -> Enrolled:
    hashes = tuple(each for each in (study.first_hash, study.second_hash) if each)
    return Enrolled(study=study_of(study), participant=participant, hashes=hashes)


def _held(connection: Connection, participant_id: str, *, alone_with_study: bool) -> Enrolled:
    """A participant that nobody else changes meanwhile, and whose study nobody closes; the study is held first."""
    theirs = select(ParticipantRow.study_id).where(ParticipantRow.id == participant_id).scalar_subquery()
    held_study = _STUDIES.where(StudyRow.id == theirs).with_for_update(read=not alone_with_study)
    study = connection.execute(held_study).first()
    if study is None:
        raise StateConflict(f"there is no participant {participant_id}")
    rows = connection.execute(PEOPLE.where(ParticipantRow.id == participant_id).with_for_update()).all()
    return _with_study(study, load_participants(connection, rows)[0])


def _placed(connection: Connection, new: Participant) -> Participant:
    """The next prepared sequence, or the place of the person who is replaced."""
    theirs = ParticipantRow.study_id == new.study_id
    place = None
    if new.replaces is not None:
        place = connection.scalar(select(ParticipantRow.place).where(theirs, ParticipantRow.number == new.replaces))
    if place is None:
        place = (connection.scalar(select(func.max(ParticipantRow.place)).where(theirs)) or 0) + 1
    sequences = connection.scalars(select(StudyRow.sequences).where(StudyRow.id == new.study_id)).one()
    if place > len(sequences):
        raise StateConflict(f"all {len(sequences)} places of study {new.study_id} are taken")
    return replace(new, place=place, sequence=sequences[place - 1])
