"""A name in its sentence, and the ways of introducing oneself that it is compared with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from arena.chat.introductions.names import Kind

REACH = 220
"""Characters looked at on each side of a name."""

_OPENING = " \t\"'“‘「『«`(（【["
_CLOSING = '"”’」』»`)）】]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A name from `start` to `end` of a sentence.

    `since` is where the name before it ended, or 0; `lead` is where its maker's name begins when that stands before it
    ("OpenAI's ChatGPT"), otherwise `start`; `previous` and `following` are the text around the sentence.
    """

    sentence: str
    previous: str
    following: str
    kind: Kind
    start: int
    end: int
    since: int
    lead: int

    @property
    def name(self) -> str:
        """The name as it is written."""
        return self.sentence[self.start : self.end]

    @property
    def before(self) -> str:
        """What stands before the name, without quotation marks around it."""
        return self.sentence[max(0, self.lead - REACH) : self.lead].rstrip(_OPENING)

    @property
    def after(self) -> str:
        """What stands behind it, likewise."""
        after = self.sentence[self.end : self.end + REACH]
        return after if after.startswith("'s") else after.lstrip(_CLOSING)

    def position(self, in_before: int) -> int:
        """A position in `before` as one in the sentence."""
        return max(0, self.lead - REACH) + in_before


Fits = Callable[[Context, re.Match[str]], bool]


@dataclass(frozen=True, slots=True)
class Frame:
    """A way of introducing oneself: what stands before the name, and whether the name and what follows go with it."""

    before: re.Pattern[str]
    fits: Fits


def introductions(context: Context, frames: Sequence[Frame]) -> Iterator[int]:
    """Where in the sentence the frames begin that hold this name."""
    before = context.before
    for frame in frames:
        found = frame.before.search(before)
        if found and frame.fits(context, found):
            yield context.position(found.start())


def uninterrupted(context: Context, found: re.Match[str]) -> bool:
    """Whether no other name stands between the beginning of the frame and the name."""
    return context.position(found.start()) >= context.since
