"""Matched pacing must look the same whichever side is the fast one."""

import random
from dataclasses import dataclass
from itertools import pairwise

import pytest

from arena.chat.pacing import SETTLE_S, FixedPacer, MatchedPacer, NaturalPacer, Progress

TICK = 0.05


@dataclass(frozen=True)
class Writer:
    """A scripted model: when it begins, how fast it writes, how long its text is."""

    begins: float
    cps: float
    length: int

    def at(self, now: float) -> Progress:
        written = int(max(0.0, (now - self.begins) * self.cps))
        ended = self.begins + self.length / self.cps
        return Progress(
            received=min(written, self.length),
            began=self.begins if written > 0 else None,
            ended=ended if now >= ended else None,
        )


def play(pacer, *writers, seconds=120.0):
    """The characters shown of each side, tick by tick, until all are shown."""
    frames = []
    for tick in range(int(seconds / TICK)):
        now = tick * TICK
        sides = [w.at(now) for w in writers]
        frames.append(pacer.advance(now, sides))
        if all(s.ended is not None and f == s.received for s, f in zip(sides, frames[-1], strict=True)):
            return frames
    return frames


def first_shown(frames, side):
    return next(i for i, frame in enumerate(frames) if frame[side] > 0)


def test_natural_pacing_shows_everything_at_once():
    assert NaturalPacer().advance(1.0, [Progress(received=7, began=0.5, ended=None)]) == [7]


def test_nothing_is_shown_before_both_sides_have_text():
    frames = play(MatchedPacer(80), Writer(0.1, 200, 400), Writer(3.0, 200, 400))
    start = first_shown(frames, 0)
    assert start * TICK >= 3.0 + SETTLE_S
    assert start == first_shown(frames, 1)


def test_both_sides_grow_by_the_same_characters_in_the_same_ticks():
    frames = play(MatchedPacer(80), Writer(0.1, 500, 600), Writer(1.0, 30, 600))
    assert all(a == b for a, b in frames)


def test_the_rate_is_never_above_the_wanted_one():
    frames = play(MatchedPacer(80), Writer(0.0, 900, 900), Writer(0.0, 900, 900))
    gains = [later[0] - now[0] for now, later in pairwise(frames)]
    assert max(gains) <= 80 * TICK + 1


@pytest.mark.parametrize("short_side_is_fast", [True, False])
def test_the_tail_after_the_shorter_answer_does_not_tell_the_fast_model(short_side_is_fast):
    fast, slow = Writer(0.1, 300, 200), Writer(0.8, 40, 600)
    if not short_side_is_fast:
        fast, slow = Writer(0.1, 300, 600), Writer(0.8, 40, 200)
    frames = play(MatchedPacer(80), fast, slow)
    longer = 1 if short_side_is_fast else 0
    together = [f[longer] for f in frames if 20 < f[longer] <= 180]
    alone = [f[longer] for f in frames if 220 <= f[longer] <= 580]
    rate_together = (together[-1] - together[0]) / (len(together) - 1) / TICK
    rate_alone = (alone[-1] - alone[0]) / (len(alone) - 1) / TICK
    assert rate_alone == pytest.approx(rate_together, rel=0.08)


def test_a_side_that_ended_without_text_releases_the_other():
    silent = Progress(received=0, began=None, ended=2.0)
    pacer = MatchedPacer(80)
    assert pacer.advance(1.0, [Progress(received=0, began=None, ended=None), Writer(0.1, 100, 300).at(1.0)]) == [0, 0]
    pacer.advance(2.0, [silent, Writer(0.1, 100, 300).at(2.0)])
    assert pacer.advance(2.5, [silent, Writer(0.1, 100, 300).at(2.5)])[1] > 0


def test_a_retried_side_replays_at_the_rate_of_the_attempt_before():
    frames = play(MatchedPacer(80, fixed_cps=20), Writer(0.0, 500, 200))
    shown = [f[0] for f in frames if f[0]]
    assert (shown[-1] - shown[0]) / (len(shown) - 1) / TICK == pytest.approx(20, rel=0.08)


def test_what_was_shown_never_shrinks():
    rng = random.Random(5)
    pacer, received = MatchedPacer(80), [0, 0]
    before = [0, 0]
    for tick in range(400):
        received = [r + rng.choice([0, 0, 3, 12]) for r in received]
        sides = [Progress(received=r, began=0.1 if r else None, ended=None) for r in received]
        shown = pacer.advance(tick * TICK, sides)
        assert all(s >= b and s <= r for s, b, r in zip(shown, before, received, strict=True))
        before = shown


def test_the_rate_is_known_only_after_the_start():
    pacer = MatchedPacer(80)
    assert pacer.cps is None
    play(pacer, Writer(0.0, 50, 100), Writer(0.0, 50, 100))
    assert pacer.cps == pytest.approx(45, rel=0.1)


FAST, SLOW = Writer(begins=0.2, cps=400, length=500), Writer(begins=1.4, cps=60, length=500)


def test_fixed_pacing_shows_a_fast_and_a_slow_model_alike():
    fast, slow = (play(FixedPacer(1.5, 25.0), writer, seconds=15.0) for writer in (FAST, SLOW))
    assert fast == slow


def test_fixed_pacing_shows_nothing_before_the_delay_and_then_never_more_than_the_rate():
    pacer = FixedPacer(1.5, 25.0)
    shown = [pacer.advance(step * TICK, [FAST.at(step * TICK)])[0] for step in range(400)]
    assert not any(shown[: int(1.5 / TICK)])
    assert all(0 <= b - a <= 25.0 * TICK + 1 for a, b in pairwise(shown))
    assert pacer.cps == 25.0


def test_fixed_pacing_does_not_make_up_for_what_a_slow_model_held_back():
    late = Writer(begins=10.0, cps=1000, length=500)
    pacer = FixedPacer(1.5, 25.0)
    shown = [pacer.advance(step * TICK, [late.at(step * TICK)])[0] for step in range(600)]
    assert max(b - a for a, b in pairwise(shown)) <= 25.0 * TICK + 1
    assert shown[-1] > 400
