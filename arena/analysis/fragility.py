"""How little it takes: the fewest votes, and the fewest raters, whose removal changes who is first or what is clear.

Votes (or raters) are ranked by their first-order influence on the difference between the first two and removed in that
order until a refit shows the change (Broderick, Giordano and Meager 2020, arXiv:2011.14999). With two contestants the
number of votes that changes who is first is exact: all the leader's wins weigh the same. Otherwise it is a number that
suffices, and usually the fewest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from arena.analysis.arrays import Floats, Ints, scatter
from arena.analysis.counts import LONE, Counts
from arena.analysis.design import Design, build
from arena.analysis.estimation import Estimation, estimate
from arena.analysis.family import Family, cumulants
from arena.analysis.glm import information_at, inverse_information
from arena.analysis.ratings import measure
from arena.analysis.results import Ci, Options

ROUNDING = 1e-9
"""Log-odds below which two contestants are level."""


@dataclass(frozen=True, slots=True)
class Fragility:
    """How many votes and raters suffice; None: no number short of all of them does, or raters are not known.

    `clear` says whether the interval of the difference between `first` and `second` leaves out 0 as the data are; the
    `..._clarity` numbers are those that turn this over. With `votes_first` removed the two are level, or have changed.
    """

    first: str
    second: str
    clear: bool
    votes_first: int | None
    votes_clarity: int | None
    raters_first: int | None
    raters_clarity: int | None


@dataclass(frozen=True, slots=True)
class _Rest:
    """What a removal leaves, and the estimate from it; the first two can still be compared."""

    counts: Counts
    whole: Design
    found: Estimation


@dataclass(frozen=True, slots=True)
class _Race:
    """The first two contestants of a table of counts, and how their difference looks after a removal."""

    counts: Counts
    contrast: Floats
    ci: Ci

    def leads(self, n: Floats) -> bool | None:
        """Whether the first is still ahead of the second with cell weights `n`, by more than rounding."""
        rest = self._rest(n)
        return None if rest is None else bool(self.contrast @ rest.found.fit.beta > ROUNDING)

    def clear(self, n: Floats) -> bool | None:
        """Whether the interval of their difference leaves out zero."""
        rest = self._rest(n)
        if rest is None:
            return None
        uncertainty = measure(rest.whole, build(rest.counts, Family.HALF_TIES), rest.found, Options(ci=self.ci))
        if uncertainty is None:
            return None
        contrast = self.contrast[None]
        bounds = uncertainty.bounds(contrast, contrast @ rest.found.fit.beta, 0.95)
        return bool(bounds.lower[0] > 0 or bounds.upper[0] < 0)

    def _rest(self, n: Floats) -> _Rest | None:
        kept = n > 0
        if not kept.any():
            return None
        counts = replace(self.counts.select(kept), n=n[kept])
        whole = build(counts.without_raters(), Family.HALF_TIES)
        found = estimate(whole)
        first, second = np.flatnonzero(self.contrast)
        return _Rest(counts, whole, found) if found.labels[first] == found.labels[second] else None


def fragility(counts: Counts) -> Fragility:
    """Fragility of the lead in a table of counts, with clustered intervals where it has raters."""
    whole = build(counts.without_raters(), Family.HALF_TIES)
    found = estimate(whole)
    main = found.labels == np.bincount(found.labels).argmax()
    order = np.argsort(-np.where(main, found.fit.beta, -np.inf), kind="stable")
    contrast = np.zeros(len(counts.names))
    contrast[order[0]], contrast[order[1]] = 1, -1
    race = _Race(counts, contrast, Ci.CLUSTER if counts.n_raters else Ci.SANDWICH)
    influence = _influence(counts, whole, found.fit.beta, contrast)
    clear = bool(race.clear(counts.n))
    toward = influence if clear else -influence
    # A clear lead is lost before the two change places; after that the other one may lead clearly.
    votes = _fewest_votes(counts, influence, lambda n: race.leads(n) is False)
    raters = _fewest_raters(counts, influence, lambda n: race.leads(n) is False)

    def other(n: Floats) -> bool:
        return race.clear(n) is (not clear)

    return Fragility(
        first=counts.names[order[0]],
        second=counts.names[order[1]],
        clear=clear,
        votes_first=votes,
        votes_clarity=_fewest_votes(counts, toward, other, votes if clear else None),
        raters_first=raters,
        raters_clarity=_fewest_raters(counts, toward, other, raters if clear else None),
    )


def _influence(counts: Counts, whole: Design, beta: Floats, contrast: Floats) -> Floats:
    """First-order change of the contrast that one vote of each cell makes by being there."""
    bread = inverse_information(information_at(whole, beta), whole.labels)
    eta = beta[counts.left] - beta[counts.right]
    scores = np.array([1.0, 0.0, 0.5, 0.5])[counts.outcome] - cumulants(Family.HALF_TIES, eta, 0.0).mean[:, 0]
    along = bread @ contrast
    change: Floats = scores * (along[counts.left] - along[counts.right])
    return change


def _fewest_votes(
    counts: Counts, influence: Floats, changed: Callable[[Floats], bool], most: int | None = None
) -> int | None:
    """Remove votes by influence, `most` of them if given; bisect for the number that changes the answer."""
    order = np.argsort(-influence, kind="stable")
    order = order[influence[order] > 0]
    cumulative = np.cumsum(counts.n[order])

    def without(number: int) -> Floats:
        taken = np.clip(number - (cumulative - counts.n[order]), 0, counts.n[order])
        n = counts.n.copy()
        n[order] -= taken
        return n

    if most is None:
        most = round(float(cumulative[-1])) if order.size else 0
    return _bisect(most, lambda number: changed(without(number)))


def _fewest_raters(
    counts: Counts, influence: Floats, changed: Callable[[Floats], bool], most: int | None = None
) -> int | None:
    """Remove raters by the sum of their votes' influence; votes without a rater stay."""
    if counts.rater is None or not counts.n_raters:
        return None
    known = counts.rater != LONE
    ids, place = np.unique(counts.rater[known], return_inverse=True)
    total = scatter(place, (influence * counts.n)[known], ids.size)
    order: Ints = np.argsort(-total, kind="stable")
    order = order[total[order] > 0]
    rank = np.full(ids.size, ids.size)
    rank[order] = np.arange(order.size)
    turn = np.full(counts.n.size, ids.size)
    turn[known] = rank[place]
    return _bisect(order.size if most is None else most, lambda number: changed(np.where(turn < number, 0.0, counts.n)))


def _bisect(most: int, changed: Callable[[int], bool]) -> int | None:
    """The smallest number from 1 to `most` that changes the answer, taking more to change it too; None for none."""
    high = next((number for number in (most, most // 2) if number and changed(number)), None)
    if high is None:
        return None
    low = 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if changed(middle) else (middle, high)
    return high
