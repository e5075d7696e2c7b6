"""Rounds of two tools in pairs: how far they are apart, and whether the rounds agree on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CLOSE = 0.05
Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One figure by both tools, each the mean over the rounds.

    `difference`: the mean over the rounds' pairs of ours against theirs, as a share of theirs. `lower`, `upper`: its
    95% interval, by Student's t over the pairs.
    """

    what: str
    ours: float
    theirs: float
    difference: float
    lower: float
    upper: float

    @property
    def verdict(self) -> str:
        """Whether the tools are within 5% of each other: `yes`, `no`, or `unclear` when the rounds do not agree."""
        if abs(self.difference) <= CLOSE:
            return "yes"
        nearest = 0.0 if self.lower <= 0 <= self.upper else min(abs(self.lower), abs(self.upper))
        return "unclear" if nearest <= CLOSE else "no"


def pairs_of(names: Sequence[str], ours: Sequence[Figures], theirs: Sequence[Figures]) -> list[Pair]:
    """A pair for each name; the n-th rounds of both were run one after the other."""
    return [_pair(name, [f[name] for f in ours], [f[name] for f in theirs]) for name in names]


def _pair(what: str, ours: Sequence[float], theirs: Sequence[float]) -> Pair:
    apart = np.array(ours) / np.array(theirs) - 1
    mean = float(apart.mean())
    half = (
        float(stats.t.ppf(0.975, apart.size - 1) * apart.std(ddof=1) / np.sqrt(apart.size)) if apart.size > 1 else 0.0
    )
    return Pair(
        what=what,
        ours=float(np.mean(ours)),
        theirs=float(np.mean(theirs)),
        difference=mean,
        lower=mean - half,
        upper=mean + half,
    )
