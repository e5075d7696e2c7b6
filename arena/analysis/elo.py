"""Online Elo: each vote moves both contestants by K times the surprise.

It depends on the order, so two figures are given: in the table's own order, and averaged over random orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from arena.analysis.arrays import Floats, Ints
from arena.analysis.bootstrap import Progress
from arena.analysis.counts import TIE, reduce, scores
from arena.analysis.ratings import rate
from arena.analysis.results import CENTRE, ELO, Ci, Method, Options, Rated, Ratings, Term, Ties, elo
from arena.analysis.votes import Table, Votes, encode_votes
from arena.errors import DataError

LEFT_SCORE = np.array([1.0, 0.0, 0.5, 0.5])
"""Score of the left contestant for each outcome code."""


@dataclass(frozen=True, slots=True)
class Games:
    """Votes in order: left, right and the left one's score; `lead` is the left side's advantage in log-odds."""

    size: int
    left: Ints
    right: Ints
    score: Floats
    lead: float


@dataclass(frozen=True, slots=True)
class EloRatings:
    """Ratings in the table's order as the result; per contestant the mean and spread over random orders beside it."""

    ratings: Ratings
    k: float
    shuffles: int
    mean: dict[str, float]
    spread: dict[str, float]


def rate_elo(table: Table, options: Options, progress: Progress | None = None) -> EloRatings:
    """Elo of a table of votes in its order, and over `options.elo_shuffles` random orders."""
    if options.ci not in (None, Ci.NONE):
        raise DataError("Online Elo has no intervals: its figures hang on the order. Use --method bt for intervals.")
    votes = encode_votes(table)
    position = _position(votes, options)
    games = games_of(votes, options, position.estimate if position else 0.0)
    own = CENTRE + run(games, options.elo_k)
    rng = np.random.default_rng(options.seed)
    orders = shuffled(games, options.elo_k, options.elo_shuffles, rng, progress) + CENTRE
    mean, spread = orders.mean(axis=0), orders.std(axis=0)
    names = votes.names
    return EloRatings(
        _ratings(votes, own, position, options),
        options.elo_k,
        options.elo_shuffles,
        dict(zip(names, mean.tolist(), strict=True)),
        dict(zip(names, spread.tolist(), strict=True)),
    )


def games_of(votes: Votes, options: Options, lead: float = 0.0) -> Games:
    """Votes as games, rows with a count repeated."""
    kept = np.flatnonzero((votes.outcome < TIE) | (options.ties is Ties.HALF))
    if votes.n is not None:
        if (votes.n % 1).any():
            raise DataError("Elo takes one vote after the other: counts must be whole numbers.")
        kept = np.repeat(kept, votes.n[kept].astype(np.intp))
    left, right = votes.left[kept].astype(np.intp), votes.right[kept].astype(np.intp)
    return Games(len(votes.names), left, right, LEFT_SCORE[votes.outcome[kept]], lead)


def run(games: Games, k: float) -> Floats:
    """Elo points over the centre after all games in order."""
    points = [0.0] * games.size
    lead = games.lead * ELO
    for a, b, score in zip(games.left.tolist(), games.right.tolist(), games.score.tolist(), strict=True):
        change = k * (score - 1 / (1 + 10 ** ((points[b] - points[a] - lead) / 400)))
        points[a] += change
        points[b] -= change
    return np.array(points)


def shuffled(
    games: Games, k: float, shuffles: int, rng: np.random.Generator, progress: Progress | None = None
) -> Floats:
    """Elo points over the centre for each of many random orders, all played at once; shape (shuffles, contestants)."""
    points = np.zeros((shuffles, games.size))
    each = np.arange(shuffles)
    total = games.left.size
    orders = np.tile(np.arange(total, dtype=np.int32), (shuffles, 1))
    rng.permuted(orders, axis=1, out=orders)
    for step in range(total):
        game = orders[:, step]
        a, b = games.left[game], games.right[game]
        change = k * (games.score[game] - expit((points[each, a] - points[each, b]) / ELO + games.lead))
        points[each, a] += change
        points[each, b] -= change
        if progress is not None and step % 1000 == 999:
            progress(step + 1, total)
    return points


def _position(votes: Votes, options: Options) -> Term | None:
    """The left side's advantage by Bradley-Terry, held fixed while Elo runs."""
    if not options.position:
        return None
    return rate(reduce(votes), Options(ties=options.ties, position=True, ci=Ci.SANDWICH)).position


def _ratings(votes: Votes, own: Floats, position: Term | None, options: Options) -> Ratings:
    counts = reduce(votes)
    wins, losses, ties = scores(counts)
    theta = (own - CENTRE) / ELO
    shift = 0.0 if options.anchor is None else float(theta[votes.names.index(_known(options.anchor, votes))])
    rows = [
        Rated(
            name=name,
            theta=float(theta[c] - shift),
            se=None,
            df=None,
            rating=elo(float(theta[c] - shift)),
            lower=None,
            upper=None,
            rank=1 + int((own > own[c]).sum()),
            rank_lower=None,
            rank_upper=None,
            wins=float(wins[c]),
            losses=float(losses[c]),
            ties=float(ties[c]),
            battles=float(wins[c] + losses[c] + ties[c]),
        )
        for c, name in enumerate(votes.names)
    ]
    return Ratings(
        contestants=tuple(sorted(rows, key=lambda row: (row.rank, row.name))),
        position=position,
        tie=None,
        method=Method.ELO,
        ci=Ci.NONE,
        gauge=f"anchor: {options.anchor}" if options.anchor else "sum-zero",
        n_votes=counts.n_votes,
        n_raters=None,
        both_bad=float(counts.n[counts.outcome == 3].sum()),
        excluded=counts.excluded,
        log_likelihood=None,
        converged=True,
        separated=False,
        iterations=1,
        seed=options.seed,
        level=options.level,
        warnings=(f"Online Elo with K = {options.elo_k:g} in the order of the source; one order is an accident.",),
    )


def _known(anchor: str, votes: Votes) -> str:
    if anchor not in votes.names:
        raise DataError(f"The anchor '{anchor}' has no votes. Expected one of: {', '.join(votes.names)}.")
    return anchor
