from __future__ import annotations

import pytest

from arena.chat.patience import ChatTimeouts, Patience
from arena.models import ErrorKind

TIMEOUTS = ChatTimeouts(first_token_s=10, idle_s=3, tail_s=1, answer_s=20)


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def test_the_first_token_has_its_own_time(time: Time) -> None:
    patience = Patience(TIMEOUTS, time)

    assert patience.deadline == 110
    assert patience.lost().kind is ErrorKind.NO_FIRST_TOKEN


def test_each_token_starts_the_wait_anew(time: Time) -> None:
    patience = Patience(TIMEOUTS, time)
    time.now = 105
    patience.note(tokens=1, finished=False)

    assert patience.deadline == 108
    assert patience.lost().kind is ErrorKind.STALLED


def test_what_is_no_token_does_not_start_the_wait_anew(time: Time) -> None:
    patience = Patience(TIMEOUTS, time)
    patience.note(tokens=1, finished=False)
    time.now = 102
    patience.note(tokens=1, finished=False)

    assert patience.deadline == 103


def test_after_the_finish_reason_the_wait_is_short(time: Time) -> None:
    patience = Patience(TIMEOUTS, time)
    patience.note(tokens=5, finished=True)

    assert patience.deadline == 101


@pytest.mark.parametrize("finished", [False, True])
def test_no_answer_takes_longer_than_a_whole_answer_may(time: Time, finished: bool) -> None:
    patience = Patience(TIMEOUTS, time)
    time.now = 119.5
    patience.note(tokens=9, finished=finished)

    assert patience.deadline == 120
    assert patience.lost().kind is ErrorKind.STALLED
