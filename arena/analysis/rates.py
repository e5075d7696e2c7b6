"""How votes are spread, beside who won: position bias, ties, both_bad, leaks and errors, with exact intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from arena.analysis.arrays import Floats, scatter
from arena.analysis.counts import BOTH_BAD, TIE, Counts
from arena.analysis.proportions import Proportion, proportion


@dataclass(frozen=True, slots=True)
class ContestantRates:
    """Shares of a contestant's battles; `leaks` and `errors` are of its answers, None where they are not known."""

    name: str
    ties: Proportion
    both_bad: Proportion
    leaks: Proportion | None
    errors: Proportion | None


def position_bias(counts: Counts) -> Proportion:
    """Share of decided votes that the left side won; one half is no bias, where sides were drawn at random.

    The interval takes votes for independent; `--position` with clustered intervals does not.
    """
    left = float(counts.n[counts.outcome == 0].sum())
    right = float(counts.n[counts.outcome == 1].sum())
    return proportion(left, left + right)


def contestant_rates(
    counts: Counts,
    leaks: Mapping[str, tuple[int, int]] | None = None,
    errors: Mapping[str, tuple[int, int]] | None = None,
) -> tuple[ContestantRates, ...]:
    """Rates per contestant, in the order of names; `leaks` and `errors` give (events, answers) by name."""
    battles = _per_contestant(counts, counts.n)
    ties = _per_contestant(counts, np.where(counts.outcome == TIE, counts.n, 0.0))
    bad = _per_contestant(counts, np.where(counts.outcome == BOTH_BAD, counts.n, 0.0))
    return tuple(
        ContestantRates(
            name,
            proportion(ties[k], battles[k]),
            proportion(bad[k], battles[k]),
            _of(leaks, name),
            _of(errors, name),
        )
        for k, name in enumerate(counts.names)
    )


def _per_contestant(counts: Counts, n: Floats) -> list[float]:
    size = len(counts.names)
    total: list[float] = (scatter(counts.left, n, size) + scatter(counts.right, n, size)).tolist()
    return total


def _of(events: Mapping[str, tuple[int, int]] | None, name: str) -> Proportion | None:
    return proportion(*events[name]) if events and name in events else None
