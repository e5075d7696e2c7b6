"""Bootstrap over votes or over raters, on the count cells, each replicate started from the estimate.

A replicate is refitted with the estimate's own inverse information (a chord method: the replicates are near the
estimate, so each step gains a digit or more) and, if that fails, by Newton's method. A replicate without a finite
maximum is kept as infinite: plus for contestants that nobody else beat, minus for those that beat nobody else, NaN
where the limit depends on the path or the comparison graph fell apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from arena.analysis import bradley_terry, firth
from arena.analysis.arrays import Floats, Ints
from arena.analysis.counts import LONE
from arena.analysis.design import Design
from arena.analysis.estimation import Estimation, is_plain, pairs_of, parts, violates_ford
from arena.analysis.family import means
from arena.analysis.glm import information_at, inverse_information, maximise
from arena.analysis.graph import components, unbeaten_and_winless, win_edges
from arena.analysis.separation import separated

CHORDS = 25
CLOSE = 1e-6
"""Log-odds that a replicate may be off: nothing beside the error of having finitely many replicates."""
FAR = 30.0
"""Log-odds beyond which a replicate is checked for having no finite maximum."""

Sampler = Callable[[np.random.Generator], Floats]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Replicates:
    """Parameters of each replicate (B, parameters), `infinite` of which have no estimate and are infinite or NaN."""

    betas: Floats
    infinite: int
    seed: int

    def covariance(self) -> Floats:
        """Covariance over the finite replicates."""
        finite = self.betas[np.isfinite(self.betas).all(axis=1)]
        if len(finite) < 2:
            return np.full((self.betas.shape[1],) * 2, np.nan)
        return np.atleast_2d(np.cov(finite, rowvar=False))

    def interval(self, contrast: Floats, level: float) -> tuple[float, float]:
        """Percentile interval of a contrast; infinite where too many replicates are."""
        used = np.flatnonzero(contrast)
        with np.errstate(invalid="ignore"):
            values = self.betas[:, used] @ contrast[used]
        tail = (1 - level) / 2
        low = np.quantile(np.where(np.isnan(values), -np.inf, values), tail, method="lower")
        high = np.quantile(np.where(np.isnan(values), np.inf, values), 1 - tail, method="higher")
        return float(low), float(high)


def replicate(
    design: Design, found: Estimation, sample: Sampler, count: int, seed: int, progress: Progress | None = None
) -> Replicates:
    """Draw and refit `count` replicates."""
    rng = np.random.default_rng(seed)
    beta = found.fit.beta
    bread = inverse_information(information_at(design, beta), found.labels)
    betas = np.empty((count, beta.size))
    infinite = 0
    for number in range(count):
        again = replace(design, votes=sample(rng))
        refit = None if found.penalised else _chord(again, beta, bread)
        if refit is None:
            refit = _slowly(again, found)
            infinite += not np.isfinite(refit).all()
        betas[number] = refit
        if progress is not None:
            progress(number + 1, count)
    return Replicates(betas, infinite, seed)


def votes_sampler(design: Design) -> Sampler:
    """Resample votes: multinomial counts over the cells that have any."""
    flat = design.votes.ravel()
    cells = np.flatnonzero(flat)
    total = round(float(flat.sum()))
    chances = flat[cells] / flat.sum()

    def sample(rng: np.random.Generator) -> Floats:
        votes = np.zeros(flat.size)
        votes[cells] = rng.multinomial(total, chances)
        return votes.reshape(design.votes.shape)

    return sample


def raters_sampler(design: Design, by_rater: Design) -> Sampler:
    """Resample raters with all their votes; votes without a rater are raters of one vote each.

    `by_rater` has the same votes as `design`, with its rows split by rater.
    """
    if by_rater.cluster is None:
        raise ValueError("The design has no clusters.")
    row = _rows_in(design, by_rater)
    known = by_rater.cluster != LONE
    _, rater = np.unique(by_rater.cluster[known], return_inverse=True)
    raters = int(rater.max(initial=-1)) + 1
    at, outcome = np.nonzero((by_rater.votes > 0) & ~known[:, None])
    cell = row[:, None] * 3 + np.arange(3)
    units = np.concatenate([np.repeat(rater, 3), raters + np.arange(at.size)])
    columns = np.concatenate([cell[known].ravel(), cell[at, outcome]])
    values = np.concatenate([by_rater.votes[known].ravel(), np.ones(at.size)])
    table = csr_array((values, (columns, units)), shape=(design.votes.size, raters + at.size))
    times = np.concatenate([np.ones(raters), by_rater.votes[at, outcome]])
    total, chances = round(float(times.sum())), times / times.sum()

    def sample(rng: np.random.Generator) -> Floats:
        drawn = rng.multinomial(total, chances).astype(np.float64)
        votes: Floats = (table @ drawn).reshape(design.votes.shape)
        return votes

    return sample


def _rows_in(design: Design, by_rater: Design) -> Ints:
    """Which row of `design` each row of `by_rater` belongs to."""
    if by_rater.votes is design.votes:  # one row a vote, with its style: nothing was summed over raters
        return np.arange(design.left.size)
    key = design.left * design.size + design.right
    order = np.argsort(key)
    found: Ints = order[np.searchsorted(key[order], by_rater.left * design.size + by_rater.right)]
    return found


def _chord(design: Design, start: Floats, bread: Floats) -> Floats | None:
    """The maximum near `start`, or None if steps with the inverse information there do not lead to it."""
    beta, last = start, np.inf
    statistics, n = design.statistics(), design.n[:, None]
    for _ in range(CHORDS):
        step = bread @ design.pull(statistics - n * means(design.family, *design.predict(beta)))
        size = float(np.abs(step).max())
        if size > 0.7 * last or size > FAR:
            return None
        beta = beta + step
        if size < CLOSE or (last < FAR and size**2 < CLOSE * last):  # the next step: about size * (size / last)
            return beta
        last = size
    return None


def _slowly(design: Design, found: Estimation) -> Floats:
    """The maximum by Newton's method, penalised where the estimate is; else where each parameter runs to."""
    met = design.n > 0
    left, right = design.left[met], design.right[met]
    part = replace(design, left=left, right=right, terms=design.terms[met], votes=design.votes[met])
    if not np.array_equal(components(left, right, design.size), found.labels):
        return np.full(design.parameters, np.nan)
    if is_plain(design):
        return _by_component(part, found)
    if not found.penalised and separated(part):
        return np.full(design.parameters, np.nan)
    return maximise(part, firth=bool(found.penalised), start=found.fit.beta).beta


def _by_component(design: Design, found: Estimation) -> Floats:
    """Plain Bradley-Terry, one component after the other."""
    beta = np.zeros(design.size)
    for label, members, part in parts(design, found.labels):
        pairs, start = pairs_of(part), found.fit.beta[members]
        if label in found.penalised:
            beta[members] = firth.maximise(pairs, start, CLOSE).theta
        elif violates_ford(pairs):
            up, down = unbeaten_and_winless(*win_edges(pairs.i, pairs.j, *pairs.halved()), pairs.size)
            beta[members] = np.where(up, np.inf, np.where(down, -np.inf, np.nan))
        else:
            beta[members] = bradley_terry.maximise(pairs, start).theta
    return beta
