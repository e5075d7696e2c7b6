"""Which two contestants meet, and who is on which side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from arena.models import Contestant, Draw


class Random(Protocol):
    """A uniform generator; battles are drawn with `secrets.SystemRandom`."""

    def random(self) -> float:
        """A float in [0, 1)."""
        ...


def draw_pair(contestants: Sequence[Contestant], rng: Random) -> Draw:
    """Draw two different contestants by weight, then a fair coin for the sides.

    Returns the draw with the probability of exactly this left and right, so that analysts can weigh by its inverse.

    Raises:
        ValueError: fewer than two contestants.
    """
    if len(contestants) < 2:
        raise ValueError(f"a battle needs two contestants, {len(contestants)} given")
    first = _pick(contestants, rng)
    second = _pick([c for c in contestants if c.name != first.name], rng)
    left, right = (first, second) if rng.random() < 0.5 else (second, first)
    return Draw(a=left, b=right, probability=pair_probability(contestants, left, right))


def pair_probability(contestants: Sequence[Contestant], left: Contestant, right: Contestant) -> float:
    """Probability that `left` stands left and `right` right under `draw_pair`."""
    total = sum(c.weight for c in contestants)
    left_first = left.weight / total * right.weight / (total - left.weight)
    right_first = right.weight / total * left.weight / (total - right.weight)
    return 0.5 * (left_first + right_first)


def _pick(contestants: Sequence[Contestant], rng: Random) -> Contestant:
    at = rng.random() * sum(c.weight for c in contestants)
    for contestant in contestants:
        at -= contestant.weight
        if at < 0:
            return contestant
    return contestants[-1]
