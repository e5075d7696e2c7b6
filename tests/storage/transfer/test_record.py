"""What every format makes of a record."""

from __future__ import annotations

import uuid

import pytest

from arena.models import Answer, AnswerState, Side, Turn
from storage.transfer.record import id_from, made_id, shown_answer
from tests.storage.sample import NOW


def turn(*answers: tuple[Side, int, AnswerState]) -> Turn:
    attempts = tuple(
        Answer(id=f"{side}{attempt}", side=side, attempt=attempt, state=state) for side, attempt, state in answers
    )
    return Turn(id="t", index=0, prompt="p", created_at=NOW, answers=attempts)


def test_of_two_usable_attempts_the_later_is_shown() -> None:
    """Both sides are asked again after an interruption, also one that had answered."""
    asked = turn((Side.A, 1, AnswerState.COMPLETE), (Side.A, 2, AnswerState.STOPPED), (Side.B, 3, AnswerState.COMPLETE))
    shown = shown_answer(asked, Side.A)
    assert shown is not None
    assert shown.id == "a2"


@pytest.mark.parametrize("state", [AnswerState.FAILED, AnswerState.INTERRUPTED, AnswerState.STREAMING])
def test_an_attempt_that_is_no_answer_is_not_shown(state: AnswerState) -> None:
    shown = shown_answer(turn((Side.A, 1, AnswerState.COMPLETE), (Side.A, 2, state)), Side.A)
    assert shown is not None
    assert shown.id == "a1"
    assert shown_answer(turn((Side.A, 1, state)), Side.A) is None


def test_an_id_that_is_a_uuid_is_kept_however_it_is_written() -> None:
    given = str(uuid.uuid4())
    assert id_from(given, "x") == id_from(given.replace("-", "").upper(), "x") == given


def test_other_ids_are_made_the_same_way_each_time_and_apart_by_origin() -> None:
    assert id_from("q1", "a") == id_from("q1", "a") == made_id("a", "q1")
    assert len({id_from("q1", "a"), id_from("q1", "b"), id_from("q2", "a")}) == 3
