"""Linear systems in the information of a paired-comparison model, a weighted graph Laplacian, on the sum-zero space.

With information v per pair, H = sum of v (e_i - e_j)(e_i - e_j)'. Few contestants: dense Cholesky factors. Many:
conjugate gradients with the diagonal as preconditioner; comparison graphs mix fast, so a dozen products with a
matrix replace a cubic factorisation.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg.lapack import dposv
from scipy.sparse import csr_array

from arena.analysis.arrays import Floats, Ints

DENSE = 128
"""Up to this many contestants a dense factorisation is the faster solver."""
SQUARE = 2048
"""Up to this many contestants a product with a square array is faster than with a sparse one."""
TOLERANCE = 1e-13


def laplacian(i: Ints, j: Ints, v: Floats, size: int) -> Floats:
    """The dense Laplacian of pairs; each pair may stand in it once only, as (i, j) or as (j, i)."""
    flat, away = np.zeros(size * size), -v
    flat[i * size + j] = away
    flat[j * size + i] = away
    matrix = flat.reshape(size, size)
    flat[:: size + 1] = -matrix.sum(axis=1)
    return matrix


def grounded(i: Ints, j: Ints, v: Floats, size: int) -> tuple[Floats, int]:
    """The Laplacian with the heaviest contestant's row and column made those of the identity, and who that is.

    It is regular however unequal the pairs' information is; adding something to the whole matrix would drown a pair
    that has little beside one that has 1e12 times as much. Its determinant is that on the sum-zero space over `size`.
    """
    matrix = laplacian(i, j, v, size)
    ground = int(np.argmax(matrix.diagonal()))
    matrix[ground] = matrix[:, ground] = 0.0
    matrix[ground, ground] = 1.0
    return matrix, ground


def without(values: Floats, place: int) -> Floats:
    """A copy with one value made zero."""
    out = values.copy()
    out[place] = 0.0
    return out


def solve(i: Ints, j: Ints, v: Floats, right: Floats) -> Floats:
    """Solve H x = right for the x with sum zero, right having sum zero and the graph being connected."""
    size = right.size
    if size <= DENSE:
        matrix, ground = grounded(i, j, v, size)
        _, solution, failed = dposv(matrix.T, without(right, ground), overwrite_a=True)  # .T only spares a copy
        if failed:
            raise np.linalg.LinAlgError("The information is not positive definite: the comparisons are not connected.")
        return np.asarray(solution - solution.mean())
    return _conjugate_gradients(i, j, v, right)


def _conjugate_gradients(i: Ints, j: Ints, v: Floats, right: Floats) -> Floats:
    """Preconditioned conjugate gradients (Hestenes and Stiefel 1952) to a residual of `TOLERANCE`, relative."""
    size = right.size
    diagonal = np.bincount(i, v, size) + np.bincount(j, v, size)
    adjacency = _adjacency(i, j, v, size)
    x, residual = np.zeros(size), right - right.mean()
    z = residual / diagonal
    direction, rz = z, float(residual @ z)
    goal = TOLERANCE**2 * rz
    for _ in range(10 * size):
        if rz <= goal:
            break
        image = diagonal * direction - adjacency @ direction
        step = rz / float(direction @ image)
        x += step * direction
        residual -= step * image
        residual -= residual.mean()
        z = residual / diagonal
        before, rz = rz, float(residual @ z)
        direction = z + rz / before * direction
    solution: Floats = x - x.mean()
    return solution


def _adjacency(i: Ints, j: Ints, v: Floats, size: int) -> Any:
    """The symmetric matrix of weights, square or sparse."""
    if size > SQUARE:
        return csr_array((np.concatenate([v, v]), (np.concatenate([i, j]), np.concatenate([j, i]))), (size, size))
    matrix = np.zeros((size, size))
    matrix[i, j] = v
    matrix[j, i] = v
    return matrix
