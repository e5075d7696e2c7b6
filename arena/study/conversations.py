"""The talks of a study as plain objects, one a period, for JSON lines. Pseudonymous: labels, no codes, no addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from arena.models import Answer, Side, Turn
from arena.study.sheets import figures
from arena.study.talk import usable
from arena.study_models import Study
from arena.study_people import Participant, Period

VERSION = "1"


def conversations(study: Study, participants: Iterable[Participant]) -> Iterator[dict[str, Any]]:
    """One object for each period in which something was said, in order."""
    for participant in participants:
        for period in participant.periods:
            if period.turns:
                yield _conversation(study, participant, period)


def _conversation(study: Study, participant: Participant, period: Period) -> dict[str, Any]:
    found = figures(study.protocol, participant, period)
    return {
        "version": VERSION,
        "study": study.id,
        "source": participant.source.value,
        "participant": participant.label,
        "period": period.number,
        "contestant": found.contestant,
        "language": participant.language,
        "active_s": found.active_s,
        "messages": [message for turn in period.turns for message in _messages(turn)],
        "turns": [_turn(turn) for turn in period.turns],
    }


def _messages(turn: Turn) -> list[dict[str, str]]:
    """A turn in the words of the public chat formats; a message without an answer stands alone."""
    answer = turn.latest(Side.A)
    asked = [{"role": "user", "content": turn.prompt}]
    return [*asked, {"role": "assistant", "content": answer.text}] if answer and usable(answer) else asked


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "index": turn.index,
        "prompt": turn.prompt,
        "created_at": turn.created_at.isoformat(),
        "attempts": [_attempt(answer) for answer in turn.answers],
    }


def _attempt(answer: Answer) -> dict[str, Any]:
    """An attempt without the model's thinking, which nobody was shown."""
    return {
        "attempt": answer.attempt,
        "state": answer.state.value,
        "text": answer.text,
        "finish_reason": answer.finish_reason,
        "error_kind": answer.error_kind.value if answer.error_kind else None,
        "leak": answer.leak,
        **asdict(answer.measured),
    }
