"""What the two public formats share: pairs of conversations, and battles that are known by those alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from arena.models import (
    Answer,
    AnswerState,
    Battle,
    BattleState,
    Contestant,
    Outcome,
    Pacing,
    Side,
    Turn,
    Vote,
)
from storage.rows import Card
from storage.transfer.record import Labels, Record, made_id, shown_answer
from storage.transfer.row import Row

CONVERSATIONS = {Side.A: "conversation_a", Side.B: "conversation_b"}
_ROLES = ("user", "assistant")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicVote:
    """What a row of a public data set says, apart from its conversations. None where it has no such column."""

    id: str
    origin: str
    rater_id: str
    outcome: Outcome
    created_at: datetime
    language: str | None
    is_code: bool | None


def pairs(battle: Battle, side: Side) -> Iterator[tuple[str, str]]:
    """Prompt and answer of each turn, as a side showed it; an answer that is missing is empty."""
    for turn in battle.turns:
        answer = shown_answer(turn, side)
        yield turn.prompt, answer.text if answer else ""


def to_record(row: Row, given: PublicVote, labels: Labels) -> Record:
    """A row of a public data set as a record. Pacing was natural there; the draw and the timings are not known."""
    left, right = _contestant(row.text("model_a")), _contestant(row.text("model_b"))
    battle_id = made_id(given.origin, given.id, "battle")
    turns = _turns(row, battle_id, given.created_at)
    vote = _vote(given, battle_id, left, right, turns, labels)
    battle = Battle(
        id=battle_id,
        rater_id=given.rater_id,
        state=BattleState.VOTED,
        left=left.name,
        right=right.name,
        left_hash=left.hash,
        right_hash=right.hash,
        probability=math.nan,
        pacing=Pacing.NATURAL,
        created_at=given.created_at,
        updated_at=given.created_at,
        closed_at=given.created_at,
        turns=turns,
        vote=vote,
    )
    return Record(battle=battle, vote=vote, left=left, right=right)


def _vote(given: PublicVote, battle_id: str, left: Card, right: Card, turns: tuple[Turn, ...], labels: Labels) -> Vote:
    prompts = "\n".join(turn.prompt for turn in turns)
    texts = "\n".join(answer.text for turn in turns for answer in turn.answers)
    return Vote(
        id=given.id,
        battle_id=battle_id,
        rater_id=given.rater_id,
        outcome=given.outcome,
        created_at=given.created_at,
        left=left.name,
        right=right.name,
        turns=len(turns),
        language=given.language if given.language is not None else labels.language(prompts),
        is_code=given.is_code if given.is_code is not None else labels.is_code(f"{prompts}\n{texts}"),
        pacing=Pacing.NATURAL,
        origin=given.origin,
    )


@lru_cache(maxsize=1024)
def _contestant(name: str) -> Card:
    return Card.of(Contestant(name=name, display=name, base_url="", model=name))


def _turns(row: Row, battle_id: str, created_at: datetime) -> tuple[Turn, ...]:
    sides = {side: list(_exchanges(row, column)) for side, column in CONVERSATIONS.items()}
    prompts = [prompt for prompt, _ in sides[Side.A]]
    if prompts != [prompt for prompt, _ in sides[Side.B]]:
        raise row.error("conversation_b", "the same prompts as in conversation_a")
    return tuple(
        Turn(
            id=made_id(battle_id, "turn", str(index)),
            index=index,
            prompt=prompt,
            created_at=created_at,
            answers=tuple(_answer(battle_id, index, side, sides[side][index][1], created_at) for side in Side),
        )
        for index, prompt in enumerate(prompts)
    )


def _answer(battle_id: str, index: int, side: Side, text: str, created_at: datetime) -> Answer:
    return Answer(
        id=made_id(battle_id, "answer", str(index), side.value),
        side=side,
        attempt=1,
        state=AnswerState.COMPLETE,
        text=text,
        created_at=created_at,
    )


def _exchanges(row: Row, column: str) -> Iterator[tuple[str, str]]:
    """Prompt and answer of each turn of a conversation, which must take turns, the user first."""
    messages = row.nested(column)
    if not isinstance(messages, list) or not messages or len(messages) % 2:
        raise row.error(column, "a list of messages, user and assistant in turn")
    roles = [message.get("role") if isinstance(message, Mapping) else None for message in messages]
    if roles != list(_ROLES) * (len(messages) // 2):
        raise row.error(column, "messages of user and assistant in turn")
    texts = [_content(row, column, message.get("content")) for message in messages]
    return zip(texts[::2], texts[1::2], strict=True)


def _content(row: Row, column: str, content: Any) -> str:
    """A message's text: plain, or in parts of type `text`."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise row.error(column, "messages with text")
    parts = [part if isinstance(part, Mapping) else {} for part in content]
    if any(part.get("type") != "text" or not isinstance(part.get("text"), str) for part in parts):
        raise row.error(column, "messages with text only, no images")
    return "".join(part["text"] for part in parts)
