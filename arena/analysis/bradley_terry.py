"""Plain Bradley-Terry by exact maximum likelihood on counts: P(i beats j) = 1 / (1 + exp(theta_j - theta_i)).

Newton's method with the exact information; the likelihood is strictly concave on the sum-zero space when Ford's
condition holds, so with step halving it converges from anywhere (Hunter 2004, doi:10.1214/aos/1079120141).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.analysis import laplacian
from arena.analysis.arrays import Floats
from arena.analysis.pairs import Pairs, scatter_scores

STEP = 1e-11
"""Converged when no log-odds moved by more."""
SURE = 0.1
"""From steps of this size on they shrink quadratically: the next is foretold from the last two, ..."""
FORETOLD = 1e-12
"""... and left out where it would be smaller than this."""
SWEEPS = 3
"""A sweep costs a fifth of a Newton step; from a bare guess so many save one or two steps."""
ITERATIONS = 60
HALVINGS = 50
FLAT = 1e-13
"""Where the likelihood is flatter than this per vote, the step pretends that it is not: only its length is at stake."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Maximum likelihood log-odds that sum to zero, and whether they converged."""

    theta: Floats
    log_likelihood: float
    converged: bool
    iterations: int


def maximise(pairs: Pairs, start: Floats | None = None) -> Estimate:
    """Fit a connected table of pairs, a tie being half a win for each side."""
    wins, losses = pairs.halved()
    n = wins + losses
    theta = _swept(pairs, first_guess(pairs)) if start is None else start - start.mean()
    value, p, q = evaluate(pairs, wins, n, theta)
    last = np.inf
    for iteration in range(1, ITERATIONS + 1):
        score = wins * q - losses * p  # wins - n p loses the few losses beside 1e12 wins
        gradient = scatter_scores(pairs, score, -score)
        step = laplacian.solve(pairs.i, pairs.j, n * np.maximum(p * q, FLAT), gradient)
        rise, slack = float(gradient @ step), 1e-12 * (1 + abs(value))
        for _ in range(HALVINGS):
            new, p, q = evaluate(pairs, wins, n, theta + step)
            if new >= value + 1e-4 * rise - slack:
                break
            step, rise = step / 2, rise / 2
        theta, value = theta + step, new
        size = float(np.abs(step).max())
        if size < STEP or size**2 * (size / last**2 if last < SURE else 1.0) < FORETOLD:
            return Estimate(theta - theta.mean(), value, True, iteration)
        last = size
    return Estimate(theta - theta.mean(), value, False, ITERATIONS)


def evaluate(pairs: Pairs, wins: Floats, n: Floats, theta: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood without binomial coefficients, and the probabilities that i wins and that j does."""
    eta = theta[pairs.i] - theta[pairs.j]
    small = np.exp(-np.abs(eta))
    value = wins @ eta - n @ (np.maximum(eta, 0.0) + np.log(1 + small))
    more, less = 1 / (1 + small), small / (1 + small)
    ahead = eta >= 0
    return float(value), np.where(ahead, more, less), np.where(ahead, less, more)


def _swept(pairs: Pairs, theta: Floats) -> Floats:
    """A few of Newman's iterations (2023, arXiv:2207.00076), all contestants at once."""
    wins, losses = pairs.halved()
    for _ in range(SWEEPS):
        _, p, q = evaluate(pairs, wins, wins + losses, theta)
        won, lost = wins * q, losses * p
        theta = theta + np.log(scatter_scores(pairs, won, lost) / scatter_scores(pairs, lost, won))
    return theta


def first_guess(pairs: Pairs) -> Floats:
    """Log-odds of each contestant's own win rate, one win and one loss added."""
    wins, losses = pairs.halved()
    won = scatter_scores(pairs, wins, losses) + 1
    lost = scatter_scores(pairs, losses, wins) + 1
    theta: Floats = np.log(won / lost)
    centred: Floats = theta - theta.mean()
    return centred
