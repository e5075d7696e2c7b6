"""How much of each side may be shown at a moment. Pure: time comes in as seconds.

Matched pacing hides which model is fast. Nothing is shown before every side has answer text (or has ended without
any). Then one cursor, in characters, moves over all sides at once: at most at the wanted rate, and never faster than
the slowest side writes, so that both sides grow by the same characters in the same events. When the first side has
been shown to its end the rate is frozen: speeding up then would say that the other one is the fast one.

Fixed pacing is a study's, where one contestant answers at a time: the protocol says the delay and the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

SETTLE_S = 0.6
"""How long every side is watched before the cursor starts, to know the slower one's rate."""
HEADROOM = 0.9
"""Share of the slowest side's rate at which the cursor moves, so that it rarely has to wait for text."""
SLOWEST_CPS = 2.0
"""A floor for the rate; below it a reader would think that the page has stopped."""


class Progress(NamedTuple):
    """One side's text as received: characters so far, when it began and ended (seconds, None: not yet).

    A tuple, because one is made for every side at every tick.
    """

    received: int
    began: float | None
    ended: float | None

    def rate(self, now: float) -> float:
        """Characters a second since the first text; infinite for text that came all at once."""
        if self.began is None:
            return float("inf")
        span = (now if self.ended is None else self.ended) - self.began
        return self.received / span if span > 0 else float("inf")

    def settled(self, now: float) -> bool:
        """Whether the side has ended, or has been writing for long enough to know its rate."""
        return self.ended is not None or (self.began is not None and now - self.began >= SETTLE_S)


class Pacer(Protocol):
    """Decides how many characters of each side may be shown."""

    @property
    def cps(self) -> float | None:
        """The common rate in characters a second; None where there is none."""
        ...

    def advance(self, now: float, sides: Sequence[Progress]) -> list[int]:
        """Characters of each side that may be shown at `now`; never less than before."""
        ...


class NaturalPacer:
    """Each side as it comes."""

    cps: float | None = None

    def advance(self, now: float, sides: Sequence[Progress]) -> list[int]:  # noqa: ARG002 - the port's shape
        """Everything that was received."""
        return [side.received for side in sides]


class MatchedPacer:
    """One cursor over all sides.

    Args:
        max_cps: the wanted rate, characters a second.
        fixed_cps: the rate of an earlier turn's attempt that a retried side has to keep; None to find it.
    """

    def __init__(self, max_cps: float, fixed_cps: float | None = None) -> None:
        self._max_cps = max_cps
        self._frozen = fixed_cps is not None
        self._cps = fixed_cps
        self._cursor = 0.0
        self._last: float | None = None

    @property
    def cps(self) -> float | None:
        """The rate now; None before the cursor has started."""
        return self._cps if self._last is not None else None

    def advance(self, now: float, sides: Sequence[Progress]) -> list[int]:
        """Move the cursor; a side never shows more than it has received."""
        if self._last is None:
            if not all(side.settled(now) for side in sides):
                return [0] * len(sides)
            self._last = now
        self._find_rate(now, sides)
        self._cursor = min(self._cursor + (self._cps or 0.0) * (now - self._last), self._limit(sides))
        self._last = now
        return [min(int(self._cursor), side.received) for side in sides]

    def _find_rate(self, now: float, sides: Sequence[Progress]) -> None:
        if self._frozen:
            return
        slowest = min(side.rate(now) for side in sides)
        self._cps = max(SLOWEST_CPS, min(self._max_cps, HEADROOM * slowest))
        # A side without any text does not freeze the rate: it has shown nothing to compare with.
        self._frozen = any(side.ended is not None and 0 < side.received <= self._cursor for side in sides)

    @staticmethod
    def _limit(sides: Sequence[Progress]) -> float:
        writing = [side.received for side in sides if side.ended is None]
        return float(min(writing) if writing else max(side.received for side in sides))


class FixedPacer:
    """The same delay to the first text and the same rate whatever the model does, as far as its text is there.

    The cursor begins when the delay is over and there is text, and never jumps: what a slow model has held back is
    shown at the rate, too.

    Args:
        first_text_s: seconds from the question to the first text.
        cps: characters a second.
    """

    def __init__(self, first_text_s: float, cps: float) -> None:
        self._first_text_s = first_text_s
        self._cps = cps
        self._asked: float | None = None
        self._last: float | None = None
        self._cursor = 0.0

    @property
    def cps(self) -> float | None:
        """The rate, which is known from the beginning."""
        return self._cps

    def advance(self, now: float, sides: Sequence[Progress]) -> list[int]:
        """Move the cursor by the time since the last call."""
        self._asked = now if self._asked is None else self._asked
        received = max((side.received for side in sides), default=0)
        if now - self._asked < self._first_text_s or not received:
            return [0] * len(sides)
        elapsed = 0.0 if self._last is None else now - self._last
        self._cursor = min(max(1.0, self._cursor + self._cps * elapsed), float(received))
        self._last = now
        return [min(int(self._cursor), side.received) for side in sides]
