"""What one request gave: times by vLLM's definitions, and the time to the first token of the answer beside them.

TTFT: request out to the first chunk with text or thinking. TTFAT: to the first chunk that shows text of the answer.
ITL: gaps between such chunks. E2EL: to the last such chunk. TPOT: (E2EL - TTFT) / (output tokens - 1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from arena.chat.prompts import LeadingTrim
from arena.chat.reasoning import CLOSE, ThinkingSplitter
from arena.errors import ChatError
from arena.models import Contestant, ErrorKind
from arena.ports import Chunk

_BLANK_LEAD = re.compile(r"\A[^\S\n]*\n")


class Arrival(NamedTuple):
    """A chunk and when it came, in seconds of the clock's monotonic time."""

    at: float
    chunk: Chunk


class Shown(NamedTuple):
    """A piece of the answer as a reader would have seen it: when, and how many characters."""

    at: float
    chars: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One request. Times are seconds of one monotonic clock; `opened` is the first event, be it without text.

    `answer` and `thinking` are complete; `answer` has its leading blank lines only if the contestant keeps them.
    """

    prompt: str
    sent: float
    opened: float | None
    stamps: tuple[float, ...]
    shown: tuple[Shown, ...]
    thinking_chunks: int
    answer: str
    thinking: str
    blank_lead: bool
    finish_reason: str
    prompt_tokens: int | None
    completion_tokens: int | None
    requests: int
    engine: str
    error: ErrorKind | None = None
    detail: str = ""

    @property
    def ttft_s(self) -> float | None:
        """Time to the first token of any kind."""
        return self.stamps[0] - self.sent if self.stamps else None

    @property
    def ttfat_s(self) -> float | None:
        """Time to the first token of the answer."""
        return self.shown[0].at - self.sent if self.shown else None

    @property
    def e2el_s(self) -> float | None:
        """Time to the last token."""
        return self.stamps[-1] - self.sent if self.stamps else None

    @property
    def gaps_s(self) -> tuple[float, ...]:
        """Time between chunks."""
        return tuple(b - a for a, b in zip(self.stamps, self.stamps[1:], strict=False))

    @property
    def output_tokens(self) -> int:
        """As the server counted them; where it does not, the chunks."""
        return len(self.stamps) if self.completion_tokens is None else self.completion_tokens

    @property
    def thinking_tokens(self) -> int:
        """The output tokens shared out by chunks: servers report none for models that think in their text."""
        return round(self.output_tokens * self.thinking_chunks / len(self.stamps)) if self.stamps else 0

    @property
    def tpot_s(self) -> float | None:
        """Time per output token after the first; None for an answer in one piece, which has no such time."""
        if self.output_tokens < 2 or len(self.stamps) < 2:
            return None
        return (self.stamps[-1] - self.stamps[0]) / (self.output_tokens - 1)

    @property
    def cut(self) -> bool:
        """Whether the limit of tokens ended it."""
        return self.finish_reason == "length"


def sample_of(
    contestant: Contestant, prompt: str, sent: float, arrivals: Sequence[Arrival], failure: ChatError | None
) -> Sample:
    """A sample from what came; the work that does not have to happen while others are timed."""
    words = _Words(contestant)
    for arrival in arrivals:
        words.take(arrival)
    words.end()
    last = _merged([a.chunk for a in arrivals])
    return Sample(
        prompt=prompt,
        sent=sent,
        opened=arrivals[0].at if arrivals else None,
        stamps=tuple(a.at for a in arrivals if a.chunk.text or a.chunk.thinking),
        shown=tuple(words.shown),
        thinking_chunks=words.thinking_chunks,
        answer="".join(words.answer),
        thinking="".join(words.thinking),
        blank_lead=bool(_BLANK_LEAD.match("".join(a.chunk.text for a in arrivals).rpartition(CLOSE)[2])),
        finish_reason=last.finish_reason,
        prompt_tokens=last.prompt_tokens,
        completion_tokens=last.completion_tokens,
        requests=last.requests,
        engine=last.engine,
        error=failure.kind if failure else None,
        detail=failure.detail if failure else "",
    )


class _Words:
    """Thinking and answer as the arena would take them apart."""

    def __init__(self, contestant: Contestant) -> None:
        self.shown: list[Shown] = []
        self.answer: list[str] = []
        self.thinking: list[str] = []
        self.thinking_chunks = 0
        self._splitter = ThinkingSplitter(thinks=contestant.thinks)
        self._trim = LeadingTrim(contestant.prompt.trim_leading)
        self._last = 0.0

    def take(self, arrival: Arrival) -> None:
        """One chunk."""
        self._last = arrival.at
        split = self._splitter.feed(arrival.chunk.text, arrival.chunk.thinking)
        self._add(split.thinking, split.answer)
        self.thinking_chunks += (
            bool(arrival.chunk.thinking or arrival.chunk.text) and not split.answer and not self.shown
        )

    def end(self) -> None:
        """What the splitter held back."""
        rest = self._splitter.finish()
        self._add(rest.thinking, rest.answer)

    def _add(self, thinking: str, answer: str) -> None:
        self.thinking.append(thinking)
        answer = self._trim.feed(answer)
        self.answer.append(answer)
        if answer:
            self.shown.append(Shown(self._last, len(answer)))


def _merged(chunks: Sequence[Chunk]) -> Chunk:
    """The last word of a stream on everything that is no text."""
    usage = [c for c in chunks if c.prompt_tokens is not None or c.completion_tokens is not None]
    return Chunk(
        finish_reason=next((c.finish_reason for c in reversed(chunks) if c.finish_reason), ""),
        prompt_tokens=usage[-1].prompt_tokens if usage else None,
        completion_tokens=usage[-1].completion_tokens if usage else None,
        requests=max((c.requests for c in chunks), default=1),
        engine=next((c.engine for c in reversed(chunks) if c.engine), ""),
    )
