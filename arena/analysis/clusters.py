"""Covariance for raters with tastes of their own: the cluster sandwich CR2 with Bell-McCaffrey degrees of freedom.

Bell and McCaffrey (2002); Pustejovsky and Tipton (2018, doi:10.1080/07350015.2016.1247004). Notation: M = LL' is the
inverse information, s_g the score and S_g the information of rater g's votes. With the working model's weights,
everything happens in the parameters' space: T_g = L'S_gL has eigenvalues from 0 to 1 and sums to the identity, and

    CR2 = L [sum_g v_g v_g'] L',  v_g = (I - T_g)^(-1/2) L's_g.

For a contrast c, with l = L'c and w_g = T_g (I - T_g)^(-1/2) l, Satterthwaite's degrees of freedom of c'CR2c are
(sum_g P_gg)^2 / sum_gh P_gh^2 with P_gg = l'T_g l and P_gh = -w_g'w_h. Directions that one rater alone determines
(eigenvalue 1) have no variance estimate; a contrast that needs one gets NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arena.analysis.arrays import Bools, Floats, Ints, scatter
from arena.analysis.counts import LONE
from arena.analysis.design import Design
from arena.analysis.family import cumulants
from arena.analysis.glm import Fit, information_at, inverse_information

SOLE = 1 - 1e-8
"""An eigenvalue above this is 1: this rater alone determines the direction."""
EXACT_CELLS = 4_000_000
"""Up to this many raters x parameters^2, everything is exact; beyond it the terms P_gh between raters, whose share is
of the order of one over the number of raters, are left out of the degrees of freedom."""
LIGHT = 0.1
"""A rater with trace(T_g) under this is adjusted by a power series, which costs no eigenvalues."""
SERIES = 11
"""Terms of it; the rest is under LIGHT^SERIES / 5 = 2e-12."""
BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Units:
    """Clusters: the row's unit, how often each unit occurs (votes without a rater repeat), and a vote's weights."""

    design: Design
    group: Ints
    times: Floats
    weights: Floats
    scores: Floats

    @property
    def total(self) -> float:
        """Number of clusters."""
        return float(self.times.sum())

    def take(self, chosen: Bools) -> Units:
        """Only some units, renumbered."""
        rows = chosen[self.group]
        d = self.design
        part = replace(
            d, left=d.left[rows], right=d.right[rows], terms=d.terms[rows], votes=d.votes[rows], cluster=None
        )
        number = np.cumsum(chosen) - 1
        return Units(part, number[self.group[rows]], self.times[chosen], self.weights[rows], self.scores[chosen])

    def information(self) -> Floats:
        """S_g of every unit."""
        return self.design.information_by(self.group, self.times.size, self.weights)


@dataclass(frozen=True, slots=True)
class ExactClusters:
    """CR2 with everything kept that exact degrees of freedom need."""

    matrix: Floats
    root: Floats
    values: Floats
    vectors: Floats
    times: Floats

    def degrees_of_freedom(self, contrasts: Floats) -> Floats:
        """Bell-McCaffrey's, all pairs of raters included; NaN where one rater alone determines the contrast."""
        kept = self.values < SOLE
        values = np.where(kept, self.values, 0.0)
        lean = values / np.sqrt(1 - values)
        found = [self._one(row, values, lean) for row in contrasts @ self.root]
        return np.array(found)

    def _one(self, direction: Floats, values: Floats, lean: Floats) -> float:
        along = np.einsum("gab,a->gb", self.vectors, direction)
        own = (values * along**2).sum(axis=1)
        w = np.einsum("gab,gb->ga", self.vectors, lean * along)
        length = (w**2).sum(axis=1)
        between = ((w.T * self.times) @ w).ravel()
        square = float(self.times @ own**2 + between @ between - self.times @ length**2)
        return _satterthwaite(float(self.times @ own), square, float(direction @ direction))


@dataclass(frozen=True, slots=True)
class ManyClusters:
    """CR2 of very many raters, with degrees of freedom from the raters' own terms."""

    matrix: Floats
    bread: Floats
    units: Units

    def degrees_of_freedom(self, contrasts: Floats) -> Floats:
        """Bell-McCaffrey's without the terms between raters; NaN where one rater alone determines the contrast."""
        return np.array([self._one(row) for row in contrasts])

    def _one(self, contrast: Floats) -> float:
        units, image = self.units, self.bread @ contrast
        rows = units.design.push(image[None], np.zeros_like(units.group))
        own = scatter(units.group, np.einsum("ma,mab,mb->m", rows, units.weights, rows), units.times.size)
        whole = float(contrast @ image)
        sole = bool((own > SOLE * whole).any())
        return np.nan if sole else _satterthwaite(float(units.times @ own), float(units.times @ own**2), whole)


def cr2(design: Design, fit: Fit) -> ExactClusters | ManyClusters:
    """CR2 by rater; the design must have clusters."""
    units = units_of(design, fit)
    bread = inverse_information(information_at(design, fit.beta), design.labels)
    root = _root(bread)
    if units.times.size * root.shape[1] ** 2 <= EXACT_CELLS:
        values, vectors = _eigen(units, root)
        adjusted = _adjust(units.scores @ root, values, vectors)
        half = root @ (adjusted.T * units.times) @ adjusted @ root.T
        return ExactClusters((half + half.T) / 2, root, values, vectors, units.times)
    return ManyClusters(_many(units, bread, root), bread, units)


def cr1(design: Design, fit: Fit) -> Floats:
    """The plain cluster sandwich times G / (G - 1), and nothing else; NaN for one cluster."""
    units = units_of(design, fit)
    bread = inverse_information(information_at(design, fit.beta), design.labels)
    meat = (units.scores.T * units.times) @ units.scores
    factor = units.total / (units.total - 1) if units.total > 1 else np.nan
    matrix: Floats = factor * bread @ meat @ bread
    return matrix


def units_of(design: Design, fit: Fit) -> Units:
    """Number the raters, and make each (row, outcome) of votes without one a unit that occurs as often as its votes."""
    if design.cluster is None:
        raise ValueError("The design has no clusters.")
    known = design.cluster != LONE
    _, group = np.unique(design.cluster[known], return_inverse=True)
    raters = int(group.max(initial=-1)) + 1
    row, outcome = np.nonzero((design.votes > 0) & ~known[:, None])
    rows = np.concatenate([np.flatnonzero(known), row])
    votes = np.concatenate([design.votes[known], np.eye(3)[outcome]])
    split = replace(
        design, left=design.left[rows], right=design.right[rows], terms=design.terms[rows], votes=votes, cluster=None
    )
    group = np.concatenate([group, raters + np.arange(row.size)]).astype(np.intp)
    times = np.concatenate([np.ones(raters), design.votes[row, outcome]])
    now = cumulants(design.family, *split.predict(fit.beta))
    residuals = split.statistics() - split.n[:, None] * now.mean
    scores = split.pull_by(group, times.size, residuals)
    return Units(split, group, times, split.n[:, None, None] * now.covariance, scores)


def _root(matrix: Floats) -> Floats:
    """L with LL' = matrix, on the matrix's own space."""
    values, vectors = np.linalg.eigh(matrix)
    kept = values > values[-1] * 1e-12
    root: Floats = vectors[:, kept] * np.sqrt(values[kept])
    return root


def _eigen(units: Units, root: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues and vectors of every T_g; shapes (units, r), (units, r, r)."""
    values, vectors = np.linalg.eigh(root.T @ units.information() @ root)
    return np.clip(values, 0.0, 1.0), vectors


def _adjust(scores: Floats, values: Floats, vectors: Floats) -> Floats:
    """(I - T_g)^(-1/2) times each unit's score, directions with eigenvalue 1 left out."""
    factor = np.where(values < SOLE, 1 / np.sqrt(1 - np.minimum(values, SOLE)), 0.0)
    along = np.einsum("gab,ga->gb", vectors, scores)
    adjusted: Floats = np.einsum("gab,gb->ga", vectors, factor * along)
    return adjusted


def _satterthwaite(trace: float, square: float, whole: float) -> float:
    determined = trace >= whole * (1 - 1e-6) and square > 0
    return trace**2 / square if determined else np.nan


def _many(units: Units, bread: Floats, root: Floats) -> Floats:
    """CR2 a block of units at a time: eigenvalues for raters of weight, the power series for all others."""
    leverage = np.einsum("mab,mba->m", units.weights, units.design.quadratic(bread))
    heavy = scatter(units.group, leverage, units.times.size) >= LIGHT
    parameters = len(bread)
    total = np.zeros_like(bread)
    for block in _blocks(np.flatnonzero(heavy), heavy.size, BLOCK_CELLS // parameters**2):
        part = units.take(block)
        adjusted = _adjust(part.scores @ root, *_eigen(part, root)) @ root.T
        total += (adjusted.T * part.times) @ adjusted
    for block in _blocks(np.flatnonzero(~heavy), heavy.size, BLOCK_CELLS // parameters):
        part = units.take(block)
        adjusted = _series(part, bread) @ bread
        total += (adjusted.T * part.times) @ adjusted
    return (total + total.T) / 2


def _blocks(chosen: Ints, size: int, length: int) -> list[Bools]:
    masks = []
    for start in range(0, chosen.size, max(length, 1)):
        mask = np.zeros(size, bool)
        mask[chosen[start : start + max(length, 1)]] = True
        masks.append(mask)
    return masks


def _series(units: Units, bread: Floats) -> Floats:
    """(I - S_g M)^(-1/2) s_g by its power series, 1 + x/2 + 3x^2/8 + ..."""
    term = units.scores
    total = term.copy()
    coefficient = 1.0
    for k in range(1, SERIES):
        rows = units.design.push(term @ bread, units.group)
        weighted = np.einsum("mab,mb->ma", units.weights, rows)
        term = units.design.pull_by(units.group, units.times.size, weighted)
        coefficient *= (2 * k - 1) / (2 * k)
        total += coefficient * term
    return total
