from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from arena.analysis import glm
from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.design import Design, build
from arena.analysis.family import Family, cumulants, third_cumulants
from tests.arena.analysis.samples import simulated

DESIGNS = [(family, position) for family in Family for position in (False, True)]


def literal(design: Design, beta: np.ndarray) -> float:
    """Log-likelihood written out vote by vote, with none of the module's own arithmetic."""
    total = 0.0
    davidson = design.family is Family.DAVIDSON
    for left, right, terms, (won, lost, tied) in zip(
        design.left, design.right, design.terms, design.votes, strict=True
    ):
        gamma = float(terms @ beta[design.size : design.size + terms.size])
        a, b = np.exp(beta[left] + gamma / 2), np.exp(beta[right] - gamma / 2)
        if davidson:
            tie = np.exp(beta[-1]) * np.sqrt(a * b)
            total += (
                won * np.log(a / (a + b + tie)) + lost * np.log(b / (a + b + tie)) + tied * np.log(tie / (a + b + tie))
            )
        else:
            total += (won + tied / 2) * np.log(a / (a + b)) + (lost + tied / 2) * np.log(b / (a + b))
    return float(total)


def penalty(design: Design, beta: np.ndarray) -> float:
    """Half the log-determinant of the information in coordinates without the redundant one."""
    step = 1e-4
    basis = np.eye(design.parameters)[1:]
    size = len(basis)
    information = np.empty((size, size))
    for r in range(size):
        for s in range(size):
            u, v = step * basis[r], step * basis[s]
            corners = [literal(design, beta + a * u + b * v) * a * b for a in (1, -1) for b in (1, -1)]
            information[r, s] = -sum(corners) / (4 * step**2)
    return float(np.linalg.slogdet(information)[1]) / 2


@pytest.mark.parametrize(("family", "position"), DESIGNS)
def test_the_maximum_is_that_of_the_likelihood_written_out(family: Family, position: bool) -> None:
    design = build(reduce_votes(simulated(12, 4)), family, position=position)
    found = glm.maximise(design)
    free = minimize(
        lambda beta: -literal(design, beta), np.zeros(design.parameters), method="BFGS", options={"gtol": 1e-7}
    )
    assert found.converged
    assert found.log_likelihood == pytest.approx(-free.fun, rel=1e-10)
    assert np.allclose(glm.centred(free.x, design.labels), found.beta, atol=1e-5)


@pytest.mark.parametrize(("family", "position"), DESIGNS)
def test_firths_estimate_maximises_the_penalised_likelihood(family: Family, position: bool) -> None:
    design = build(reduce_votes(simulated(4, 3)), family, position=position)
    found = glm.maximise(design, firth=True)

    def value(beta: np.ndarray) -> float:
        return literal(design, beta) + penalty(design, beta)

    best = value(found.beta)
    rng = np.random.default_rng(0)
    for size in (0.1, 0.02):
        near = [value(found.beta + size * rng.normal(size=found.beta.size)) for _ in range(10)]
        assert max(near) < best
    assert np.abs(found.beta - glm.maximise(design).beta).max() > 1e-3


def test_firths_estimate_of_two_contestants_adds_half_a_win_to_each() -> None:
    design = build(from_cells(["x"], ["y"], ["model_a"], [9]), Family.HALF_TIES)
    found = glm.maximise(design, firth=True)
    assert found.beta[0] - found.beta[1] == pytest.approx(np.log(9.5 / 0.5), abs=1e-9)


def test_davidsons_estimate_of_two_contestants_has_a_closed_form() -> None:
    counts = from_cells(["x"] * 3, ["y"] * 3, ["model_a", "model_b", "tie"], [30, 15, 10])
    found = glm.maximise(build(counts, Family.DAVIDSON))
    assert found.beta[0] - found.beta[1] == pytest.approx(np.log(30 / 15), abs=1e-10)
    assert found.beta[-1] == pytest.approx(np.log(10 / np.sqrt(30 * 15)), abs=1e-10)


@pytest.mark.parametrize("family", list(Family))
def test_third_cumulants_are_the_slope_of_the_covariance(family: Family) -> None:
    eta, step = np.array([-2.0, 0.3, 1.7]), 1e-6
    slope = (cumulants(family, eta + step, -0.4).covariance - cumulants(family, eta - step, -0.4).covariance) / (
        2 * step
    )
    assert np.allclose(third_cumulants(family, eta, -0.4)[:, 0], slope, atol=1e-8)


def test_the_information_is_the_curvature_of_the_likelihood() -> None:
    design = build(reduce_votes(simulated(8, 3)), Family.DAVIDSON, position=True)
    beta = glm.maximise(design).beta
    information, step = glm.information_at(design, beta), 1e-4
    for r in range(beta.size):
        u = step * np.eye(beta.size)[r]
        curve = (literal(design, beta + u) + literal(design, beta - u) - 2 * literal(design, beta)) / step**2
        assert information[r, r] == pytest.approx(-curve, rel=1e-4)
