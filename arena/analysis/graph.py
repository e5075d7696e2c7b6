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


def components(i: Codes | Ints, j: Codes | Ints, size: int) -> Ints:
    """Number the connected components of the comparison graph; a label per contestant."""
    graph = coo_array((np.ones(i.size), (i, j)), shape=(size, size))
    labels: Ints = connected_components(graph, directed=False)[1].astype(np.intp)
    return labels


def strong_components(winner: Codes | Ints, loser: Codes | Ints, size: int) -> Ints:
    """Number the strongly connected components of the graph of wins; a label per contestant."""
    graph = coo_array((np.ones(winner.size), (winner, loser)), shape=(size, size))
    labels: Ints = connected_components(graph, directed=True, connection="strong")[1].astype(np.intp)
    return labels


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
