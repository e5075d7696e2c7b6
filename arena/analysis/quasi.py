"""Quasi-variances: one number per contestant such that q_i + q_j is close to the variance of theta_i - theta_j.

With them a plot of single bars lets a reader judge any difference (Firth and de Menezes 2004,
doi:10.1093/biomet/91.1.65). Found as R's qvcalc does: least squares of log(q_i + q_j) against the log variances.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse import csr_array

from arena.analysis.arrays import Floats, Ints

SMALL = 1e-14


def quasi_variances(covariance: Floats) -> Floats | None:
    """Quasi-variances of contestants with this covariance; None for two, whose single variance splits anyhow."""
    size = len(covariance)
    if size < 3:
        return None
    i, j = (index.astype(np.intp) for index in np.triu_indices(size, 1))
    diagonal = np.diag(covariance)
    wanted = diagonal[i] + diagonal[j] - 2 * covariance[i, j]
    unit = wanted.mean()
    row = np.arange(i.size)

    def misfit(q: Floats) -> Floats:
        residuals: Floats = np.log(np.maximum(q[i] + q[j], SMALL)) - np.log(wanted / unit)
        return residuals

    def slope(q: Floats) -> csr_array:
        each = 1 / np.maximum(q[i] + q[j], SMALL)
        places = (np.concatenate([row, row]), np.concatenate([i, j]))
        return csr_array((np.concatenate([each, each]), places), (i.size, size))

    def dense_slope(q: Floats) -> Floats:
        return np.asarray(slope(q).todense())

    start = _start(wanted / unit, i, j, size)
    jacobian = dense_slope if size <= 60 else slope
    found = least_squares(misfit, start, jac=jacobian, method="trf", xtol=1e-13, ftol=1e-13, gtol=1e-13)
    solution: Floats = found.x * unit
    return solution


def _start(wanted: Floats, i: Ints, j: Ints, size: int) -> Floats:
    """The least-squares solution of q_i + q_j = wanted without logs, in closed form, kept positive."""
    sums = np.bincount(i, wanted, size) + np.bincount(j, wanted, size)
    q = (sums - sums.sum() / (2 * (size - 1))) / (size - 2)
    positive: Floats = np.maximum(q, wanted.min() / 4)
    return positive
