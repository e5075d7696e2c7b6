from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from arena.analysis.quasi import quasi_variances


def differences(covariance: np.ndarray) -> np.ndarray:
    i, j = np.triu_indices(len(covariance), 1)
    return np.asarray(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])


def test_they_are_exact_where_a_solution_exists() -> None:
    own = np.array([0.1, 0.2, 0.3, 0.4])
    shared = 0.05  # a covariance that all pairs have in common drops out of differences
    assert np.allclose(quasi_variances(np.diag(own) + shared), own)


def test_three_contestants_are_always_fitted_exactly() -> None:
    root = np.random.default_rng(0).normal(size=(3, 3))
    covariance = root @ root.T
    found = quasi_variances(covariance)
    assert found is not None
    i, j = np.triu_indices(3, 1)
    assert np.allclose(found[i] + found[j], differences(covariance))


def test_they_minimise_the_squared_differences_of_the_logs() -> None:
    root = np.random.default_rng(2).normal(size=(6, 8))
    covariance = root @ root.T
    i, j = np.triu_indices(6, 1)

    def loss(q: np.ndarray) -> float:
        return float(((np.log(np.maximum(q[i] + q[j], 1e-300)) - np.log(differences(covariance))) ** 2).sum())

    found = quasi_variances(covariance)
    assert found is not None
    free = minimize(
        loss, np.diag(covariance), method="Nelder-Mead", options={"maxiter": 20000, "xatol": 1e-9, "fatol": 1e-14}
    )
    assert loss(found) <= free.fun * (1 + 1e-9)


def test_two_contestants_have_none() -> None:
    assert quasi_variances(np.eye(2)) is None


@pytest.mark.parametrize("size", [80])
def test_many_contestants_are_solved_sparsely(size: int) -> None:
    own = np.linspace(0.1, 1.0, size)
    assert np.allclose(quasi_variances(np.diag(own)), own, rtol=1e-6)
