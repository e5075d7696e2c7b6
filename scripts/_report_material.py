"""What a report shows beside the ratings: dates, fragility, agreement, how answers ended."""

from __future__ import annotations

import pandas as pd

from arena.analysis.agreement import Agreement, vote_agreement
from arena.analysis.counts import Counts, reduce_votes
from arena.analysis.fragility import Fragility, fragility
from arena.analysis.report import Material
from arena.analysis.results import Method, Options, Ratings, Ties
from arena.analysis.slices import COLUMNS, PROMPTS, By, first_prompts, slice_keys
from arena.analysis.votes import Table as Votes
from arena.analysis.votes import encode_votes
from scripts._votes import Found


def material(votes: Votes, found: Found, ratings: Ratings, options: Options) -> Material:
    """Everything for the report that the source knows."""
    frame = votes if isinstance(votes, pd.DataFrame) else votes.to_pandas()
    counts = reduce_votes(votes, raters=True)
    days = slice_keys(frame, By.DATE) if any(name in frame.columns for name in COLUMNS[By.DATE]) else None
    answers = found.contestants
    return Material(
        ratings=ratings,
        counts=counts,
        ties=options.ties,
        days=None if days is None else days[days != "unknown"],
        fragility=_fragility(counts, ratings, options),
        agreement=_agreement(votes, frame),
        leaks={one.name: (one.leaked, one.usable) for one in answers} if answers else None,
        errors={one.name: (one.failed, one.usable + one.failed) for one in answers} if answers else None,
    )


def _fragility(counts: Counts, ratings: Ratings, options: Options) -> Fragility | None:
    """Of the lead as Bradley-Terry with half-win ties sees it; a report by another method would not be about it."""
    of_these = options.method is Method.BT and options.ties is Ties.HALF and not options.position and not options.firth
    return fragility(counts) if of_these and ratings.lead is not None else None


def _agreement(votes: Votes, frame: pd.DataFrame) -> Agreement | None:
    encoded = encode_votes(votes)
    if encoded.n is not None or not any(name in frame.columns for name in PROMPTS):
        return None
    prompts = first_prompts(frame)
    known = prompts if encoded.kept is None else prompts[encoded.kept]
    # An erased prompt is not the same prompt as another erased one.
    return vote_agreement(encoded, [prompt or place for place, prompt in enumerate(known)])
