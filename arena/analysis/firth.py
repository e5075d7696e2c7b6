"""Plain Bradley-Terry with Firth's penalty, on counts: finite whatever the votes, where the graph is connected.

The penalised score is that of the same votes with half a vote's leverage more on each side (Firth 1993,
doi:10.1093/biomet/80.1.27): with h = n p (1 - p) times the variance of a pair's difference, wins - n p + h (1/2 - p)
summed over each contestant's pairs is zero. A step is Newton's for h held fixed, in the information of n + h votes, and
costs one Cholesky factor of the information and its inverse; h moves with it, so steps alone would shrink by a quarter
only. Anderson's mixing (1965, doi:10.1145/321296.321305) of the last few makes them shrink much faster.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dposv, dpotrf, dpotri

from arena.analysis.arrays import Floats
from arena.analysis.bradley_terry import Estimate, evaluate, first_guess
from arena.analysis.laplacian import grounded, without
from arena.analysis.pairs import Pairs, scatter_scores

STEP = 1e-11
ITERATIONS = 500
HALVINGS = 40
MEMORY = 6


@dataclass(frozen=True, slots=True)
class _Point:
    """Log-odds, the penalised and the plain log-likelihood there, and the step that they ask for."""

    theta: Floats
    value: float
    plain: float
    step: Floats


def maximise(pairs: Pairs, start: Floats | None = None, tolerance: float = STEP) -> Estimate:
    """Maximise the penalised likelihood of a connected table of pairs, until no log-odds moves by `tolerance`."""
    now = _look(pairs, first_guess(pairs) if start is None else start - start.mean())
    if np.isinf(now.value):
        raise np.linalg.LinAlgError("The information is not positive definite: the comparisons are not connected.")
    past: deque[_Point] = deque([now], maxlen=MEMORY)
    for iteration in range(1, ITERATIONS + 1):
        if np.abs(now.step).max() < tolerance:
            return Estimate(now.theta + now.step, now.plain, True, iteration)
        new = _look(pairs, _mixed(past))
        if new.value < now.value - _slack(now):
            past.clear()
            new = _climb(pairs, now)
        past.append(new)
        now = new
    return Estimate(now.theta, now.plain, False, ITERATIONS)


def _look(pairs: Pairs, theta: Floats) -> _Point:
    """Evaluate the penalised likelihood and its step."""
    wins, losses = pairs.halved()
    n, i, j = wins + losses, pairs.i, pairs.j
    plain, p, q = evaluate(pairs, wins, n, theta)
    v = p * q
    matrix, ground = grounded(i, j, n * v, pairs.size)
    factor, failed = dpotrf(matrix.T, lower=False, overwrite_a=True)
    if failed:  # a step so long that no information is left there: `_climb` shortens it
        return _Point(theta, -np.inf, plain, np.zeros_like(theta))
    penalty = float(np.log(np.diag(factor)).sum()) + np.log(pairs.size) / 2
    inverse, _ = dpotri(factor, lower=False)  # its upper triangle, and i < j
    own = without(np.diag(inverse), ground)
    h = n * v * (own[i] + own[j] - 2 * inverse[i, j])
    score = wins * q - losses * p + h * (q - p) / 2
    matrix, ground = grounded(i, j, (n + h) * v, pairs.size)
    gradient = without(scatter_scores(pairs, score, -score), ground)
    _, step, _ = dposv(matrix.T, gradient, overwrite_a=True)
    return _Point(theta, plain + penalty, plain, np.asarray(step - step.mean()))


def _mixed(past: deque[_Point]) -> Floats:
    """Where the last points, taken for linear in between, would have no step left."""
    now = past[-1]
    target: Floats = now.theta + now.step
    if len(past) > 1:
        moves = np.stack([now.theta - point.theta for point in past][:-1], axis=1)
        turns = np.stack([now.step - point.step for point in past][:-1], axis=1)
        shares = np.linalg.lstsq(turns, now.step, rcond=1e-10)[0]
        target = target - (moves + turns) @ shares
    centred: Floats = target - target.mean()
    return centred


def _climb(pairs: Pairs, now: _Point) -> _Point:
    """The plain step, halved until the penalised likelihood does not fall."""
    step = now.step
    new = _look(pairs, now.theta + step)
    for _ in range(HALVINGS):
        if new.value >= now.value - _slack(now):
            break
        step = step / 2
        new = _look(pairs, now.theta + step)
    return new


def _slack(now: _Point) -> float:
    return 1e-12 * (1 + abs(now.value))
