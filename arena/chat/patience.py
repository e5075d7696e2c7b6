"""How long to wait for a model server, and for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from arena.errors import ChatError
from arena.models import ErrorKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatTimeouts:
    """How long to wait, in seconds.

    `connect_s` for a connection, `first_token_s` from the request to the first token, `idle_s` between tokens,
    `tail_s` after the finish reason for the usage and the end of the stream, `answer_s` for a whole answer, `probe_s`
    for the list of models.
    """

    connect_s: float = 5.0
    first_token_s: float = 120.0
    idle_s: float = 30.0
    tail_s: float = 2.0
    answer_s: float = 600.0
    probe_s: float = 3.0


class Patience:
    """When to give up on one answer, and as what; begins when it is made.

    Args:
        timeouts: how long to wait for what.
        now: seconds that never jump, in whose time `deadline` is.
    """

    def __init__(self, timeouts: ChatTimeouts, now: Callable[[], float]) -> None:
        self._timeouts = timeouts
        self._now = now
        self._tokens = 0
        self._end = now() + timeouts.answer_s
        self.deadline = min(now() + timeouts.first_token_s, self._end)

    def note(self, *, tokens: int, finished: bool) -> None:
        """Wait anew if more tokens have come by now than before; comments and empty events are no tokens."""
        if finished:
            self.deadline = min(self._now() + self._timeouts.tail_s, self._end)
        elif tokens > self._tokens:
            self._tokens = tokens
            self.deadline = min(self._now() + self._timeouts.idle_s, self._end)

    def lost(self) -> ChatError:
        """The error for a deadline that has passed."""
        if self.deadline >= self._end:
            return ChatError(ErrorKind.STALLED, f"no end within {self._timeouts.answer_s} s")
        if self._tokens:
            return ChatError(ErrorKind.STALLED, f"no token for {self._timeouts.idle_s} s")
        return ChatError(ErrorKind.NO_FIRST_TOKEN, f"no token within {self._timeouts.first_token_s} s")
