"""What an operator reads of votes that do not count, and of checks that could not be made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from arena.models import Outcome, Standing, Verdict
from storage.checks import LAST_WORD
from storage.tables import RaterRow, VoteCheckRow, VoteRow

_RULES = [standing for standing in Standing if standing not in LAST_WORD] + [Standing.RATER_EXCLUDED]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedVote:
    """A vote that was taken out of the ratings, or put back by the operator (then `cleared` has the reasons)."""

    vote_id: str
    rater_id: str
    created_at: datetime
    outcome: Outcome
    left: str
    right: str
    reasons: tuple[Standing, ...]
    cleared: tuple[Standing, ...]
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Totals by reason, checks that could not be made by rule, excluded raters, and the newest marked votes."""

    not_counted: Mapping[str, int]
    cleared: Mapping[str, int]
    could_not_check: Mapping[str, int]
    excluded_raters: Sequence[str]
    votes: Sequence[MarkedVote]


def read_audit(connection: Connection, reason: Standing | None = None, limit: int = 50) -> Audit:
    """The audit, its list of votes narrowed to a reason."""
    lifted = select(VoteCheckRow.rule, func.count()).where(VoteCheckRow.lifted_at.is_not(None))
    unknown = select(VoteCheckRow.rule, func.count()).where(VoteCheckRow.verdict == Verdict.UNKNOWN)
    excluded = select(RaterRow.id).where(RaterRow.excluded).order_by(RaterRow.id)
    return Audit(
        not_counted=_not_counted(connection),
        cleared={rule.value: n for rule, n in connection.execute(lifted.group_by(VoteCheckRow.rule))},
        could_not_check={rule.value: n for rule, n in connection.execute(unknown.group_by(VoteCheckRow.rule))},
        excluded_raters=connection.scalars(excluded).all(),
        votes=_marked(connection, reason, limit),
    )


def votes_of_rater(connection: Connection, rater_id: str) -> Sequence[str]:
    """The ids of a rater's votes."""
    return connection.scalars(select(VoteRow.id).where(VoteRow.rater_id == rater_id)).all()


def _not_counted(connection: Connection) -> dict[str, int]:
    found: Counter[str] = Counter()
    statement = select(VoteRow.reasons, func.count()).where(VoteRow.standing != Standing.COUNTED)
    for reasons, n in connection.execute(statement.group_by(VoteRow.reasons)):
        for reason in reasons:
            found[reason.value] += n
    return dict(sorted(found.items()))


def _marked(connection: Connection, reason: Standing | None, limit: int) -> list[MarkedVote]:
    checked = select(VoteCheckRow.vote_id).where(
        VoteCheckRow.vote_id == VoteRow.id,
        VoteCheckRow.verdict == Verdict.FAILED,
        *([VoteCheckRow.rule == reason] if reason else []),
    )
    wanted = VoteRow.standing == reason if reason else VoteRow.standing.in_(_RULES)
    statement = select(VoteRow).where(wanted | checked.exists())
    rows = connection.execute(statement.order_by(VoteRow.created_at.desc(), VoteRow.id).limit(limit)).all()
    checks = defaultdict(list)
    theirs = select(VoteCheckRow).where(
        VoteCheckRow.vote_id.in_([row.id for row in rows]), VoteCheckRow.verdict == Verdict.FAILED
    )
    for check in connection.execute(theirs):
        checks[check.vote_id].append(check)
    return [
        MarkedVote(
            vote_id=row.id,
            rater_id=row.rater_id or "",
            created_at=row.created_at,
            outcome=row.outcome,
            left=row.left_name,
            right=row.right_name,
            reasons=row.reasons,
            cleared=tuple(check.rule for check in checks[row.id] if check.lifted_at),
            details="; ".join(check.details for check in checks[row.id] if check.details),
        )
        for row in rows
    ]
