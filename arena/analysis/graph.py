"""Who can be compared with whom, and whether a finite maximum of the likelihood exists (Ford 1957).

Ford's condition (doi:10.1080/00029890.1957.11989117): in every split of the contestants in two groups, somebody of
each group has beaten somebody of the other; that is, the graph of wins is strongly connected. A tie is half a win
for both, so it counts as an edge in both directions.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from arena.analysis.arrays import Bools, Codes, Floats, Ints

SWEEPS = 8
"""Comparison graphs are shallow: one that takes more steps to cross is left to the general search."""


def components(i: Codes | Ints, j: Codes | Ints, size: int) -> Ints:
    """Number the connected components of the comparison graph; a label per contestant."""
    if _reaches_all(np.concatenate([i, j]), np.concatenate([j, i]), size):
        return np.zeros(size, np.intp)
    graph = coo_array((np.ones(i.size), (i, j)), shape=(size, size))
    labels: Ints = connected_components(graph, directed=False)[1].astype(np.intp)
    return labels


def strong_components(winner: Codes | Ints, loser: Codes | Ints, size: int) -> Ints:
    """Number the strongly connected components of the graph of wins; a label per contestant."""
    if _reaches_all(winner, loser, size) and _reaches_all(loser, winner, size):
        return np.zeros(size, np.intp)
    graph = coo_array((np.ones(winner.size), (winner, loser)), shape=(size, size))
    labels: Ints = connected_components(graph, directed=True, connection="strong")[1].astype(np.intp)
    return labels


def _reaches_all(tail: Codes | Ints, head: Codes | Ints, size: int) -> bool:
    """Whether the edges lead from the first contestant to all in a few steps; building a sparse graph costs more."""
    reached = np.zeros(size, bool)
    reached[:1] = True
    count = 1
    for _ in range(SWEEPS):
        reached[head[reached[tail]]] = True
        before, count = count, int(np.count_nonzero(reached))
        if count in (before, size):
            break
    return count == size


def win_edges(i: Codes | Ints, j: Codes | Ints, wins: Floats, losses: Floats) -> tuple[Ints, Ints]:
    """Edges winner -> loser of pairs with (possibly half) wins of i and of j."""
    won, lost = wins > 0, losses > 0
    winner = np.concatenate([i[won], j[lost]]).astype(np.intp)
    loser = np.concatenate([j[won], i[lost]]).astype(np.intp)
    return winner, loser


def unbeaten_and_winless(winner: Ints, loser: Ints, size: int) -> tuple[Bools, Bools]:
    """Contestants whose estimate runs to plus and to minus infinity when Ford's condition fails.

    A strong component that nobody outside has beaten goes up, one that has beaten nobody outside goes down; where a
    component does both or neither its contestants are in neither mask, and their limits depend on the path.
    """
    label = strong_components(winner, loser, size)
    count = int(label.max()) + 1
    out = np.zeros(count, bool)
    into = np.zeros(count, bool)
    across = label[winner] != label[loser]
    out[label[winner[across]]] = True
    into[label[loser[across]]] = True
    return (out & ~into)[label], (into & ~out)[label]
