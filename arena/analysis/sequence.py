"""An anytime-valid comparison of two contestants: a confidence sequence over raters, not over votes.

Votes of one person share a taste, so a sequence over votes covers 58 to 84% of the time instead of 95; one score per
rater and closed session, drawn from a population of raters, is exchangeable. For scores x in [0, 1] with mean m, the
bet on an alternative mean q,

    K_t(m, q) = product over raters of [x q/m + (1 - x)(1 - q)/(1 - m)],

is a non-negative martingale that starts at 1, and so is its average over a Beta(1/2, 1/2) prior of q (Waudby-Smith and
Ramdas 2024, doi:10.1093/jrsssb/qkad009). By Ville's inequality the means whose average ever reaches 1/alpha can be
dropped for good: what is left covers the true mean at all looks at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from arena.analysis.arrays import Floats

NODES = 64
"""Alternatives in the prior. Any weights give a valid sequence; these are Chebyshev's nodes, all of equal weight,
which is Gauss's rule for Beta(1/2, 1/2)."""
GRID = 2000
"""The unit interval's means are looked at in this many steps; bounds are rounded outwards to the next one."""


@dataclass(frozen=True, slots=True)
class ConfidenceSequence:
    """Bounds of the mean score of the first contestant after each rater; (0, 1) before the first."""

    lower: tuple[float, ...]
    upper: tuple[float, ...]
    level: float

    @property
    def decided(self) -> int | None:
        """After how many raters one half was out of the bounds for the first time; None: not yet."""
        pairs = zip(self.lower, self.upper, strict=True)
        return next((k for k, (low, high) in enumerate(pairs, start=1) if low > 0.5 or high < 0.5), None)


def confidence_sequence(scores: Sequence[float], *, level: float = 0.95) -> ConfidenceSequence:
    """Bounds after each rater's score: the mean of wins, with half for tie and both_bad, in the order of closing."""
    means = np.linspace(0, 1, GRID + 1)[1:-1]
    wealth = np.zeros((means.size, NODES))
    alive = np.ones(means.size, bool)
    lower, upper = [], []
    for score in scores:
        wealth += log_bets(score, means)
        alive &= logsumexp(wealth, axis=1) - np.log(NODES) < -np.log(1 - level)
        left = np.flatnonzero(alive)
        lower.append(float(left[0]) / GRID if left.size else np.nan)
        upper.append(float(left[-1] + 2) / GRID if left.size else np.nan)
    return ConfidenceSequence(tuple(lower), tuple(upper), level)


def log_bets(score: float, means: Floats) -> Floats:
    """Logarithm of one rater's factor for each mean and alternative; shape (means, NODES)."""
    if not 0 <= score <= 1:
        raise ValueError(f"A score is between 0 and 1, not {score}.")
    alternatives = (1 - np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)) / 2
    m = means[:, None]
    factors: Floats = np.log(score * alternatives / m + (1 - score) * (1 - alternatives) / (1 - m))
    return factors


def covers_always(scores: Floats, mean: float, *, level: float = 0.95) -> bool:
    """Whether the sequence keeps `mean` at every look; what a simulation of its coverage asks."""
    bets = np.stack([log_bets(float(score), np.array([mean]))[0] for score in scores])
    wealth = logsumexp(np.cumsum(bets, axis=0), axis=1) - np.log(NODES)
    return bool((wealth < -np.log(1 - level)).all())
