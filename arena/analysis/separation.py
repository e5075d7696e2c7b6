"""Whether the maximum likelihood estimate exists, where position, ties or style enter: a linear programme.

The estimate does not exist when some direction b raises or keeps the likelihood of every vote and raises it for one
(Albert and Anderson 1984, doi:10.1093/biomet/71.1.1): for every outcome that was seen in a row, b'(its statistics -
those of any other outcome) >= 0. The programme maximises the sum of these over the box |b| <= 1 (Konis 2007).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array, vstack

from arena.analysis import glm
from arena.analysis.arrays import Bools, Floats
from arena.analysis.design import Design
from arena.analysis.family import Family

MARGIN = 1e-7
NOTHING = 1e-11
"""Eigenvalue of the scaled information below which a direction has none."""
SAMPLE = 4000


def separated(design: Design) -> bool:
    """Whether some direction of the parameters raises the likelihood for ever.

    More votes only add constraints: where a sample of the rows rules such a direction out, all of them do.
    """
    if design.left.size > SAMPLE:
        part = _sample(design)
        if np.array_equal(part.labels, design.labels) and not unidentified(part) and not _programme(part):
            return False
    return _programme(design)


def unidentified(design: Design) -> list[str]:
    """Further terms that the votes cannot tell from the contestants' strength, whatever the outcomes."""
    information = glm.information_at(design, np.zeros(design.parameters))
    regular = information + glm.gauge(information, design.labels)
    scale = 1 / np.sqrt(np.maximum(np.diag(regular), 1e-300))
    values, vectors = np.linalg.eigh(regular * np.outer(scale, scale))
    weights = np.abs(vectors[design.size :, values < NOTHING]).max(axis=1, initial=0.0)
    names = [*design.term_names, "the rate of ties"]
    return [name for name, weight in zip(names, weights, strict=False) if weight > 1e-6]


def _sample(design: Design) -> Design:
    rows = np.unique(np.linspace(0, design.left.size - 1, SAMPLE).astype(np.intp))
    left, right = design.left[rows], design.right[rows]
    return replace(design, left=left, right=right, terms=design.terms[rows], votes=design.votes[rows], cluster=None)


def _programme(design: Design) -> bool:
    rows = _constraints(design)
    solution = linprog(-np.asarray(rows.sum(axis=0)).ravel(), A_ub=-rows, b_ub=np.zeros(rows.shape[0]), bounds=(-1, 1))
    if solution.fun is None:
        raise ArithmeticError(f"The check for separation did not end: {solution.message}")
    return bool(-solution.fun > MARGIN)


def _constraints(design: Design) -> csr_array:
    """A row for each (seen outcome, other outcome): the difference of their statistics, times the design."""
    eta, tie = _matrices(design)
    left, right, tied = (design.votes[:, k] > 0 for k in range(3))
    blocks = []
    if design.family is Family.HALF_TIES:
        blocks = [(left | tied, eta), (right | tied, -eta)]
    else:
        for seen, mine, others in (
            (left, eta / 2, (-eta / 2, tie)),
            (right, -eta / 2, (eta / 2, tie)),
            (tied, tie, (eta / 2, -eta / 2)),
        ):
            blocks += [(seen, mine - other) for other in others]
    return csr_array(vstack([_take(block, seen) for seen, block in blocks]))


def _matrices(design: Design) -> tuple[csr_array, csr_array]:
    """The design as sparse matrices: of eta, and of log nu."""
    m, k = design.left.size, len(design.term_names)
    row = np.arange(m)
    rows = np.concatenate([row, row, np.repeat(row, k)])
    columns = np.concatenate([design.left, design.right, np.tile(np.arange(design.size, design.size + k), m)])
    values: Floats = np.concatenate([np.ones(m), -np.ones(m), design.terms.ravel()])
    shape = (m, design.parameters)
    eta = csr_array(coo_array((values, (rows, columns)), shape))
    ones = csr_array(coo_array((np.ones(m), (row, np.full(m, design.parameters - 1))), shape))
    return eta, ones


def _take(block: csr_array, seen: Bools) -> csr_array:
    return csr_array(block[np.flatnonzero(seen)])
