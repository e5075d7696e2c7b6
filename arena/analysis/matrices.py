"""Who met whom how often, and who won: win-rate and battle-count matrices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from arena.analysis.arrays import Floats
from arena.analysis.counts import Counts
from arena.analysis.pairs import fold


class Matrices(NamedTuple):
    """Rows against columns, in the order of `names`; a win rate is NaN where a pair never met."""

    names: tuple[str, ...]
    battles: Floats
    win_rate: Floats


def matrices(counts: Counts, order: tuple[str, ...] | None = None) -> Matrices:
    """Battles of each pair, and the row's share of wins over the column with half for ties; best first by `order`."""
    pairs = fold(counts)
    wins, losses = pairs.halved()
    won = np.zeros((pairs.size, pairs.size))
    won[pairs.i, pairs.j], won[pairs.j, pairs.i] = wins, losses
    battles = won + won.T
    rate = np.divide(won, battles, out=np.full_like(won, np.nan), where=battles > 0)
    names = order or counts.names
    place = np.array([counts.names.index(name) for name in names])
    return Matrices(tuple(names), battles[np.ix_(place, place)], rate[np.ix_(place, place)])
