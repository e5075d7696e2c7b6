"""Do raters agree? Nominal Krippendorff's alpha over (prompt, unordered pair of contestants).

alpha = 1 - observed / expected disagreement (Krippendorff 2004, Content Analysis, ch. 11): 1 is perfect agreement,
0 what chance gives. An item counts when it has two votes or more.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from arena.analysis.arrays import Floats, Ints
from arena.analysis.counts import TIE
from arena.analysis.votes import Votes


@dataclass(frozen=True, slots=True)
class Agreement:
    """Alpha, None where no item has two votes or all votes are equal; the items and votes that it rests on."""

    alpha: float | None
    items: int
    votes: int


def krippendorff(items: Ints, values: Ints) -> Agreement:
    """Alpha of nominal `values` given to `items`; codes from 0."""
    table = np.zeros((int(items.max(initial=-1)) + 1, int(values.max(initial=-1)) + 1))
    np.add.at(table, (items, values), 1.0)
    table = table[table.sum(axis=1) > 1]
    return Agreement(_alpha(table), len(table), int(table.sum()))


def _alpha(table: Floats) -> float | None:
    """Alpha of a table (items, values) of counts, by the coincidences of pairs within items."""
    totals, n = table.sum(axis=0), table.sum()
    expected = n**2 - (totals**2).sum()
    if not table.size or expected == 0:
        return None
    each = table.sum(axis=1)
    differing = ((each**2 - (table**2).sum(axis=1)) / (each - 1)).sum()
    return float(1 - (n - 1) * differing / expected)


def vote_agreement(votes: Votes, prompts: Sequence[Hashable]) -> Agreement:
    """Alpha of the votes on equal prompts and pairs; `prompts` has one entry per row of `votes`."""
    prompt = pd.factorize(np.asarray(prompts, dtype=object))[0]
    low, high = np.minimum(votes.left, votes.right), np.maximum(votes.left, votes.right)
    size = len(votes.names)
    items = pd.factorize((prompt * size + low) * size + high)[0]
    swapped = votes.left > votes.right
    values = np.where((votes.outcome < TIE) & swapped, 1 - votes.outcome, votes.outcome)
    return krippendorff(items.astype(np.intp), values.astype(np.intp))
