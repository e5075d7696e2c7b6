"""Covariances of the fitted parameters when every vote is independent: model-based, and the sandwich."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from arena.analysis.arrays import Floats
from arena.analysis.design import Design
from arena.analysis.family import cumulants
from arena.analysis.glm import Fit, information_at, inverse_information


class Variance(Protocol):
    """A covariance of the parameters, and how much is known about it."""

    @property
    def matrix(self) -> Floats:
        """Covariance, shape (parameters, parameters)."""
        ...

    def degrees_of_freedom(self, contrasts: Floats) -> Floats:
        """Of each contrast's variance (a row of coefficients each); infinite: normal quantiles; NaN: not estimable."""
        ...


@dataclass(frozen=True, slots=True)
class LargeSample:
    """A covariance whose quantiles are those of the normal distribution."""

    matrix: Floats

    def degrees_of_freedom(self, contrasts: Floats) -> Floats:
        """Infinite for every contrast."""
        return np.full(len(contrasts), np.inf)


def model_based(design: Design, fit: Fit) -> LargeSample:
    """Inverse Fisher information: right when votes are independent and the model holds."""
    return LargeSample(inverse_information(information_at(design, fit.beta), design.labels))


def sandwich(design: Design, fit: Fit) -> LargeSample:
    """White's covariance with each vote by itself: right when votes are independent, whatever the model."""
    bread = model_based(design, fit).matrix
    now = cumulants(design.family, *design.predict(fit.beta))
    off = design.family.outcomes[None] - now.mean[:, None, :]
    meat = design.information(np.einsum("mo,moa,mob->mab", design.votes, off, off))
    return LargeSample(bread @ meat @ bread)
