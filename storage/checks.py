"""What rules and the operator say of votes: findings, standings that change with them, and their undoing.

A vote's reasons and its cell of the counts change in one transaction; the vote's row is locked first, so that two
processes that find the same thing mark it once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, select, update

from arena.models import Finding, Standing, Verdict, VoteTrace
from storage.audit import EXCLUSION, RESTORATION, write_event
from storage.tables import RaterRow, TurnRow, VoteAddressRow, VoteCheckRow, VoteRow
from storage.votes import Cell, add_findings, add_to_counts, finding_values, standing_of, take_from_counts

_PROMPT_CHARS = 300
_BATCH = 500
_IDS: BindParameter[str] = bindparam("ids", expanding=True)

Reasons = tuple[Standing, ...]

LAST_WORD = frozenset({Standing.COUNTED, Standing.IMPORTED, Standing.WITHDRAWN, Standing.RATER_EXCLUDED})
"""What is not a rule's finding, and is not undone by restoring a vote."""


def apply(connection: Connection, origin: str, findings: Sequence[Finding], now: datetime) -> int:
    """Store findings that are new, and take the votes that failed out of the ratings; how many votes changed.

    A vote that the operator has cleared of a rule stays cleared.
    """
    known = _known(connection, [finding.vote_id for finding in findings])
    new = [f for f in findings if known.get((f.vote_id, f.rule)) in (None, Verdict.UNKNOWN)]
    failed: defaultdict[str, list[Standing]] = defaultdict(list)
    for finding in new:
        if finding.verdict is Verdict.FAILED:
            failed[finding.vote_id].append(finding.rule)
    locked = _lock(connection, {f.vote_id for f in new})
    # Again, now that nobody else can write: the other process may have been first.
    known = _known(connection, locked)
    fresh = [f for f in new if f.vote_id in locked and known.get((f.vote_id, f.rule)) in (None, Verdict.UNKNOWN)]
    _write(connection, fresh, known, now)
    return _reweigh(connection, origin, locked.values(), lambda vote: _with(vote.reasons, failed[vote.id]))


def lift(connection: Connection, origin: str, vote_ids: Collection[str], now: datetime) -> int:
    """Clear votes of everything that rules found, so that they count; how many votes changed."""
    locked = _lock(connection, vote_ids)
    known = _known(connection, locked)
    for vote in locked.values():
        rules = [reason for reason in vote.reasons if reason not in LAST_WORD]
        marks = [
            Finding(vote_id=vote.id, rule=rule, verdict=Verdict.FAILED, details="")
            for rule in rules
            if (vote.id, rule) not in known
        ]
        add_findings(connection, marks, now)
        cleared = (VoteCheckRow.vote_id == vote.id, VoteCheckRow.rule.in_(rules))
        connection.execute(update(VoteCheckRow).where(*cleared).values(lifted_at=now))
        if rules:
            write_event(connection, RESTORATION, f"vote {vote.id}: {', '.join(rules)}", now, vote.battle_id)
    return _reweigh(connection, origin, locked.values(), lambda v: tuple(r for r in v.reasons if r in LAST_WORD))


def set_excluded(connection: Connection, origin: str, rater_id: str, excluded: bool, now: datetime) -> int | None:
    """Exclude a rater, or take them back; how many votes changed, None when there is no such rater."""
    theirs = update(RaterRow).where(RaterRow.id == rater_id).values(excluded=excluded)
    if connection.execute(theirs).rowcount != 1:
        return None
    votes = connection.scalars(select(VoteRow.id).where(VoteRow.rater_id == rater_id)).all()
    word = (Standing.RATER_EXCLUDED,)
    changed = _reweigh(
        connection,
        origin,
        _lock(connection, votes).values(),
        lambda vote: _with(vote.reasons, word) if excluded else _without(vote.reasons, word),
    )
    write_event(connection, EXCLUSION, f"rater {rater_id} {'excluded' if excluded else 'taken back'}", now)
    return changed


def traces(connection: Connection, origin: str, since: datetime) -> list[VoteTrace]:
    """What the rules may know of the votes given here since a time, oldest first."""
    statement = (
        select(VoteRow, VoteAddressRow.address, func.substr(TurnRow.prompt, 1, _PROMPT_CHARS).label("begins"))
        .outerjoin(VoteAddressRow, VoteAddressRow.vote_id == VoteRow.id)
        .outerjoin(TurnRow, (TurnRow.battle_id == VoteRow.battle_id) & (TurnRow.position == 0))
        .where(VoteRow.created_at >= since, VoteRow.origin == origin, VoteRow.rater_id.is_not(None))
        .order_by(VoteRow.created_at, VoteRow.id)
    )
    lifted = select(VoteCheckRow.vote_id, VoteCheckRow.rule).join(VoteRow, VoteRow.id == VoteCheckRow.vote_id)
    cleared: defaultdict[str, set[Standing]] = defaultdict(set)
    for row in connection.execute(lifted.where(VoteCheckRow.lifted_at.is_not(None), VoteRow.created_at >= since)):
        cleared[row.vote_id].add(row.rule)
    return [_trace(row, cleared[row.id]) for row in connection.execute(statement)]


def forget_addresses(connection: Connection, before: datetime) -> None:
    """Delete the hashes of addresses of votes given before a time."""
    old = select(VoteRow.id).where(VoteRow.id == VoteAddressRow.vote_id, VoteRow.created_at < before)
    connection.execute(delete(VoteAddressRow).where(old.exists()))  # few rows here, many votes there


def _trace(row: Row[*tuple[Any, ...]], cleared: Collection[Standing]) -> VoteTrace:
    return VoteTrace(
        vote_id=row.id,
        rater_id=row.rater_id,
        created_at=row.created_at,
        outcome=row.outcome,
        left=row.left_name,
        right=row.right_name,
        address=row.address or "",
        prompt=row.begins or "",
        cleared=frozenset(cleared),
    )


def _known(connection: Connection, vote_ids: Collection[str]) -> dict[tuple[str, Standing], Verdict]:
    statement = select(VoteCheckRow.vote_id, VoteCheckRow.rule, VoteCheckRow.verdict)
    rows = _in_batches(connection, statement.where(VoteCheckRow.vote_id.in_(_IDS)), vote_ids)
    return {(row.vote_id, row.rule): row.verdict for row in rows}


def _lock(connection: Connection, vote_ids: Collection[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """The votes by id, locked in one order everywhere so that two transactions cannot wait for each other."""
    statement = select(VoteRow).where(VoteRow.id.in_(_IDS)).order_by(VoteRow.id).with_for_update()
    return {row.id: row for row in _in_batches(connection, statement, vote_ids)}


def _in_batches(connection: Connection, statement: Any, ids: Collection[str]) -> list[Row[*tuple[Any, ...]]]:
    ordered = sorted(set(ids))
    batches = (ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH))
    return [row for batch in batches for row in connection.execute(statement, {"ids": batch})]


def _write(
    connection: Connection, fresh: Sequence[Finding], known: dict[tuple[str, Standing], Verdict], now: datetime
) -> None:
    add_findings(connection, [f for f in fresh if (f.vote_id, f.rule) not in known], now)
    for finding in fresh:
        if (finding.vote_id, finding.rule) in known:
            this = (VoteCheckRow.vote_id == finding.vote_id, VoteCheckRow.rule == finding.rule)
            connection.execute(update(VoteCheckRow).where(*this).values(finding_values(finding, now)))


def _reweigh(
    connection: Connection,
    origin: str,
    votes: Iterable[Row[*tuple[Any, ...]]],
    reasons_of: Callable[[Row[*tuple[Any, ...]]], Reasons],
) -> int:
    """Give votes other reasons and move them to the cells that these belong to."""
    left, entered, changed = Counter[Cell](), Counter[Cell](), 0
    for vote in votes:
        reasons = reasons_of(vote)
        if reasons == vote.reasons:
            continue
        standing = standing_of(reasons, foreign=vote.origin != origin)
        connection.execute(update(VoteRow).where(VoteRow.id == vote.id).values(reasons=reasons, standing=standing))
        changed += 1
        if standing is not vote.standing:
            cell = Cell(vote.left_name, vote.right_name, vote.outcome, vote.standing)
            left[cell] += 1
            entered[cell._replace(standing=standing)] += 1
    if left:
        take_from_counts(connection, left)
        add_to_counts(connection, entered)
    return changed


def _with(reasons: Reasons, more: Iterable[Standing]) -> Reasons:
    return (*reasons, *(reason for reason in more if reason not in reasons))


def _without(reasons: Reasons, less: Iterable[Standing]) -> Reasons:
    return tuple(reason for reason in reasons if reason not in less)
