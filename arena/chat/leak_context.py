"""A name in its sentence: what the ways of introducing oneself are compared with."""

from __future__ import annotations

from dataclasses import dataclass

from arena.chat.leak_names import Kind

REACH = 220
"""Characters looked at on each side of a name."""

_OPENING = " \t\"'“‘「『«`(（【["
_CLOSING = '"”’」』»`)）】]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """A name from `start` to `end` of a sentence.

    `since` is where the name before it ended, or 0; `lead` is where its maker's name begins when that stands before it
    ("OpenAI's ChatGPT"), otherwise `start`; `previous` is the sentence before.
    """

    sentence: str
    previous: str
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
