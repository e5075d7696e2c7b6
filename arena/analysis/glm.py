"""Maximum likelihood, plain or with Firth's penalty, for every model that `Design` can express.

Newton's method (the families are canonical, so the expected information is the exact one) with step halving. Firth
(1993, doi:10.1093/biomet/80.1.27): the log-likelihood plus half the log-determinant of the information on the space
where each component's contestants sum to zero; always finite on a connected graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.analysis.arrays import Floats, Ints
from arena.analysis.design import Design
from arena.analysis.family import Cumulants, cumulants, third_cumulants

STEP = 1e-11
ITERATIONS = 500
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters in the sum-zero gauge of each component, as `Design` orders them."""

    beta: Floats
    log_likelihood: float
    converged: bool
    iterations: int
    firth: bool


def maximise(design: Design, *, firth: bool = False, start: Floats | None = None) -> Fit:
    """Fit a design for which the estimate exists (see `separation`; with `firth` it always does)."""
    beta = np.zeros(design.parameters) if start is None else start.copy()
    labels = design.labels
    value, now = _objective(design, beta, labels, firth)
    moved: Floats = np.zeros_like(beta)
    before = moved
    for iteration in range(1, ITERATIONS + 1):
        information = design.information(design.n[:, None, None] * now.covariance)
        gradient = design.pull(design.statistics() - design.n[:, None] * now.mean)
        if firth:
            inverse = inverse_information(information, labels)
            gradient = gradient + _firth_score(design, beta, inverse)
            step = inverse @ gradient * _length(moved, before - gradient, information)
        else:
            step = np.asarray(np.linalg.solve(information + gauge(information, labels), gradient), np.float64)
        rise, slack = float(gradient @ step), 1e-12 * (1 + abs(value))
        for _ in range(HALVINGS):
            new, now = _objective(design, beta + step, labels, firth)
            if new >= value + 1e-4 * rise - slack:
                break
            step, rise = step / 2, rise / 2
        beta, value, moved, before = beta + step, new, step, gradient
        if np.abs(step).max() < STEP:
            return Fit(centred(beta, labels), log_likelihood(design, beta), True, iteration, firth)
    return Fit(centred(beta, labels), log_likelihood(design, beta), False, ITERATIONS, firth)


def _length(moved: Floats, fallen: Floats, information: Floats) -> float:
    """How long a step to take where the information is not the whole curvature: the penalty has some of its own.

    Barzilai and Borwein (1988, doi:10.1093/imanum/8.1.141), in the metric of the information.
    """
    curvature = float(moved @ fallen)
    return min(10.0, max(0.1, float(moved @ information @ moved) / curvature)) if curvature > 0 else 1.0


def log_likelihood(design: Design, beta: Floats) -> float:
    """Unpenalised log-likelihood, without binomial coefficients."""
    return _objective(design, beta, np.zeros(design.size, np.intp), False)[0]


def information_at(design: Design, beta: Floats) -> Floats:
    """Fisher information of the parameters."""
    now = cumulants(design.family, *design.predict(beta))
    return design.information(design.n[:, None, None] * now.covariance)


def inverse_information(information: Floats, labels: Ints) -> Floats:
    """Inverse on the space where each component sums to zero: the model-based covariance."""
    ones = gauge(information, labels)
    scale = float(np.trace(information)) / len(information) or 1.0
    inverse: Floats = np.linalg.inv(information + ones) - ones / scale**2
    return (inverse + inverse.T) / 2


def centred(beta: Floats, labels: Ints) -> Floats:
    """Shift each component's log-odds to sum zero."""
    out = beta.copy()
    sizes = np.bincount(labels)
    out[: labels.size] -= (np.bincount(labels, beta[: labels.size]) / sizes)[labels]
    return out


def gauge(information: Floats, labels: Ints) -> Floats:
    """Makes the information regular: each component's direction of ones gets the matrix's mean diagonal."""
    out = np.zeros_like(information)
    scale = float(np.trace(information)) / len(information) or 1.0
    size = labels.size
    out[:size, :size] = scale * np.equal.outer(labels, labels) / np.bincount(labels)[labels]
    return out


def _objective(design: Design, beta: Floats, labels: Ints, firth: bool) -> tuple[float, Cumulants]:
    eta, log_nu = design.predict(beta)
    now = cumulants(design.family, eta, log_nu)
    natural = np.stack([eta, np.full_like(eta, log_nu)], axis=1)[:, : design.family.dimension]
    value = float((design.statistics() * natural).sum() - design.n @ now.log_z)
    if firth:
        information = design.information(design.n[:, None, None] * now.covariance)
        scale = gauge(information, labels)
        # The gauge's own eigenvalues are divided out: what is left is the determinant on the sum-zero space.
        unit = float(np.trace(information)) / len(information)
        value += (float(np.linalg.slogdet(information + scale)[1]) - len(np.unique(labels)) * np.log(unit)) / 2
    return value, now


def _firth_score(design: Design, beta: Floats, inverse: Floats) -> Floats:
    """Gradient of half the log-determinant: half the third cumulants against each row's X M X'."""
    third = third_cumulants(design.family, *design.predict(beta))
    rows = np.einsum("mabc,mbc->ma", third, design.quadratic(inverse)) * design.n[:, None] / 2
    return design.pull(rows)
