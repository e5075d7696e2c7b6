"""One score per rater for a live comparison of two contestants: what a confidence sequence over raters looks at."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from arena.analysis.arrays import Codes, Floats, Ints
from arena.analysis.counts import TIE
from arena.analysis.votes import encode_votes

GAP_S = 3600
"""A rater who has not voted for an hour has closed the session."""


def first_sessions(table: pa.Table, now_s: float) -> Floats:
    """Each known rater's mean score for the first contestant by name in their first closed session, oldest first.

    Ties and both_bad are halves. Later sessions are left out: a score that has been looked at never changes.
    """
    votes = encode_votes(table, raters=True)
    if votes.rater is None or len(votes.names) != 2:
        return np.empty(0)
    times: Ints = table["created_at"].cast(pa.timestamp("s", tz="UTC")).cast(pa.int64()).to_numpy()
    times = times if votes.kept is None else times[votes.kept]
    won = np.where(votes.outcome < TIE, (votes.outcome == 0).astype(float), 0.5)
    score = np.where(votes.left == 0, won, 1 - won)
    found = [_first(times[rows], score[rows]) for rows in _by_rater(votes.rater, times)]
    closed = sorted((end, mean) for end, mean in found if end + GAP_S <= now_s)
    return np.array([mean for _, mean in closed])


def _by_rater(rater: Codes, times: Ints) -> list[Ints]:
    """Rows of each known rater in the order of time."""
    order = np.lexsort((times, rater))
    order = order[rater[order] >= 0]
    return np.split(order, np.flatnonzero(np.diff(rater[order])) + 1) if order.size else []


def _first(times: Ints, scores: Floats) -> tuple[int, float]:
    """End and mean of the votes before the first long gap."""
    gaps = np.flatnonzero(np.diff(times) > GAP_S)
    size = int(gaps[0]) + 1 if gaps.size else times.size
    return int(times[size - 1]), float(scores[:size].mean())
