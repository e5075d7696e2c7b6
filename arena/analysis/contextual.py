"""Bradley-Terry with style features (style control): who would win if both answers had the same style."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arena.analysis.bootstrap import Progress
from arena.analysis.counts import LONE, TIE, reduce
from arena.analysis.design import POSITION, Design
from arena.analysis.family import Family
from arena.analysis.ratings import chosen_ci, conclude
from arena.analysis.results import Ci, Options, Ratings, Ties
from arena.analysis.style import Style, style_of
from arena.analysis.votes import Table, Votes, encode_votes


def rate_contextual(table: Table, options: Options, progress: Progress | None = None) -> Ratings:
    """Rate a table of votes under style control; one row a vote, because every vote has a style of its own."""
    votes = encode_votes(table, raters=True)
    counts = reduce(votes)
    ci = chosen_ci(counts, options)
    style = style_of(table)
    if votes.kept is not None:
        style = style._replace(differences=style.differences[votes.kept])
    design = design_of(votes, style, options)
    by_rater = design if ci in (Ci.CLUSTER, Ci.RATER_BOOTSTRAP) else replace(design, cluster=None)
    found = conclude(counts, replace(design, cluster=None), by_rater, replace(options, ci=ci), progress)
    scales = dict(zip(style.names, style.scales.tolist(), strict=True))
    return replace(found, features=tuple(replace(term, scale=scales[term.name]) for term in found.features))


def design_of(votes: Votes, style: Style, options: Options) -> Design:
    """A row per vote."""
    outcome = np.minimum(votes.outcome, TIE)
    kept = np.flatnonzero((outcome < TIE) | (options.ties is Ties.HALF))
    cells = np.zeros((kept.size, 3))
    cells[np.arange(kept.size), outcome[kept]] = 1.0 if votes.n is None else votes.n[kept]
    terms = style.differences[kept]
    names = style.names
    if options.position:
        terms, names = np.column_stack([terms, np.ones(kept.size)]), (*names, POSITION)
    left, right = votes.left[kept].astype(np.intp), votes.right[kept].astype(np.intp)
    cluster = np.full(kept.size, LONE) if votes.rater is None else votes.rater[kept].astype(np.intp)
    return Design(len(votes.names), left, right, terms, names, cells, Family.HALF_TIES, cluster)
