from __future__ import annotations

import numpy as np
import pytest

from arena.analysis.agreement import krippendorff, vote_agreement
from arena.analysis.votes import encode_votes
from tests.arena.analysis.samples import simulated


def test_krippendorffs_example_of_three_coders_comes_out() -> None:
    coders = (
        [None, None, None, None, None, 3, 4, 1, 2, 1, 1, 3, 3, None, 3],
        [1, None, 2, 1, 3, 3, 4, 3, None, None, None, None, None, None, None],
        [None, None, 2, 1, 3, 4, 4, None, 2, 1, 1, 3, 3, None, 4],
    )
    given = [(item, value) for coder in coders for item, value in enumerate(coder) if value is not None]
    items, values = np.array(given).T
    found = krippendorff(items, values)
    assert round(found.alpha or 0, 3) == 0.691
    assert (found.items, found.votes) == (12, 26)


def test_perfect_agreement_is_one_and_a_single_value_says_nothing() -> None:
    assert krippendorff(np.array([0, 0, 1, 1]), np.array([2, 2, 0, 0])).alpha == 1.0
    assert krippendorff(np.array([0, 0]), np.array([1, 1])).alpha is None
    assert krippendorff(np.array([0, 1]), np.array([1, 0])).items == 0


def test_votes_agree_when_the_same_contestant_wins_from_either_side() -> None:
    votes = simulated(4, 2)[:4].assign(
        model_a=["x", "y", "x", "x"], model_b=["y", "x", "z", "z"], winner=["model_a", "model_b", "tie", "tie"]
    )
    assert vote_agreement(encode_votes(votes), ["p", "p", "q", "q"]).alpha == pytest.approx(1.0)
    assert vote_agreement(encode_votes(votes), ["p", "r", "q", "s"]).items == 0
