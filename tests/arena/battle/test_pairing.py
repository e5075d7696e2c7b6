import random
from collections import Counter

import pytest

from arena.battle.pairing import draw_pair, pair_probability
from arena.models import Contestant


def contestant(name, weight=1.0):
    return Contestant(name=name, display=name, base_url="http://localhost/v1", model="m", weight=weight)


FIELD = [contestant("x", 1.0), contestant("y", 2.0), contestant("z", 5.0)]


def test_a_contestant_never_meets_itself():
    rng = random.Random(1)
    assert all(d.a.name != d.b.name for d in (draw_pair(FIELD, rng) for _ in range(500)))


def test_each_pair_is_drawn_as_often_as_its_stored_probability_says():
    rng = random.Random(2)
    n = 40_000
    drawn = Counter((d.a.name, d.b.name) for d in (draw_pair(FIELD, rng) for _ in range(n)))
    for a in FIELD:
        for b in FIELD:
            if a is not b:
                assert drawn[a.name, b.name] / n == pytest.approx(pair_probability(FIELD, a, b), abs=0.01)


def test_the_probabilities_of_all_draws_add_up_to_one():
    total = sum(pair_probability(FIELD, a, b) for a in FIELD for b in FIELD if a is not b)
    assert total == pytest.approx(1.0)


def test_sides_are_a_fair_coin_whatever_the_weights():
    assert pair_probability(FIELD, FIELD[0], FIELD[2]) == pytest.approx(pair_probability(FIELD, FIELD[2], FIELD[0]))


def test_one_contestant_is_no_battle():
    with pytest.raises(ValueError, match="two contestants"):
        draw_pair(FIELD[:1], random.Random(3))
