"""One side's answer as it is read from a model server: thinking set apart, timings measured, failures made events.

A reader never raises: how the attempt ended is in `end`. Whoever runs it cancels its task to stop the server's work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from arena.chat.pacing import Progress
from arena.chat.prompts import LeadingTrim
from arena.chat.reasoning import ThinkingSplitter
from arena.errors import ChatError
from arena.models import AnswerState, Contestant, ErrorKind, Measured, Message, Side
from arena.ports import ChatClient, Chunk, Clock

RETRY_PAUSE_S = 0.25
LONGEST_RETRY_PAUSE_S = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is asked: one attempt of one side at one turn."""

    answer_id: str
    side: Side
    number: int
    contestant: Contestant
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEnd:
    """How an attempt ended on the model's side."""

    state: AnswerState
    finish_reason: str = ""
    error_kind: ErrorKind | None = None


@dataclass(slots=True)
class Stamps:
    """True times of an attempt, in seconds of the clock's monotonic time."""

    asked: float
    first_token: float | None = None
    first_text: float | None = None
    last: float | None = None
    gaps: list[float] = field(default_factory=list)
    chunks: int = 0

    def token(self, now: float) -> None:
        """Note a chunk that carried text or thinking."""
        if self.first_token is None:
            self.first_token = now
        elif self.last is not None:
            self.gaps.append(now - self.last)
        self.last = now
        self.chunks += 1


class AnswerReader:
    """Reads one attempt; `text` and `thinking` grow while `run` runs.

    Args:
        changed: called after every change; True when a reader should hear of it at once (first text, end).
    """

    def __init__(self, attempt: Attempt, client: ChatClient, clock: Clock, changed: Callable[[bool], None]) -> None:
        self.attempt = attempt
        self.text = ""
        self.thinking = ""
        self.end: AnswerEnd | None = None
        self._client = client
        self._clock = clock
        self._changed = changed
        self._stamps = Stamps(asked=clock.monotonic())
        self._ended_at: float | None = None
        self._usage: Chunk = Chunk()
        self._requests = 0
        self._extra_requests = 0
        self._finish_reason = ""
        self._fresh()

    async def run(self) -> None:
        """Read to the end. A failure before the first text is tried again once."""
        while self.end is None:
            self._requests += 1
            try:
                await self._read()
                self._finish(AnswerEnd(state=AnswerState.COMPLETE, finish_reason=self._finish_reason))
            except ChatError as error:
                await self._after(error)
            except Exception:
                log.exception("answer_reader_failed", contestant=self.attempt.contestant.name)
                self._finish(AnswerEnd(state=AnswerState.FAILED, error_kind=ErrorKind.INTERNAL))

    @property
    def progress(self) -> Progress:
        """What the pacer needs to know."""
        return Progress(received=len(self.text), began=self._stamps.first_text, ended=self._ended_at)

    @property
    def measured(self) -> Measured:
        """True timings and counts so far."""
        stamps, gaps = self._stamps, sorted(self._stamps.gaps)
        return Measured(
            ttft_ms=_ms(stamps.asked, stamps.first_token),
            ttfat_ms=_ms(stamps.asked, stamps.first_text),
            duration_ms=_ms(stamps.asked, self._ended_at),
            chunks=stamps.chunks,
            gap_p50_ms=_quantile_ms(gaps, 0.5),
            gap_p95_ms=_quantile_ms(gaps, 0.95),
            gap_max_ms=gaps[-1] * 1000 if gaps else None,
            prompt_tokens=self._usage.prompt_tokens,
            completion_tokens=self._usage.completion_tokens,
            thinking_chars=len(self.thinking),
            engine=self._usage.engine,
            requests=self._requests + self._extra_requests,
        )

    def _fresh(self) -> None:
        self._splitter = ThinkingSplitter(thinks=self.attempt.contestant.thinks)
        self._trim = LeadingTrim(self.attempt.contestant.prompt.trim_leading)
        self._samples = 1
        self.thinking = ""

    async def _read(self) -> None:
        async with aclosing(self._client.stream(self.attempt.contestant, self.attempt.messages)) as chunks:
            async for chunk in chunks:
                self._take(chunk)
        rest = self._splitter.finish()
        self._add(rest.thinking, rest.answer)
        if not self.text.strip():
            kind = ErrorKind.THINKING_ONLY if self.thinking.strip() else ErrorKind.EMPTY
            raise ChatError(kind, f"finish_reason={self._finish_reason!r}")

    def _take(self, chunk: Chunk) -> None:
        if chunk.text or chunk.thinking:
            self._stamps.token(self._clock.monotonic())
        # No database takes a NUL in a text, and no reader misses it.
        split = self._splitter.feed(chunk.text.replace("\0", ""), chunk.thinking.replace("\0", ""))
        self._add(split.thinking, split.answer)
        self._finish_reason = chunk.finish_reason or self._finish_reason
        if chunk.requests > self._samples:
            self._extra_requests += chunk.requests - self._samples
            self._samples = chunk.requests
        if chunk.prompt_tokens is not None or chunk.completion_tokens is not None:
            self._usage = chunk
        elif chunk.engine and not self._usage.engine:
            self._usage = Chunk(engine=chunk.engine)

    def _add(self, thinking: str, answer: str) -> None:
        self.thinking += thinking
        answer = self._trim.feed(answer)
        if not answer:
            return
        first = self._stamps.first_text is None
        if first:
            self._stamps.first_text = self._clock.monotonic()
        self.text += answer
        self._changed(first)

    async def _after(self, error: ChatError) -> None:
        log.warning(
            "answer_failed",
            contestant=self.attempt.contestant.name,
            kind=error.kind.value,
            detail=error.detail,
            request=self._requests,
            shown_chars=len(self.text),
        )
        # Thinking that used up all tokens would do so again, at full price.
        if self.text or self._requests > 1 or error.kind is ErrorKind.THINKING_ONLY:
            self._finish(AnswerEnd(state=AnswerState.FAILED, error_kind=error.kind))
            return
        await asyncio.sleep(min(error.retry_after_s or RETRY_PAUSE_S, LONGEST_RETRY_PAUSE_S))
        self._fresh()

    def _finish(self, end: AnswerEnd) -> None:
        self._ended_at = self._clock.monotonic()
        self.end = end
        self._changed(True)


def _ms(start: float, at: float | None) -> float | None:
    return None if at is None else (at - start) * 1000


def _quantile_ms(ordered: Sequence[float], q: float) -> float | None:
    """Linear interpolation between order statistics, as numpy's default."""
    if not ordered:
        return None
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return (ordered[low] + (ordered[high] - ordered[low]) * (at - low)) * 1000
