"""What an operator is told of a participant, wherever it is shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from arena.study.operator import PersonStatus, TalkStatus, talk_cells
from arena.study_models import ParticipantState, StudySource

SECOND = TalkStatus(period=2, state="done", turns=5, active_s=601.4, failures=1, leaks=2)
PERSON = PersonStatus(
    label="P03",
    state=ParticipantState.IN_PROGRESS,
    step="period_2",
    source=StudySource.PARTICIPANTS,
    replaces="",
    language="en",
    answers=4,
    talks=(SECOND, replace(SECOND, period=1, turns=3, failures=4, leaks=0)),
    last_seen=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
)


def test_talks_stand_in_their_order_and_failures_and_leaks_are_added_up() -> None:
    assert talk_cells(PERSON, lambda talk: f"{talk.turns} turns") == ("3 turns", "5 turns", "5", "2", "03-04 05:06")


def test_what_has_not_happened_yet_is_a_dash() -> None:
    new = replace(PERSON, talks=(), last_seen=None)
    assert talk_cells(new, lambda talk: f"{talk.turns} turns") == ("–", "–", "0", "0", "–")
