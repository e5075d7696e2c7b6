"""Holm's adjustment for several tests: Holm (1979), Scandinavian Journal of Statistics 6, 65-70 (jstor.org/4615733)."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p in the order given: the smallest times m, the next times m - 1, ..., never falling, at most 1."""
    order = sorted(range(len(p)), key=p.__getitem__)
    adjusted = [0.0] * len(p)
    reached = 0.0
    for rank, place in enumerate(order):
        reached = max(reached, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = reached
    return tuple(adjusted)
