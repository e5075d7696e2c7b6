"""From a design to its estimate: existence first, then maximum likelihood, or Firth's penalty where none exists."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from arena.analysis import bradley_terry, glm
from arena.analysis.arrays import Ints
from arena.analysis.design import Design
from arena.analysis.family import Family
from arena.analysis.glm import Fit
from arena.analysis.graph import components, strong_components, win_edges
from arena.analysis.pairs import Pairs
from arena.analysis.separation import separated, unidentified
from arena.errors import DataError


@dataclass(frozen=True, slots=True)
class Estimation:
    """A fit, the components it was made in (a label per contestant), and those that had no finite maximum."""

    fit: Fit
    labels: Ints
    separated: frozenset[int]


def estimate(design: Design, *, firth: bool = False) -> Estimation:
    """Fit a design, whatever its data look like: per component, with Firth's penalty where separated or asked for."""
    labels = design.labels
    if design.family is Family.HALF_TIES and not design.term_names:
        return _per_component(design, labels, firth)
    unknown = unidentified(design)
    if unknown:
        raise DataError(f"These votes cannot say anything about: {', '.join(unknown)}. Leave it out, or add votes.")
    apart = separated(design)
    fit = glm.maximise(design, firth=firth or apart)
    return Estimation(fit, labels, frozenset(labels.tolist()) if apart else frozenset())


def pairs_of(design: Design) -> Pairs:
    """A plain design's rows as pairs."""
    wins, losses, ties = design.votes.T
    return Pairs(design.size, design.left, design.right, wins, losses, ties)


def _per_component(design: Design, labels: Ints, firth: bool) -> Estimation:
    """Plain Bradley-Terry: components share no parameter and are fitted one by one."""
    if not labels.any():
        apart = violates_ford(pairs_of(design))
        return Estimation(_fit(design, firth or apart), labels, frozenset({0} if apart else ()))
    beta, value, converged, iterations, apart_in, penalised = np.zeros(design.size), 0.0, True, 0, set(), False
    for label in np.unique(labels[design.left]):
        members = np.flatnonzero(labels == label)
        part = _restrict(design, members)
        apart = violates_ford(pairs_of(part))
        fit = _fit(part, firth or apart)
        beta[members] = fit.beta
        value, converged = value + fit.log_likelihood, converged and fit.converged
        iterations, penalised = max(iterations, fit.iterations), penalised or fit.firth
        apart_in |= {int(label)} if apart else set()
    return Estimation(Fit(beta, value, converged, iterations, penalised), labels, frozenset(apart_in))


def _fit(design: Design, firth: bool) -> Fit:
    if firth:
        return glm.maximise(design, firth=True)
    plain = bradley_terry.maximise(pairs_of(design))
    return Fit(plain.theta, plain.log_likelihood, plain.converged, plain.iterations, False)


def violates_ford(pairs: Pairs) -> bool:
    """Whether a table of pairs has no finite maximum: some component's graph of wins is not strongly connected."""
    wins, losses = pairs.halved()
    if (wins > 0).all() and (losses > 0).all():
        return False  # every edge goes both ways
    strong = strong_components(*win_edges(pairs.i, pairs.j, wins, losses), pairs.size)
    return bool(strong.any() and strong.max() > components(pairs.i, pairs.j, pairs.size).max())


def _restrict(design: Design, members: Ints) -> Design:
    """The rows of some contestants, renumbered."""
    number = np.full(design.size, -1)
    number[members] = np.arange(members.size)
    rows = number[design.left] >= 0
    left, right = number[design.left[rows]], number[design.right[rows]]
    return replace(
        design, size=members.size, left=left, right=right, terms=design.terms[rows], votes=design.votes[rows]
    )
