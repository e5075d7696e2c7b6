"""Counts folded to unordered pairs: all that plain Bradley-Terry needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.analysis.arrays import Codes, Floats, Ints, scatter
from arena.analysis.counts import Counts


@dataclass(frozen=True, slots=True)
class Pairs:
    """For each pair that met, with i < j: wins of i, wins of j and ties (both_bad among them)."""

    size: int
    i: Ints
    j: Ints
    wins: Floats
    losses: Floats
    ties: Floats

    @property
    def n(self) -> Floats:
        """Votes of each pair."""
        return self.wins + self.losses + self.ties

    def halved(self) -> tuple[Floats, Floats]:
        """Wins of i and of j with half a win each for a tie: the field's convention."""
        return self.wins + self.ties / 2, self.losses + self.ties / 2


def fold(counts: Counts) -> Pairs:
    """Fold cells to unordered pairs. Pairs without a vote are left out."""
    size = len(counts.names)
    i, j = np.minimum(counts.left, counts.right), np.maximum(counts.left, counts.right)
    won = first_score(counts)
    key: Ints = i.astype(np.intp) * size + j
    table = scatter(key * 3 + won, counts.n, 3 * size * size).reshape(-1, 3)
    met: Ints = np.flatnonzero(table.sum(axis=1))
    return Pairs(size, met // size, met % size, table[met, 0], table[met, 1], table[met, 2])


def first_score(counts: Counts) -> Codes:
    """0 where the contestant with the lower code won, 1 where it lost, 2 for ties."""
    swapped = counts.left > counts.right
    decided = counts.outcome < 2
    score: Codes = np.where(decided, counts.outcome ^ swapped, 2).astype(np.int32)
    return score


def scatter_scores(pairs: Pairs, first: Floats, second: Floats) -> Floats:
    """Add a value of each pair to its two contestants."""
    return scatter(pairs.i, first, pairs.size) + scatter(pairs.j, second, pairs.size)
