"""What the analysis says: frozen results that carry how they were made."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

ELO = float(400 / np.log(10))
"""Elo points per unit of log-odds."""
CENTRE = 1000.0
"""The Elo rating of log-odds 0."""


class Method(StrEnum):
    """How ratings are estimated."""

    BT = "bt"
    DAVIDSON = "davidson"
    ELO = "elo"
    CONTEXTUAL = "contextual"


class Ties(StrEnum):
    """What Bradley-Terry does with ties and both_bad: half a win for each side, or left out."""

    HALF = "half"
    DROP = "drop"


class Ci(StrEnum):
    """How intervals are made."""

    NONE = "none"
    MODEL = "model"
    SANDWICH = "sandwich"
    CLUSTER = "cluster"
    BOOTSTRAP = "bootstrap"
    RATER_BOOTSTRAP = "rater-bootstrap"


class Correction(StrEnum):
    """Of the cluster sandwich for few raters: CR2 with Bell-McCaffrey t quantiles, or G/(G-1) with normal ones."""

    CR2 = "cr2"
    CR1 = "cr1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to estimate and how. `ci` None: cluster where raters are known, else sandwich.

    `ranks` False leaves out the simultaneous rank sets, which are all from best to worst then.
    """

    method: Method = Method.BT
    ties: Ties = Ties.HALF
    position: bool = False
    firth: bool = False
    ci: Ci | None = None
    correction: Correction = Correction.CR2
    bootstraps: int = 1000
    seed: int = 0
    anchor: str | None = None
    ranks: bool = True
    quasi: bool = False
    level: float = 0.95
    elo_k: float = 4.0
    elo_shuffles: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A contestant's row. `theta` is log-odds; rating and bounds are on the Elo scale; None: cannot be said.

    `rank_lower` is the best rank that the data allow, `rank_upper` the worst; they hold for all contestants at once.
    `quasi_se` is the root of the quasi-variance, where asked for: of two contestants, the root of the sum of squares is
    close to the standard error of their difference.
    """

    name: str
    theta: float | None
    se: float | None
    df: float | None
    rating: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    rank_lower: int | None
    rank_upper: int | None
    wins: float
    losses: float
    ties: float
    battles: float
    component: int = 0
    quasi_se: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A further parameter: the position, log nu, or a style feature's coefficient, in log-odds."""

    name: str
    estimate: float
    se: float | None = None
    lower: float | None = None
    upper: float | None = None
    scale: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """How far the first contestant is ahead of the second, in log-odds; bounds None where there is no interval."""

    first: str
    second: str
    gap: float
    se: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """A leaderboard, best first, and how it was made."""

    contestants: tuple[Rated, ...]
    position: Term | None
    tie: Term | None
    features: tuple[Term, ...] = ()
    method: Method
    ci: Ci
    gauge: str
    n_votes: float
    n_raters: int | None
    both_bad: float
    excluded: int
    log_likelihood: float | None
    converged: bool
    separated: bool
    iterations: int
    seed: int
    level: float
    lead: Lead | None = None
    components: int = 1
    infinite_replicates: int = 0
    warnings: tuple[str, ...] = field(default=())

    def find(self, name: str) -> Rated:
        """The row of a contestant."""
        return next(row for row in self.contestants if row.name == name)


def number(value: float) -> float | None:
    """The value, or None where it is not a finite number."""
    return float(value) if np.isfinite(value) else None


def elo(theta: float) -> float:
    """Log-odds on the Elo scale."""
    return float(CENTRE + ELO * theta)
