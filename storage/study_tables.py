"""The tables of a study. Its turns and answers are in the battles' tables: a period takes the battle's place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from arena.study_models import ParticipantState, Sequence, StudySource, StudyState
from arena.study_people import PeriodState, Step
from storage.tables import DIGEST, ID, Base
from storage.types import UtcDateTime, WordList, closed_words, growing_words


class StudyRow(Base):
    """A study. `sequences` were prepared with it, one for each place; nobody is shown them before it closes."""

    __tablename__ = "study"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    protocol: Mapped[str] = mapped_column(Text)
    protocol_hash: Mapped[str] = mapped_column(DIGEST)
    source: Mapped[StudySource] = mapped_column(closed_words(StudySource, "source"))
    state: Mapped[StudyState] = mapped_column(closed_words(StudyState, "state"))
    sequences: Mapped[tuple[Sequence, ...]] = mapped_column(WordList(Sequence))
    first_hash: Mapped[str | None] = mapped_column(ForeignKey("contestant.hash"))
    second_hash: Mapped[str | None] = mapped_column(ForeignKey("contestant.hash"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_early: Mapped[bool] = mapped_column()


class ParticipantRow(Base):
    """One person in a study. `replaces` is the number of the person whose place this one has."""

    __tablename__ = "participant"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int] = mapped_column(Integer)
    code_digest: Mapped[str | None] = mapped_column(DIGEST, unique=True)
    state: Mapped[ParticipantState] = mapped_column(closed_words(ParticipantState, "state"))
    step: Mapped[Step] = mapped_column(growing_words(Step, "step"))
    source: Mapped[StudySource] = mapped_column(closed_words(StudySource, "source"))
    replaces: Mapped[int | None] = mapped_column(Integer)
    place: Mapped[int | None] = mapped_column(Integer)
    sequence: Mapped[Sequence | None] = mapped_column(closed_words(Sequence, "sequence"))
    language: Mapped[str] = mapped_column(Text)
    consent: Mapped[str] = mapped_column(Text)
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resume_digest: Mapped[str] = mapped_column(String(64))
    break_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased: Mapped[bool] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("study_id", "number"),
        UniqueConstraint("study_id", "replaces"),
        CheckConstraint("(place IS NULL) = (sequence IS NULL)", "placed"),
    )


class ParticipantBrowserRow(Base):
    """A browser that may act for a participant."""

    __tablename__ = "participant_browser"

    participant_id: Mapped[str] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(DIGEST, primary_key=True, index=True)


class PeriodRow(Base):
    """A participant's talk with one contestant; see `arena.study_people.Period`."""

    __tablename__ = "period"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    participant_id: Mapped[str] = mapped_column(ForeignKey("participant.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[PeriodState] = mapped_column(closed_words(PeriodState, "state"))
    active_s: Mapped[float] = mapped_column(Float)
    running_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("participant_id", "number"),
        CheckConstraint("number IN (1, 2)", "number"),
        CheckConstraint("active_s >= 0", "active_s"),
    )


class ResponseRow(Base):
    """An answer to a question; `period` is 0 for a question that is not about one period."""

    __tablename__ = "response"

    participant_id: Mapped[str] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer)
    value: Mapped[str] = mapped_column(Text)
    phrase: Mapped[str] = mapped_column(Text)
