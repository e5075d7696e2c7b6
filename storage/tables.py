"""The tables, as SQLAlchemy declarative classes.

Normal form: a turn (the prompt, once) belongs to a battle, a conversation (who answers) to one of its sides, and every
attempt is an `answer` where the two meet; so a prompt is never stored twice, and the draw is who the conversations are
with. A study's period takes the battle's place in `turn` and `conversation`; see storage/study_tables.py.

A vote repeats the two names, so that the counts can be made anew from one index; a contestant's row never changes, so
the names cannot drift apart. Ids are text, not a database's UUID type: a malformed id from a browser is then simply not
found, everywhere, and whoever reads the file sees the id that the log has.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Float, ForeignKey, Index, Integer, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from arena.models import (
    LIVE_STATES,
    AnswerState,
    BattleState,
    ErrorKind,
    Outcome,
    Pacing,
    Side,
    Standing,
    Tag,
    Verdict,
)
from storage.types import UtcDateTime, WordList, closed_words, growing_words

ID = String(36)
DIGEST = String(64)

LIVE_BATTLE_INDEX = "uq_battle_live"
"""One live battle per rater; storage/faults.py knows a violation by this name, or by its column."""

_BATTLE_OR_PERIOD = "(battle_id IS NULL) <> (period_id IS NULL)"


class Base(DeclarativeBase):
    """Names every constraint, so that a migration can find it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class ContestantRow(Base):
    """A contestant's snapshot, by the hash of everything that shapes its answers. Written once, never changed."""

    __tablename__ = "contestant"

    hash: Mapped[str] = mapped_column(DIGEST, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    snapshot: Mapped[str] = mapped_column(Text)
    notice: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RaterRow(Base):
    """A pseudonymous voter. The digests are those of the cookie and of the erasure code; imported raters have none."""

    __tablename__ = "rater"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    digest: Mapped[str | None] = mapped_column(DIGEST, unique=True)
    erasure_digest: Mapped[str | None] = mapped_column(DIGEST, unique=True)
    excluded: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BattleRow(Base):
    """A battle's state and draw. No rater: erased, or imported without one. No probability: imported, not known."""

    __tablename__ = "battle"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    rater_id: Mapped[str | None] = mapped_column(ForeignKey("rater.id"))
    state: Mapped[BattleState] = mapped_column(closed_words(BattleState, "state"))
    probability: Mapped[float | None] = mapped_column(Float)
    pacing: Mapped[Pacing] = mapped_column(closed_words(Pacing, "pacing"))
    pace_cps: Mapped[float | None] = mapped_column(Float)
    owner: Mapped[str] = mapped_column(Text)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "rater_id", "created_at"), Index(None, "state", "updated_at"))


_LIVE = BattleRow.state.in_(sorted(LIVE_STATES))
Index(LIVE_BATTLE_INDEX, BattleRow.rater_id, unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE)


class ConversationRow(Base):
    """One contestant's side of a battle, or one period of a study."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    battle_id: Mapped[str | None] = mapped_column(ForeignKey("battle.id"))
    period_id: Mapped[str | None] = mapped_column(ForeignKey("period.id"), unique=True)
    side: Mapped[Side | None] = mapped_column(closed_words(Side, "side"))
    contestant_hash: Mapped[str] = mapped_column(ForeignKey("contestant.hash"))

    __table_args__ = (
        UniqueConstraint("battle_id", "side"),
        CheckConstraint(_BATTLE_OR_PERIOD, "battle_or_period"),
        CheckConstraint("(battle_id IS NULL) = (side IS NULL)", "side_of_battle"),
    )


class TurnRow(Base):
    """A prompt; `position` counts from 0."""

    __tablename__ = "turn"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    battle_id: Mapped[str | None] = mapped_column(ForeignKey("battle.id"))
    period_id: Mapped[str | None] = mapped_column(ForeignKey("period.id"))
    position: Mapped[int] = mapped_column(Integer)
    prompt: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("battle_id", "position"),
        UniqueConstraint("period_id", "position"),
        CheckConstraint(_BATTLE_OR_PERIOD, "battle_or_period"),
    )


class AnswerRow(Base):
    """One attempt of one conversation at one turn. The columns from `ttft_ms` on are those of `models.Measured`."""

    __tablename__ = "answer"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    turn_id: Mapped[str] = mapped_column(ForeignKey("turn.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    attempt: Mapped[int] = mapped_column(Integer)
    state: Mapped[AnswerState] = mapped_column(closed_words(AnswerState, "state"))
    text: Mapped[str] = mapped_column(Text)
    thinking: Mapped[str] = mapped_column(Text)
    finish_reason: Mapped[str] = mapped_column(Text)
    error_kind: Mapped[ErrorKind | None] = mapped_column(growing_words(ErrorKind, "error_kind"))
    leak: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ttft_ms: Mapped[float | None] = mapped_column(Float)
    ttfat_ms: Mapped[float | None] = mapped_column(Float)
    duration_ms: Mapped[float | None] = mapped_column(Float)
    chunks: Mapped[int] = mapped_column(Integer)
    gap_p50_ms: Mapped[float | None] = mapped_column(Float)
    gap_p95_ms: Mapped[float | None] = mapped_column(Float)
    gap_max_ms: Mapped[float | None] = mapped_column(Float)
    prompt_tokens: Mapped[int | None] = mapped_column(Integer)
    completion_tokens: Mapped[int | None] = mapped_column(Integer)
    thinking_chars: Mapped[int] = mapped_column(Integer)
    engine: Mapped[str] = mapped_column(Text)
    requests: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("turn_id", "conversation_id", "attempt"),)


class VoteRow(Base):
    """A vote as it was judged where it was given. `standing` is its cell in this database's counts."""

    __tablename__ = "vote"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    battle_id: Mapped[str] = mapped_column(ForeignKey("battle.id"), unique=True)
    rater_id: Mapped[str | None] = mapped_column(ForeignKey("rater.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(closed_words(Outcome, "outcome"))
    left_name: Mapped[str] = mapped_column(Text)
    right_name: Mapped[str] = mapped_column(Text)
    standing: Mapped[Standing] = mapped_column(growing_words(Standing, "standing"))
    reasons: Mapped[tuple[Standing, ...]] = mapped_column(WordList(Standing))
    tags_a: Mapped[tuple[Tag, ...]] = mapped_column(WordList(Tag))
    tags_b: Mapped[tuple[Tag, ...]] = mapped_column(WordList(Tag))
    comment: Mapped[str] = mapped_column(Text)
    comment_after: Mapped[str] = mapped_column(Text)
    dwell_ms: Mapped[int | None] = mapped_column(Integer)
    turns: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(Text)
    is_code: Mapped[bool] = mapped_column()
    pacing: Mapped[Pacing] = mapped_column(closed_words(Pacing, "pacing"))
    origin: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_vote_cell", "left_name", "right_name", "outcome", "standing", "rater_id"),
        Index("ix_vote_newest", "created_at", "id"),
    )


class VoteCountRow(Base):
    """How many votes each cell has; changed in the transaction that changes a vote."""

    __tablename__ = "vote_count"

    left_name: Mapped[str] = mapped_column(Text, primary_key=True)
    right_name: Mapped[str] = mapped_column(Text, primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(closed_words(Outcome, "outcome"), primary_key=True)
    standing: Mapped[Standing] = mapped_column(growing_words(Standing, "standing"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)

    __table_args__ = (CheckConstraint("n >= 0", "not_negative"),)


class VoteCheckRow(Base):
    """What a rule against abuse found on a vote; `lifted_at` says that the operator has cleared the vote of it."""

    __tablename__ = "vote_check"

    vote_id: Mapped[str] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    rule: Mapped[Standing] = mapped_column(growing_words(Standing, "rule"), primary_key=True)
    verdict: Mapped[Verdict] = mapped_column(closed_words(Verdict, "verdict"))
    details: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VoteAddressRow(Base):
    """Where a vote came from: a keyed hash of an address prefix, another one every day. Deleted after two days."""

    __tablename__ = "vote_address"

    vote_id: Mapped[str] = mapped_column(ForeignKey("vote.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(32))


class RequestCountRow(Base):
    """How many requests of a kind came in a window of time; for limits that hold across processes."""

    __tablename__ = "request_count"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    n: Mapped[int] = mapped_column(Integer)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AuditEventRow(Base):
    """Something that an operator may want to look up: a report of an answer, an erasure, an import."""

    __tablename__ = "audit_event"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    battle_id: Mapped[str | None] = mapped_column(ForeignKey("battle.id"), index=True)
    side: Mapped[Side | None] = mapped_column(closed_words(Side, "side"))
    details: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SettingRow(Base):
    """What the database knows of itself: its origin id, the secret, whether the arena is paused."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
