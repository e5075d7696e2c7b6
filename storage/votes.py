"""Votes and the counts that are kept with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, func, insert, select, text, type_coerce, update

from arena.errors import StateConflict, StoreError
from arena.models import BattleState, Finding, Outcome, Standing, Vote, VoteCount
from storage.loading import FIND, load_battles
from storage.states import move
from storage.tables import RaterRow, VoteAddressRow, VoteCheckRow, VoteCountRow, VoteRow

_PRECEDENCE = (
    Standing.WITHDRAWN,
    Standing.IMPORTED,
    Standing.RATER_EXCLUDED,
    Standing.IDENTITY_LEAK,
    Standing.TOO_FAST,
    Standing.ONE_SIDED,
    Standing.SAME_ADDRESS,
    Standing.SAME_PROMPT,
)

_ADD = text(
    "INSERT INTO vote_count (left_name, right_name, outcome, standing, n) "
    "VALUES (:left_name, :right_name, :outcome, :standing, :n) "
    "ON CONFLICT (left_name, right_name, outcome, standing) DO UPDATE SET n = vote_count.n + excluded.n"
)
"""As text, which both databases understand: building the statement anew at every vote cost more than running it."""
_EXCLUDED = select(RaterRow.excluded).where(RaterRow.id == bindparam("rater_id")).with_for_update(key_share=True)
"""PostgreSQL: an exclusion that is under way waits for the vote, or the vote for it."""
_INSERT = insert(VoteRow)
_INSERT_ADDRESS = insert(VoteAddressRow)
_INSERT_CHECK = insert(VoteCheckRow)
_COUNTS = (
    select(
        VoteCountRow.left_name,
        VoteCountRow.right_name,
        type_coerce(VoteCountRow.outcome, String()),
        type_coerce(VoteCountRow.standing, String()),
        VoteCountRow.n,
    )
    .where(VoteCountRow.n > 0)
    .order_by(*VoteCountRow.__table__.primary_key)
)
"""Words stay words until they are looked up: of a hundred contestants there are forty thousand cells."""


class Cell(NamedTuple):
    """One cell of the counts."""

    left_name: str
    right_name: str
    outcome: Outcome
    standing: Standing


def standing_of(reasons: Iterable[Standing], *, foreign: bool) -> Standing:
    """Where a vote with these reasons is counted: under the first of a fixed order, so that the cells add up."""
    given = {*reasons, Standing.IMPORTED} if foreign else set(reasons)
    return next((reason for reason in _PRECEDENCE if reason in given), next(iter(given), Standing.COUNTED))


def record(
    connection: Connection, origin: str, vote: Vote, now: datetime, findings: Sequence[Finding] = (), address: str = ""
) -> Vote:
    """`ready` -> `voted` with this vote, its count and its findings; the stored vote if there is one already.

    A vote of a rater who is excluded at this moment is stored as such.
    """
    try:
        move(connection, vote.battle_id, {BattleState.READY}, {"state": BattleState.VOTED, "updated_at": now})
    except StateConflict:
        stored = load_battles(connection, origin, FIND, battle_id=vote.battle_id)
        if not stored or stored[0].vote is None:
            raise
        return stored[0].vote
    if connection.scalar(_EXCLUDED, {"rater_id": vote.rater_id}):
        vote = replace(vote, reasons=(*vote.reasons, Standing.RATER_EXCLUDED))
    insert_votes(connection, origin, [vote])
    add_findings(connection, findings, now)
    if address:
        connection.execute(_INSERT_ADDRESS, {"vote_id": vote.id, "address": address})
    return vote


def insert_votes(connection: Connection, origin: str, votes: Sequence[Vote]) -> None:
    """Insert votes and count them."""
    add_to_counts(connection, insert_rows(connection, origin, votes))


def insert_rows(connection: Connection, origin: str, votes: Sequence[Vote]) -> Counter[Cell]:
    """Insert votes; what has to be added to the counts for them."""
    rows = [_vote_values(vote, origin) for vote in votes]
    connection.execute(_INSERT, rows)
    return Counter(Cell(row["left_name"], row["right_name"], row["outcome"], row["standing"]) for row in rows)


def add_findings(connection: Connection, findings: Iterable[Finding], now: datetime) -> None:
    """Store findings on votes that have none of these rules yet."""
    rows = [finding_values(finding, now) for finding in findings]
    if rows:
        connection.execute(_INSERT_CHECK, rows)


def finding_values(finding: Finding, now: datetime) -> dict[str, Any]:
    """The columns of a finding."""
    return {
        "vote_id": finding.vote_id,
        "rule": finding.rule,
        "verdict": finding.verdict,
        "details": finding.details,
        "created_at": now,
    }


def add_to_counts(connection: Connection, cells: Mapping[Cell, int]) -> None:
    """Add to the counts, in one order everywhere so that two transactions cannot wait for each other."""
    connection.execute(_ADD, [cell._asdict() | {"n": n} for cell, n in sorted(cells.items())])


def take_from_counts(connection: Connection, cells: Mapping[Cell, int]) -> None:
    """Take from the counts, in the same order."""
    for cell, n in sorted(cells.items()):
        where = [getattr(VoteCountRow, column) == value for column, value in cell._asdict().items()]
        if connection.execute(update(VoteCountRow).where(*where).values(n=VoteCountRow.n - n)).rowcount != 1:
            raise StoreError(f"the counts have no cell {cell}")


def counts(connection: Connection) -> list[VoteCount]:
    """All cells that are not empty."""
    outcomes, standings = {o.value: o for o in Outcome}, {s.value: s for s in Standing}
    return [
        VoteCount(left=left, right=right, outcome=outcomes[outcome], standing=standings[standing], n=n)
        for left, right, outcome, standing, n in connection.execute(_COUNTS)
    ]


def last_vote_at(connection: Connection) -> datetime | None:
    """When the newest vote was given."""
    return connection.scalar(select(func.max(VoteRow.created_at)))


def comment_after(connection: Connection, battle_id: str, comment: str) -> None:
    """Store a comment on a vote that has not been withdrawn."""
    theirs = (VoteRow.battle_id == battle_id, VoteRow.standing != Standing.WITHDRAWN)
    if connection.execute(update(VoteRow).where(*theirs).values(comment_after=comment)).rowcount != 1:
        raise StateConflict(f"battle {battle_id} has no vote that could be commented on")


def _vote_values(vote: Vote, own: str) -> dict[str, Any]:
    origin = vote.origin or own
    reasons = tuple(reason for reason in vote.reasons if reason is not Standing.IMPORTED)  # origin says it
    return {
        "id": vote.id,
        "battle_id": vote.battle_id,
        "rater_id": vote.rater_id,
        "outcome": vote.outcome,
        "left_name": vote.left,
        "right_name": vote.right,
        "standing": standing_of(reasons, foreign=origin != own),
        "reasons": reasons,
        "tags_a": vote.tags_a,
        "tags_b": vote.tags_b,
        "comment": vote.comment,
        "comment_after": vote.comment_after,
        "dwell_ms": vote.dwell_ms,
        "turns": vote.turns,
        "language": vote.language,
        "is_code": vote.is_code,
        "pacing": vote.pacing,
        "origin": origin,
        "created_at": vote.created_at,
    }
