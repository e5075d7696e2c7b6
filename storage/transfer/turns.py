"""A battle's turns with every attempt, as JSON: the `conversation` column of our own format."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from arena.models import Answer, AnswerState, ErrorKind, Measured, Side, Turn
from storage.loading import MEASURED


def turns_to_json(turns: tuple[Turn, ...]) -> str:
    """All turns, always written the same way."""
    return compact_json([_turn_out(turn) for turn in turns])


def turns_from_json(text: str) -> tuple[Turn, ...]:
    """What `turns_to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return tuple(_turn_in(turn) for turn in json.loads(text))


def compact_json(value: Any) -> str:
    """JSON without blanks, in the order given, and with every character as itself."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _turn_out(turn: Turn) -> dict[str, Any]:
    return {
        "id": turn.id,
        "index": turn.index,
        "prompt": turn.prompt,
        "created_at": turn.created_at.isoformat(),
        "answers": [_answer_out(answer) for answer in turn.answers],
    }


def _turn_in(turn: dict[str, Any]) -> Turn:
    return Turn(
        id=_text(turn["id"]),
        index=int(turn["index"]),
        prompt=_text(turn["prompt"]),
        created_at=_time(turn["created_at"]),
        answers=tuple(_answer_in(answer) for answer in turn["answers"]),
    )


def _answer_out(answer: Answer) -> dict[str, Any]:
    return {
        "id": answer.id,
        "side": answer.side.value,
        "attempt": answer.attempt,
        "state": answer.state.value,
        "text": answer.text,
        "thinking": answer.thinking,
        "finish_reason": answer.finish_reason,
        "error_kind": answer.error_kind.value if answer.error_kind else None,
        "leak": answer.leak,
        "created_at": answer.created_at.isoformat() if answer.created_at else None,
        **{name: getattr(answer.measured, name) for name in MEASURED},
    }


def _answer_in(answer: dict[str, Any]) -> Answer:
    error_kind = answer["error_kind"]
    return Answer(
        id=_text(answer["id"]),
        side=Side(answer["side"]),
        attempt=int(answer["attempt"]),
        state=AnswerState(answer["state"]),
        text=_text(answer["text"]),
        thinking=_text(answer["thinking"]),
        finish_reason=_text(answer["finish_reason"]),
        error_kind=ErrorKind(error_kind) if error_kind else None,
        leak=_text(answer["leak"]),
        created_at=_time(answer["created_at"]),
        measured=Measured(**{name: answer[name] for name in MEASURED}),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {value!r}")
    return value


def _time(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"a time with its zone expected, not {value}")
    return moment
