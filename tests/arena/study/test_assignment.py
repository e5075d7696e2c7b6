"""Balanced, seeded, not to be foreseen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.study.assignment import BLOCKS, assign
from arena.study_models import Sequence


@given(st.integers(1, 200), st.integers(0, 2**63))
def test_the_full_number_is_exactly_balanced_and_an_odd_one_differs_by_one(places: int, seed: int) -> None:
    drawn = assign(places, seed)
    assert len(drawn) == places
    assert abs(2 * drawn.count(Sequence.AB) - places) == places % 2


@given(st.integers(1, 200), st.integers(0, 2**63))
def test_the_balance_holds_all_along(places: int, seed: int) -> None:
    drawn = assign(places, seed)
    ahead = 0
    for sequence in drawn:
        ahead += 1 if sequence is Sequence.AB else -1
        assert abs(ahead) <= max(BLOCKS) // 2


def test_the_same_seed_gives_the_same_list_and_another_seed_another() -> None:
    assert assign(12, 3) == assign(12, 3)
    assert len({assign(12, seed) for seed in range(50)}) > 40


def test_each_place_is_as_often_first_with_one_contestant_as_with_the_other() -> None:
    drawn = [assign(12, seed) for seed in range(2000)]
    for place in range(12):
        first = sum(each[place] is Sequence.AB for each in drawn)
        assert abs(first - 1000) < 3.9 * 500**0.5


def test_the_last_of_an_odd_number_is_drawn_by_a_coin() -> None:
    last = sum(assign(5, seed)[-1] is Sequence.AB for seed in range(2000))
    assert abs(last - 1000) < 3.9 * 500**0.5


def test_a_study_without_places_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        assign(0, 1)
