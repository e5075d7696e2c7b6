"""Simulated raters with tastes of their own, and the true values that intervals have to cover.

Each rater's log-odds are the population's plus normal noise per contestant. What a fit estimates, whatever the tastes,
is the pseudo-true value: the Bradley-Terry parameters nearest to the win rates of the whole population.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from arena.analysis.arrays import Floats, Ints
from arena.analysis.bradley_terry import maximise
from arena.analysis.design import Design
from arena.analysis.family import Family
from arena.analysis.pairs import Pairs

NODES = 64


@dataclass(frozen=True, slots=True)
class Population:
    """Raters who judge `theta.size` contestants; `sd` is that of their tastes in a difference, `ties` the tie rate."""

    theta: Floats
    sd: float
    ties: float
    votes: tuple[int, ...]

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Contestants of each pair."""
        i, j = np.triu_indices(self.theta.size, 1)
        return i.astype(np.intp), j.astype(np.intp)

    def pseudo_true(self) -> Floats:
        """Parameters that maximise the expected likelihood over the population (Gauss-Hermite over tastes)."""
        i, j = self.pairs
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        chances = expit((self.theta[i] - self.theta[j])[:, None] + self.sd * nodes) @ weights / weights.sum()
        wins, losses = chances * (1 - self.ties), (1 - chances) * (1 - self.ties)
        expected = Pairs(self.theta.size, i, j, wins, losses, np.full(i.size, self.ties))
        return maximise(expected).theta

    def draw(self, rng: np.random.Generator) -> tuple[Design, Design]:
        """Votes of one sample of raters: by pair, and by rater and pair."""
        i, j = self.pairs
        raters = len(self.votes)
        # Noise with variance sd^2/2 per contestant gives every difference the standard deviation sd.
        own = self.theta + rng.normal(0, self.sd / np.sqrt(2), (raters, self.theta.size))
        chances = expit(own[:, i] - own[:, j]) * (1 - self.ties)
        outcomes = np.stack([chances, 1 - self.ties - chances, np.full_like(chances, self.ties)], axis=2)
        meetings = rng.multinomial(self.votes, np.full(i.size, 1 / i.size))
        votes = rng.multinomial(meetings, outcomes).astype(np.float64)
        whole = Design(self.theta.size, i, j, np.empty((i.size, 0)), (), votes.sum(axis=0), Family.HALF_TIES)
        rows = np.flatnonzero(votes.sum(axis=2).ravel())
        rater, pair = rows // i.size, rows % i.size
        terms, cells = np.empty((rows.size, 0)), votes.reshape(-1, 3)[rows]
        split = replace(whole, left=i[pair], right=j[pair], terms=terms, votes=cells)
        met = whole.n > 0
        whole = replace(whole, left=i[met], right=j[met], terms=whole.terms[met], votes=whole.votes[met])
        return whole, replace(split, cluster=rater)
