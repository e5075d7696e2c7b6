"""What a row of any format is made from, and made into."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from arena.models import USABLE_ANSWERS, Answer, Battle, Side, Turn, Vote
from storage.rows import Card

_NAMES = uuid.UUID("b3a0d1de-3c5b-4f0e-9a58-7f6a1f0c2d44")


class Format(StrEnum):
    """The formats, by the names that the command lines use."""

    ARENA_140K = "arena-140k"
    CHATBOT_ARENA = "chatbot-arena"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A vote with all that it stands on.

    The vote's reasons are those of the database where it was given. `order` is which vote of its rater's it is, from 1.
    """

    battle: Battle
    vote: Vote
    left: Card
    right: Card
    order: int = 1

    def card(self, side: Side) -> Card:
        """The contestant on a side."""
        return self.left if side is Side.A else self.right


@dataclass(frozen=True, slots=True)
class Labels:
    """The rules that fill `language` and `is_code` where a data set has none."""

    language: Callable[[str], str]
    is_code: Callable[[str], bool]


def made_id(*parts: str) -> str:
    """An id made from names, the same every time, so that a second import finds the first."""
    return str(uuid.uuid5(_NAMES, "/".join(parts)))


def id_from(given: str, *parts: str) -> str:
    """A foreign id as it is if it is a UUID, else one made from it."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return made_id(*parts, given)


def shown_answer(turn: Turn, side: Side) -> Answer | None:
    """The last attempt of a side that could be read and voted on."""
    usable = [answer for answer in turn.answers if answer.side is side and answer.state in USABLE_ANSWERS]
    return max(usable, key=lambda answer: answer.attempt, default=None)
