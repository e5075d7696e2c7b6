"""Which votes came faster than anyone reads."""

from datetime import UTC, datetime

import pytest

from arena.abuse.reading import ReadingPace, look_at
from arena.models import Answer, AnswerState, Battle, BattleState, Measured, Pacing, Side, Standing, Turn, Verdict

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PACE = ReadingPace()


def battle(text, *, writing_ms=0.0, pacing=Pacing.NATURAL, pace_cps=None):
    measured = Measured() if writing_ms is None else Measured(ttfat_ms=100.0, duration_ms=100.0 + writing_ms)
    answers = tuple(
        Answer(id=side, side=side, attempt=1, state=AnswerState.COMPLETE, text=text, measured=measured) for side in Side
    )
    turn = Turn(id="t", index=0, prompt="hello", created_at=NOW, answers=answers)
    return Battle(
        id="b", rater_id="r", state=BattleState.READY, left="x", right="y", left_hash="", right_hash="",
        probability=0.5, pacing=pacing, pace_cps=pace_cps, created_at=NOW, updated_at=NOW, ready_at=NOW, turns=(turn,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "dwell_ms", "writing_ms", "verdict"),
    [
        ("word " * 100, 400, 0, Verdict.FAILED),  # a thousand letters in under half a second
        ("word " * 100, 4000, 0, None),  # nobody has to read to the end
        ("word " * 100, 400, 9000, None),  # read while it was written
        ("好" * 100, 1000, 0, Verdict.FAILED),
        ("好" * 100, 4000, 0, None),
        ("Yes.", 500, 0, None),
        ("Yes.", 299, 60_000, Verdict.FAILED),  # no hand is so quick
        ("word " * 100, 400, None, Verdict.UNKNOWN),
        ("word " * 100, 100, None, Verdict.FAILED),
        ("word " * 100, None, 0, Verdict.UNKNOWN),
    ],
)
def test_the_time_since_the_answers_could_be_seen_is_compared_with_reading(text, dwell_ms, writing_ms, verdict):
    assert look_at(battle(text, writing_ms=writing_ms), dwell_ms, PACE).verdict is verdict


def test_with_matched_pacing_the_text_grew_at_the_pace_shown_whatever_the_models_took():
    slow_page = battle("word " * 100, writing_ms=10.0, pacing=Pacing.MATCHED, pace_cps=80.0)
    assert look_at(slow_page, 400, PACE).verdict is None


def test_only_a_failure_is_a_reason_not_to_count():
    assert look_at(battle("word " * 100), 10, PACE).reasons == (Standing.TOO_FAST,)
    assert look_at(battle("word " * 100), None, PACE).reasons == ()
