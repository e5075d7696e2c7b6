"""What an operator wants to know of a database at a glance.

Battles, errors and contestants are those of this arena; imported votes show among the votes that do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from arena.models import USABLE_ANSWERS, AnswerState, BattleState, ErrorKind, Standing
from storage.audit import REPORT
from storage.database import Database
from storage.tables import AnswerRow, AuditEventRow, BattleRow, ContestantRow, ConversationRow, RaterRow, VoteRow
from storage.tokens import given_here
from storage.votes import counts, last_vote_at

_NO_ANSWER = (ErrorKind.EMPTY, ErrorKind.THINKING_ONLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestantStats:
    """A contestant's attempts: how they ended and what they used. `no_answer` of the failed ones said nothing.

    `leaked`: answers in which it named itself.
    """

    name: str
    attempts: int
    usable: int
    failed: int
    no_answer: int
    interrupted: int
    leaked: int
    prompt_tokens: int
    completion_tokens: int

    @property
    def failure_rate(self) -> float | None:
        """Failed attempts among those that ended by themselves; None before there are any."""
        ended = self.usable + self.failed
        return self.failed / ended if ended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Counts of what a database has."""

    battles: Mapping[str, int]
    votes: int
    counted: int
    not_counted: Mapping[str, int]
    errors: Mapping[str, int]
    contestants: Sequence[ContestantStats]
    raters: int
    reports: int
    last_vote_at: datetime | None


def read_statistics(database: Database) -> Statistics:
    """All statistics, from one state of the database."""
    with database.read() as connection:
        standings: Counter[str] = Counter()
        for cell in counts(connection):
            standings[cell.standing.value] += cell.n
        counted = standings.pop(Standing.COUNTED.value, 0)
        return Statistics(
            battles=_battles(connection, database.origin),
            votes=counted + standings.total(),
            counted=counted,
            not_counted=dict(sorted(standings.items())),
            errors=_errors(connection, database.origin),
            contestants=contestant_stats(connection, database.origin),
            raters=_count(connection, select(func.count()).where(RaterRow.digest.is_not(None))),
            reports=_count(connection, select(func.count()).where(AuditEventRow.kind == REPORT)),
            last_vote_at=last_vote_at(connection),
        )


def _count(connection: Connection, statement: Select[int]) -> int:
    return connection.scalar(statement) or 0


def _battles(connection: Connection, origin: str) -> dict[str, int]:
    statement = (
        select(BattleRow.state, func.count())
        .outerjoin(VoteRow, VoteRow.battle_id == BattleRow.id)
        .where(given_here(origin))
        .group_by(BattleRow.state)
    )
    found = {state: n for state, n in connection.execute(statement)}
    return {state.value: found[state] for state in BattleState if state in found}


def _errors(connection: Connection, origin: str) -> dict[str, int]:
    statement = (
        _answers(select(AnswerRow.error_kind, func.count().label("n")), origin)
        .where(AnswerRow.error_kind.is_not(None))
        .group_by(AnswerRow.error_kind)
        .order_by(AnswerRow.error_kind)
    )
    return {row.error_kind.value: row.n for row in connection.execute(statement)}


def contestant_stats(connection: Connection, origin: str) -> list[ContestantStats]:
    """How each contestant's attempts at an answer ended here."""
    columns = (
        ContestantRow.name,
        func.count().label("attempts"),
        _sum_if(AnswerRow.state.in_(sorted(USABLE_ANSWERS))).label("usable"),
        _sum_if(AnswerRow.state == AnswerState.FAILED).label("failed"),
        _sum_if(AnswerRow.error_kind.in_(_NO_ANSWER)).label("no_answer"),
        _sum_if(AnswerRow.state == AnswerState.INTERRUPTED).label("interrupted"),
        _sum_if(AnswerRow.leak != "").label("leaked"),
        func.coalesce(func.sum(AnswerRow.prompt_tokens), 0).label("prompt_tokens"),
        func.coalesce(func.sum(AnswerRow.completion_tokens), 0).label("completion_tokens"),
    )
    statement = _answers(select(*columns), origin).group_by(ContestantRow.name).order_by(ContestantRow.name)
    return [ContestantStats(**row._mapping) for row in connection.execute(statement)]


def _answers(statement: Select[*tuple[Any, ...]], origin: str) -> Select[*tuple[Any, ...]]:
    """Answers with their contestants, of battles that were fought here."""
    return (
        statement.select_from(AnswerRow)
        .join(ConversationRow, ConversationRow.id == AnswerRow.conversation_id)
        .join(ContestantRow, ContestantRow.hash == ConversationRow.contestant_hash)
        .outerjoin(VoteRow, VoteRow.battle_id == ConversationRow.battle_id)
        .where(given_here(origin))
    )


def _sum_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
