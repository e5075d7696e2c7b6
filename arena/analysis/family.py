"""Two exponential families for the outcome of a vote, both linear in eta = theta_left - theta_right (+ more terms).

Half ties: P(left wins) = 1 / (1 + exp(-eta)), a tie is half a win and half a loss; one statistic, the wins.
Davidson (1970, doi:10.1080/01621459.1970.10481082): left, right, tie have weights exp(eta/2), exp(-eta/2), nu, so the
tie rate follows the geometric mean and a position term moves both sides by half of it; two statistics,
(wins - losses) / 2 and ties, with natural parameters (eta, log nu).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from arena.analysis.arrays import Floats


class Family(StrEnum):
    """How the three outcomes of a vote are modelled."""

    HALF_TIES = "half"
    DAVIDSON = "davidson"

    @property
    def dimension(self) -> int:
        """Number of sufficient statistics of a vote."""
        return 2 if self is Family.DAVIDSON else 1

    @property
    def outcomes(self) -> Floats:
        """Statistics of left won, right won and tie; shape (3, dimension)."""
        if self is Family.DAVIDSON:
            return np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 1.0]])
        return np.array([[1.0], [0.0], [0.5]])


@dataclass(frozen=True, slots=True)
class Cumulants:
    """Per row: log normaliser (m,), mean (m, d), covariance (m, d, d) of one vote's statistics."""

    log_z: Floats
    mean: Floats
    covariance: Floats


def cumulants(family: Family, eta: Floats, log_nu: float) -> Cumulants:
    """Cumulants of one vote at linear predictor `eta`; `log_nu` is Davidson's tie parameter, else ignored."""
    if family is Family.HALF_TIES:
        small = np.exp(-np.abs(eta))
        p = np.where(eta >= 0, 1.0, small) / (1 + small)
        variance = small / (1 + small) ** 2
        return Cumulants(np.maximum(eta, 0.0) + np.log(1 + small), p[:, None], variance[:, None, None])
    left, right, tie, log_z = probabilities(eta, log_nu)
    lead = (left - right) / 2
    decided = (left + right) / 4
    covariance = np.empty((eta.size, 2, 2))
    covariance[:, 0, 0] = decided - lead**2
    covariance[:, 0, 1] = covariance[:, 1, 0] = -lead * tie
    covariance[:, 1, 1] = tie * (1 - tie)
    return Cumulants(log_z, np.stack([lead, tie], axis=1), covariance)


def means(family: Family, eta: Floats, log_nu: float) -> Floats:
    """Only the means of `cumulants`, for loops that need nothing else; shape (m, d)."""
    if family is Family.HALF_TIES:
        # numpy's exponential uses the processor's vectors, which scipy's expit does not; -700 keeps it finite.
        chances: Floats = 1 / (1 + np.exp(-np.maximum(eta, -700.0)))
        return chances[:, None]
    left, right, tie, _ = probabilities(eta, log_nu)
    return np.stack([(left - right) / 2, tie], axis=1)


def probabilities(eta: Floats, log_nu: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Davidson's probabilities of left, right and tie, and the log normaliser."""
    weights = np.stack([eta / 2, -eta / 2, np.full_like(eta, log_nu)])
    log_z = np.logaddexp.reduce(weights, axis=0)
    left, right, tie = np.exp(weights - log_z)
    return left, right, tie, log_z


def third_cumulants(family: Family, eta: Floats, log_nu: float) -> Floats:
    """Third central moments of one vote's statistics, the derivative of the covariance; shape (m, d, d, d)."""
    if family is Family.HALF_TIES:
        now = cumulants(family, eta, log_nu)
        skew: Floats = (now.covariance[:, 0, 0] * (1 - 2 * now.mean[:, 0]))[:, None, None, None]
        return skew
    *chances, _ = probabilities(eta, log_nu)
    mean = cumulants(family, eta, log_nu).mean
    total = np.zeros((eta.size, 2, 2, 2))
    for chance, statistic in zip(chances, family.outcomes, strict=True):
        off = statistic - mean
        total += np.einsum("m,ma,mb,mc->mabc", chance, off, off, off)
    return total
