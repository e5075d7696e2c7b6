"""How few changed answers turn a verdict over, against trying all changes one by one."""

from __future__ import annotations

from itertools import count

import pytest
from scipy.stats import binomtest, fisher_exact

from arena.analysis.changes import of_pairs, of_preference, of_sequences


@pytest.mark.parametrize(
    ("k", "n", "wanted"), [(10, 12, 1), (11, 12, 2), (9, 12, 1), (6, 12, 4), (12, 12, 3), (5, 5, None), (0, 0, None)]
)
def test_changed_preferences(k: int, n: int, wanted: int | None) -> None:
    assert of_preference(k, n) == wanted


def one_change(b: int, c: int, n: int) -> set[tuple[int, int]]:
    """Tables after one person's one answer is the other one: that person enters or leaves b, or c."""
    found = {(b + x, c + y) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))}
    return {(x, y) for x, y in found if min(x, y) >= 0 and x + y <= n}


@pytest.mark.parametrize(("b", "c", "n"), [(6, 2, 12), (4, 0, 12), (9, 0, 12), (0, 0, 12), (6, 1, 7)])
def test_changed_answers_of_pairs_step_by_step(b: int, c: int, n: int) -> None:
    def clear(x: int, y: int) -> bool:
        return x + y > 0 and bool(binomtest(x, x + y).pvalue <= 0.05)

    reached = {(b, c)}
    for steps in count():
        if any(clear(*table) is not clear(b, c) for table in reached):
            assert of_pairs(b, c, n) == steps
            return
        reached |= {table for found in reached for table in one_change(*found, n)}


def test_nobody_can_change_the_verdict_of_too_few() -> None:
    assert of_pairs(2, 0, 5) is None


def test_changed_preferences_by_sequence() -> None:
    assert fisher_exact([[0, 6], [6, 0]]).pvalue < 0.05 < fisher_exact([[1, 5], [5, 1]]).pvalue
    assert fisher_exact([[1, 5], [6, 0]]).pvalue < 0.05
    assert of_sequences((0, 6), (6, 0)) == 2
    assert of_sequences((1, 5), (5, 1)) == 1
    assert of_sequences((4, 0), (0, 0)) is None
