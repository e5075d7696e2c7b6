"""What Prometheus reads of a process."""

from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from arena.errors import Refusal
from arena.metrics import Metrics
from arena.models import (
    Answer,
    AnswerState,
    Battle,
    BattleState,
    ErrorKind,
    Measured,
    Outcome,
    Pacing,
    Side,
    Standing,
    VoteCount,
)

NOW = datetime(2026, 1, 2, tzinfo=UTC)
BATTLE = Battle(
    id="b", rater_id="r", state=BattleState.STREAMING, left="x", right="y", left_hash="", right_hash="",
    probability=0.5, pacing=Pacing.MATCHED, created_at=NOW, updated_at=NOW,
)  # fmt: skip


def samples(page):
    families = text_string_to_metric_families(page.decode())
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


def cell(standing, n):
    return VoteCount(left="x", right="y", outcome=Outcome.TIE, standing=standing, n=n)


def test_battles_turns_errors_and_first_tokens_are_counted():
    metrics = Metrics()
    metrics.opened()
    failed = Answer(
        id="1", side=Side.B, attempt=1, state=AnswerState.FAILED, error_kind=ErrorKind.CUT,
        measured=Measured(ttft_ms=300.0),
    )  # fmt: skip
    metrics.turn_ended(BATTLE, BattleState.FAILED, [failed])
    metrics.refused(Refusal.FULL)
    metrics.database("record_vote", 0.004)
    found = samples(metrics.page([], running=3, room=100, queue=4, waiting=2))
    assert found["arena_battles_opened_total",] == 1
    assert found["arena_turns_ended_total", "failed"] == 1
    assert found["arena_answer_errors_total", "b", "cut", "y"] == 1
    assert found["arena_requests_refused_total", "full"] == 1
    assert found["arena_first_token_seconds_bucket", "0.2", "y"] == 0
    assert found["arena_first_token_seconds_bucket", "0.5", "y"] == 1
    assert found["arena_database_seconds_count", "record_vote"] == 1
    assert (found["arena_turns_running",], found["arena_turns_max",], found["arena_database_waiting",]) == (3, 100, 2)
    assert found["arena_queue",] == 4


def test_votes_are_those_of_the_database_at_this_moment():
    metrics = Metrics()
    metrics.page([cell(Standing.COUNTED, 2), cell(Standing.TOO_FAST, 1)], running=0, room=1, queue=0, waiting=0)
    found = samples(metrics.page([cell(Standing.COUNTED, 3)], running=0, room=1, queue=0, waiting=0))
    assert found["arena_votes", "counted"] == 3
    assert ("arena_votes", "too_fast") not in found


def test_two_arenas_in_one_process_do_not_count_together():
    one, other = Metrics(), Metrics()
    one.opened()
    assert samples(other.page([], running=0, room=1, queue=0, waiting=0))["arena_battles_opened_total",] == 0
