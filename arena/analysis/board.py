"""What a public leaderboard shows, from tables of votes: all votes, slices of them, style control, votes over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from arena.analysis.contextual import rate_contextual
from arena.analysis.counts import Counts, reduce_votes
from arena.analysis.plots import Bars
from arena.analysis.ratings import rate
from arena.analysis.results import Lead, Method, Options, Rated, Ratings
from arena.analysis.sequence import ConfidenceSequence, confidence_sequence
from arena.analysis.sessions import first_sessions
from arena.analysis.verdicts import judge
from arena.errors import DataError

ALL = "all"
MINIMUM = 30
"""Fewest counted votes of a slice that is offered; its intervals say how little that is."""
RECENT_DAYS = 30
MANY_TURNS = 3


@dataclass(frozen=True, slots=True)
class Board:
    """A leaderboard and the counts that it stands on."""

    ratings: Ratings
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """Leaderboards by slice (`language:zh`), counted votes per UTC day, and the comparison of the only two, if two."""

    boards: Mapping[str, Board]
    days: Bars
    sequence: ConfidenceSequence | None
    mean: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Styled:
    """Leaderboards under style control by slice, from the newest `votes` votes."""

    boards: Mapping[str, Board]
    votes: int


def overall(cells: pa.Table) -> Board:
    """All counted votes, with intervals clustered by rater, from cells per rater."""
    counts = reduce_votes(judge(cells).table, raters=True)
    return Board(rate(counts), counts.without_raters())


def sliced(votes: pa.Table, now: datetime) -> Sliced:
    """Every slice that has enough votes."""
    table = _counted(votes)
    boards = {}
    for key, rows in slice_rows(table, now).items():
        counts = _counts(table.filter(rows))
        if counts is not None:
            boards[key] = Board(rate(counts), counts.without_raters())
    scores = first_sessions(table, now.timestamp()) if len(table) else np.empty(0)
    return Sliced(
        boards=boards,
        days=per_day(table),
        sequence=confidence_sequence(scores.tolist()) if scores.size else None,
        mean=float(scores.mean()) if scores.size else 0.5,
    )


def styled(votes: pa.Table, now: datetime) -> Styled:
    """Style control for all of these votes and for their slices; what cannot be estimated is left out."""
    table = _counted(votes)
    parts = {ALL: pa.array(np.ones(len(table), bool)), **slice_rows(table, now)}
    boards = {}
    for key, rows in parts.items():
        part = table.filter(rows)
        counts = _counts(part)
        ratings = None if counts is None else _style_ratings(part)
        if counts is not None and ratings is not None:
            boards[key] = Board(ratings, counts.without_raters())
    return Styled(boards=boards, votes=len(table))


def slice_rows(table: pa.Table, now: datetime) -> dict[str, pa.BooleanArray]:
    """Which rows belong to each slice that has enough of them."""
    found: dict[str, pa.BooleanArray] = {}
    languages = pc.cast(table["language"], pa.string())
    for language in sorted(filter(None, pc.unique(languages).to_pylist())):
        found[f"language:{language}"] = pc.equal(languages, language)
    found["code:yes"] = table["is_code"]
    found["code:no"] = pc.invert(table["is_code"])
    for turns in range(1, MANY_TURNS):
        found[f"turns:{turns}"] = pc.equal(table["turns"], turns)
    found[f"turns:{MANY_TURNS}+"] = pc.greater_equal(table["turns"], MANY_TURNS)
    since = pa.scalar(now.astimezone(UTC) - timedelta(days=RECENT_DAYS), pa.timestamp("us", tz="UTC"))
    found["recent:30"] = pc.greater_equal(table["created_at"], since)
    sizes = {key: pc.sum(rows).as_py() or 0 for key, rows in found.items()}
    return {key: rows for key, rows in found.items() if MINIMUM <= sizes[key] < len(table)}


def per_day(table: pa.Table) -> Bars:
    """Votes of each UTC day from the first to the last."""
    if not len(table):
        return Bars((), ())
    days = table["created_at"].cast(pa.timestamp("s", tz="UTC")).cast(pa.int64()).to_numpy() // 86400
    counts = np.bincount(days - days.min())
    start = datetime.fromtimestamp(int(days.min()) * 86400, UTC)
    labels = tuple(str((start + timedelta(days=k)).date()) for k in range(counts.size))
    return Bars(labels, tuple(map(float, counts)))


def refreshed(now: Ratings, known: Ratings) -> Ratings:
    """Today's estimates with the intervals that were computed a while ago, moved along with the estimates.

    A contestant that was not there keeps the interval that `now` has; possible ranks always include today's rank.
    """
    before = {row.name: row for row in known.contestants}
    rows = tuple(_moved(row, before[row.name]) if row.name in before else row for row in now.contestants)
    return replace(
        now, contestants=rows, lead=_lead(now.lead, known.lead), ci=known.ci, n_raters=known.n_raters,
        warnings=known.warnings,
    )  # fmt: skip


def _lead(now: Lead | None, known: Lead | None) -> Lead | None:
    same = now and known and (now.first, now.second) == (known.first, known.second)
    if now is None or known is None or not same or known.lower is None or known.upper is None:
        return now
    shift = now.gap - known.gap
    return replace(now, se=known.se, lower=known.lower + shift, upper=known.upper + shift)


def _moved(row: Rated, old: Rated) -> Rated:
    if None in (row.rating, old.rating, old.lower, old.upper, row.rank, old.rank_lower, old.rank_upper):
        return replace(row, se=old.se, lower=None, upper=None, rank_lower=old.rank_lower, rank_upper=old.rank_upper)
    shift = (row.rating or 0.0) - (old.rating or 0.0)
    return replace(
        row,
        se=old.se,
        df=old.df,
        lower=(old.lower or 0.0) + shift,
        upper=(old.upper or 0.0) + shift,
        rank_lower=min(row.rank or 1, old.rank_lower or 1),
        rank_upper=max(row.rank or 1, old.rank_upper or 1),
    )


def _counted(votes: pa.Table) -> pa.Table:
    table = judge(votes).table
    return table.filter(table["counted"]).drop_columns(["counted"])


def _counts(part: pa.Table) -> Counts | None:
    """The counts of some votes; None where there is nothing to compare."""
    try:
        return reduce_votes(part, raters=True)
    except DataError:  # no vote, or one contestant: there is no leaderboard to offer
        return None


def _style_ratings(part: pa.Table) -> Ratings | None:
    try:
        return rate_contextual(part, Options(method=Method.CONTEXTUAL))
    except DataError:  # answers of equal style, or a style that decides everything: nothing to control for
        return None
