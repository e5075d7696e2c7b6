"""What a voter hands in, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from arena.chat.prompts import clean_prompt
from arena.errors import Refusal, UserError
from arena.models import Outcome, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """An outcome with the reasons and the comment that go in while the person is still blind."""

    outcome: Outcome
    tags_a: tuple[Tag, ...] = ()
    tags_b: tuple[Tag, ...] = ()
    comment: str = ""


def read_ballot(
    outcome: str, tags_a: Sequence[str], tags_b: Sequence[str], comment: str, max_comment_chars: int
) -> Ballot:
    """A ballot from what a browser sent. Raises `UserError` for unknown words and over-long comments."""
    try:
        known_outcome = Outcome(outcome)
    except ValueError as error:
        raise UserError(Refusal.BAD_OUTCOME, given=str(outcome)[:40]) from error
    return Ballot(
        outcome=known_outcome,
        tags_a=_tags(tags_a),
        tags_b=_tags(tags_b),
        comment=read_comment(comment, max_comment_chars),
    )


def read_comment(comment: str, max_chars: int) -> str:
    """A comment without control characters. Raises `UserError` when it is too long."""
    clean = clean_prompt(comment)
    if len(clean) > max_chars:
        raise UserError(Refusal.COMMENT_TOO_LONG, limit=max_chars, length=len(clean))
    return clean


def _tags(given: Sequence[str]) -> tuple[Tag, ...]:
    try:
        ticked = {Tag(tag) for tag in given}
    except ValueError as error:
        raise UserError(Refusal.BAD_TAG) from error
    return tuple(tag for tag in Tag if tag in ticked)
