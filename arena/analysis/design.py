"""The rows of a paired-comparison model: who was left and right, further terms, and how the votes went.

Parameters are ordered theta (one per contestant), then the further terms (position, style), then log nu where the
family has ties. The design matrix is never formed: a row's first statistic has +1 at its left contestant, -1 at its
right one and the row's values of the further terms; the second has 1 at log nu.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arena.analysis.arrays import Floats, Ints, scatter
from arena.analysis.counts import DENSE_CELLS, ROOM, TIE, Counts
from arena.analysis.family import Family
from arena.analysis.graph import components

POSITION = "position"


@dataclass(frozen=True, slots=True)
class Design:
    """Rows (m) of a model of `size` contestants: `terms` is (m, k), `votes` (m, 3) counts left won, right won, tie.

    `cluster` numbers each row's rater; rows without one (`LONE`) hold votes that are a cluster each.
    """

    size: int
    left: Ints
    right: Ints
    terms: Floats
    term_names: tuple[str, ...]
    votes: Floats
    family: Family
    cluster: Ints | None = None

    @property
    def parameters(self) -> int:
        """Number of parameters, the redundant one of each component among them."""
        return self.size + len(self.term_names) + self.family.dimension - 1

    @property
    def n(self) -> Floats:
        """Votes of each row."""
        total: Floats = self.votes @ np.ones(3)  # much faster than a sum over so short an axis
        return total

    @property
    def labels(self) -> Ints:
        """Component of the comparison graph that each contestant belongs to."""
        return components(self.left, self.right, self.size)

    def statistics(self) -> Floats:
        """Sums of the sufficient statistics of each row; shape (m, d)."""
        total: Floats = self.votes @ self.family.outcomes
        return total

    def predict(self, beta: Floats) -> tuple[Floats, float]:
        """The rows' linear predictor, and log nu (0 where the family has none)."""
        eta: Floats = beta[self.left] - beta[self.right]
        if self.term_names:
            eta = eta + self.terms @ beta[self.size : self.size + len(self.term_names)]
        return eta, float(beta[-1]) if self.family is Family.DAVIDSON else 0.0

    def pull(self, rows: Floats) -> Floats:
        """X'rows: values (m, d) of the rows' statistics summed onto the parameters."""
        first = rows[:, 0]
        theta = scatter(self.left, first, self.size) - scatter(self.right, first, self.size)
        parts = [theta, first @ self.terms]
        if self.family is Family.DAVIDSON:
            parts.append(rows[:, 1].sum(keepdims=True))
        return np.concatenate(parts)

    def information(self, weights: Floats) -> Floats:
        """X'WX for weights (m, d, d); shape (parameters, parameters)."""
        whole: Floats = self.information_by(np.zeros(self.left.size, np.intp), 1, weights)[0]
        return whole

    def information_by(self, group: Ints, groups: int, weights: Floats) -> Floats:
        """X'WX of each group of rows; shape (groups, parameters, parameters)."""
        size, total = self.size, self.parameters
        out = np.zeros((groups, total, total))
        first = weights[:, 0, 0]
        cell = (group * size + self.left) * size + self.right
        across = scatter(cell, first, groups * size * size).reshape(groups, size, size)
        out[:, :size, :size] = -across - across.transpose(0, 2, 1)
        ends = [scatter(group * size + end, first, groups * size).reshape(groups, size) for end in self._ends]
        out[:, range(size), range(size)] += ends[0] + ends[1]
        if total > size:
            self._border(out, group, groups, weights)
        return out

    def pull_by(self, group: Ints, groups: int, rows: Floats) -> Floats:
        """X'rows of each group of rows; shape (groups, parameters)."""
        size, first = self.size, rows[:, 0]
        theta = [scatter(group * size + end, first, groups * size).reshape(groups, size) for end in self._ends]
        columns = [scatter(group, first * term, groups)[:, None] for term in self.terms.T]
        if self.family is Family.DAVIDSON:
            columns.append(scatter(group, rows[:, 1], groups)[:, None])
        return np.concatenate([theta[0] - theta[1], *columns], axis=1)

    def push(self, vectors: Floats, group: Ints) -> Floats:
        """X times each row's own vector `vectors[group]`; shape (m, d)."""
        first: Floats = vectors[group, self.left] - vectors[group, self.right]
        for k, term in enumerate(self.terms.T):
            first = first + term * vectors[group, self.size + k]
        if self.family is Family.HALF_TIES:
            return first[:, None]
        return np.stack([first, vectors[group, -1]], axis=1)

    def quadratic(self, matrix: Floats) -> Floats:
        """X M X' of each row by itself; shape (m, d, d)."""
        size = self.size
        half = matrix[self.left] - matrix[self.right] + self.terms @ matrix[size : size + len(self.term_names)]
        rows = np.arange(self.left.size)
        first: Floats = half[rows, self.left] - half[rows, self.right]
        first = first + (self.terms * half[:, size : size + len(self.term_names)]).sum(axis=1)
        if self.family is Family.HALF_TIES:
            return first[:, None, None]
        cross = half[:, -1]
        corner = np.full_like(cross, matrix[-1, -1])
        return np.stack([np.stack([first, cross], axis=1), np.stack([cross, corner], axis=1)], axis=1)

    @property
    def _ends(self) -> tuple[Ints, Ints]:
        return self.left, self.right

    def _border(self, out: Floats, group: Ints, groups: int, weights: Floats) -> None:
        """Fill the rows and columns of the further terms and of log nu."""
        size = self.size
        columns = [weights[:, 0, 0] * term for term in self.terms.T]
        if self.family is Family.DAVIDSON:
            columns.append(weights[:, 0, 1])
        for k, column in enumerate(columns, start=size):
            theta = [scatter(group * size + end, column, groups * size).reshape(groups, size) for end in self._ends]
            out[:, :size, k] = theta[0] - theta[1]
            for other, term in enumerate(self.terms.T, start=size):
                out[:, other, k] = scatter(group, column * term, groups)
        if self.family is Family.DAVIDSON:
            out[:, -1, -1] = scatter(group, weights[:, 1, 1], groups)
            out[:, -1, size:-1] = out[:, size:-1, -1]
        out[:, size:, :size] = out[:, :size, size:].transpose(0, 2, 1)


def build(counts: Counts, family: Family, *, keep_ties: bool = True, position: bool = False) -> Design:
    """Rows per pair, and per rater where the counts have them; pairs are ordered only where position matters."""
    size = len(counts.names)
    left, right = counts.left.astype(np.intp), counts.right.astype(np.intp)
    outcome = np.minimum(counts.outcome, TIE).astype(np.intp)
    if not position:
        swapped = left > right
        left, right = np.where(swapped, right, left), np.where(swapped, left, right)
        outcome = np.where((outcome < TIE) & swapped, 1 - outcome, outcome)
    key = left * size + right
    if counts.rater is not None:
        key = key + (counts.rater.astype(np.intp) + 1) * size * size
    n = counts.n if keep_ties else np.where(outcome < TIE, counts.n, 0.0)
    if counts.rater is None and 3 * size * size <= min(DENSE_CELLS, ROOM * key.size):
        rows, place = np.arange(size * size), key
    else:
        rows, place = np.unique(key, return_inverse=True)
    votes = scatter(place * 3 + outcome, n, 3 * rows.size).reshape(-1, 3)
    met = np.flatnonzero(votes[:, 0] + votes[:, 1] + votes[:, 2])
    rows, votes = rows[met], votes[met]
    terms = np.ones((rows.size, 1)) if position else np.empty((rows.size, 0))
    pair = rows % (size * size)
    design = Design(size, pair // size, pair % size, terms, (POSITION,) if position else (), votes, family)
    return design if counts.rater is None else replace(design, cluster=rows // (size * size) - 1)
