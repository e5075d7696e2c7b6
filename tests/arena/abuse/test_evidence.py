"""How often the test convicts the honest, computed exactly, and how soon it convicts a cheat."""

import math

import pytest

from arena.abuse.evidence import Evidence
from arena.abuse.rules import Thresholds

ONE_SIDE = Thresholds().one_side


def ever_convinced(test: Evidence, share: float, votes: int) -> float:
    """The probability that somebody with this share is ever convicted in so many votes, by the number of hits."""
    gain, loss = math.log(test.always / test.honest), math.log((1 - test.always) / (1 - test.honest))
    alive, convicted = {0: 1.0}, 0.0
    for n in range(1, votes + 1):
        after: dict[int, float] = {}
        for hits, p in alive.items():
            for new, q in ((hits + 1, p * share), (hits, p * (1 - share))):
                if new * gain + (n - new) * loss >= math.log(test.odds):
                    convicted += q
                elif q > 1e-15:
                    after[new] = after.get(new, 0.0) + q
        alive = after
    return convicted


@pytest.mark.parametrize(
    ("share", "at_most"),
    [(0.5, 5e-7), (0.6, 1e-5), (0.7, 1 / 2000)],
)
def test_an_honest_rater_with_a_thousand_votes_a_day_is_almost_never_convicted(share, at_most):
    assert 0 < ever_convinced(ONE_SIDE, share, 1000) <= at_most


def test_who_always_does_the_same_is_convicted_after_23_votes():
    assert not ONE_SIDE.convinces([True] * 22)
    assert ONE_SIDE.convinces([True] * 23)


def test_somebody_who_truly_prefers_right_twelve_times_is_not_convicted():
    assert not ONE_SIDE.convinces([True] * 12)


def test_one_other_vote_asks_for_more_evidence_and_does_not_hide_a_cheat():
    assert not ONE_SIDE.convinces([*[True] * 10, False, *[True] * 13])
    assert ONE_SIDE.convinces([*[True] * 10, False, *[True] * 30])
