"""From a design to its estimate: existence first, then maximum likelihood, or Firth's penalty where none exists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from arena.analysis import bradley_terry, glm
from arena.analysis import firth as penalised_likelihood
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
    """A fit, the components it was made in (a label per contestant), and those that had no finite maximum.

    `penalised` are the components with Firth's penalty: the separated ones, or all where it was asked for.
    """

    fit: Fit
    labels: Ints
    separated: frozenset[int]
    penalised: frozenset[int]


def estimate(design: Design, *, firth: bool = False) -> Estimation:
    """Fit a design, whatever its data look like: per component, with Firth's penalty where separated or asked for."""
    labels = design.labels
    if is_plain(design):
        return _per_component(design, labels, firth)
    unknown = unidentified(design)
    if unknown:
        raise DataError(f"These votes cannot say anything about: {', '.join(unknown)}. Leave it out, or add votes.")
    apart = separated(design)
    fit = glm.maximise(design, firth=firth or apart)
    every, none = frozenset(labels.tolist()), frozenset[int]()
    return Estimation(fit, labels, every if apart else none, every if fit.firth else none)


def pairs_of(design: Design) -> Pairs:
    """A plain design's rows as pairs."""
    wins, losses, ties = design.votes.T
    return Pairs(design.size, design.left, design.right, wins, losses, ties)


def is_plain(design: Design) -> bool:
    """Whether a design is Bradley-Terry without further terms, whose components share no parameter."""
    return design.family is Family.HALF_TIES and not design.term_names


def _per_component(design: Design, labels: Ints, firth: bool) -> Estimation:
    """Plain Bradley-Terry: components are fitted one by one."""
    beta, value, converged, iterations = np.zeros(design.size), 0.0, True, 0
    separated, penalised = set(), set()
    for label, members, part in parts(design, labels):
        pairs = pairs_of(part)
        apart = violates_ford(pairs)
        fit = (penalised_likelihood if firth or apart else bradley_terry).maximise(pairs)
        beta[members] = fit.theta
        value, converged = value + fit.log_likelihood, converged and fit.converged
        iterations = max(iterations, fit.iterations)
        separated |= {label} if apart else set()
        penalised |= {label} if firth or apart else set()
    fit_of_all = Fit(beta, value, converged, iterations, bool(penalised))
    return Estimation(fit_of_all, labels, frozenset(separated), frozenset(penalised))


def parts(design: Design, labels: Ints) -> Iterator[tuple[int, Ints, Design]]:
    """Each component of a plain design that has votes: its label, its contestants and its rows."""
    if not labels.any():
        yield 0, np.arange(design.size), design
        return
    for label in np.unique(labels[design.left]).tolist():
        members = np.flatnonzero(labels == label)
        yield label, members, _restrict(design, members)


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
