"""Our own export's column `conversation` as the conversations of two sides, which prompts and style are read from."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa

from arena.errors import DataError
from arena.models import USABLE_ANSWERS

COLUMN = "conversation"
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))


def with_conversations(table: pa.Table) -> pa.Table:
    """Put conversation_a and conversation_b in the place of `conversation`; any other table stays as it is."""
    if COLUMN not in table.column_names or "conversation_a" in table.column_names:
        return table
    turns = [_turns(text, row) for row, text in enumerate(table[COLUMN].to_pylist(), start=1)]
    for side in "ab":
        said = [[message for turn in of_vote for message in _messages(turn, side)] for of_vote in turns]
        table = table.append_column(f"conversation_{side}", pa.array(said, MESSAGES))
    return table.drop_columns([COLUMN])


def _turns(text: str | None, row: int) -> list[dict[str, Any]]:
    try:
        turns: list[dict[str, Any]] = json.loads(text or "[]")
        return [{"prompt": turn["prompt"], "answers": turn["answers"]} for turn in turns]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"Column '{COLUMN}', row {row}: expected turns as docs/data.md has them ({error!r})."
        ) from error


def _messages(turn: dict[str, Any], side: str) -> tuple[dict[str, str], dict[str, str]]:
    """The prompt, and the side's last attempt that could be read."""
    usable = [a for a in turn["answers"] if a["side"] == side and a["state"] in USABLE_ANSWERS]
    last = max(usable, key=lambda answer: answer["attempt"], default=None)
    return (
        {"role": "user", "content": turn["prompt"]},
        {"role": "assistant", "content": last["text"] if last else ""},
    )
