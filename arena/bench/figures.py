"""Samples reduced to the figures that the field publishes. Percentiles are numpy's linear ones, as in vLLM's own bench.

Failed requests are counted apart and enter no time and no throughput. A request without an answer (all tokens spent on
thinking, or nothing said) has true times, so it stays in, and is counted beside them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from arena.bench.load import Load
from arena.bench.sample import Sample

PAUSE_S = 0.5
"""A reader takes a longer wait for a pause."""
TYPING_CHARS = 12.0
TYPING_PAUSES = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Mean and percentiles of `n` values, in milliseconds."""

    mean: float
    p50: float
    p95: float
    p99: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How the answer appears: gap between chunks that a reader sees, characters in each, share of time in pauses.

    `typing`: small pieces and hardly a pause over 0.5 s; otherwise it comes in blocks.
    """

    gap_ms: Spread
    chars_per_chunk: float
    paused_share: float

    @property
    def typing(self) -> bool:
        """Whether it reads like typing rather than blocks."""
        return self.chars_per_chunk <= TYPING_CHARS and self.paused_share <= TYPING_PAUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One contestant at one concurrency. Times in milliseconds, tokens and requests a second over the whole run."""

    contestant: str
    concurrency: int
    requests: int
    completed: int
    duration_s: float
    ttft: Spread | None
    ttfat: Spread | None
    itl: Spread | None
    tpot: Spread | None
    e2el: Spread | None
    cadence: Cadence | None
    requests_per_s: float
    output_tokens_per_s: float
    total_tokens_per_s: float
    prompt_tokens: int
    thinking_tokens: int
    answer_tokens: int
    asked: int
    no_answer: int
    cut: int
    errors: Mapping[str, int]

    @property
    def output_tokens(self) -> int:
        """Thinking and answers together."""
        return self.thinking_tokens + self.answer_tokens


def figures_of(load: Load) -> Figures:
    """The figures of one run."""
    done = [s for s in load.samples if s.error is None and s.stamps]
    output, prompt = sum(s.output_tokens for s in done), sum(s.prompt_tokens or 0 for s in done)
    thinking = sum(s.thinking_tokens for s in done)
    return Figures(
        contestant=load.contestant.name,
        concurrency=load.concurrency,
        requests=len(load.samples),
        completed=len(done),
        duration_s=load.duration_s,
        ttft=spread(s.ttft_s for s in done),
        ttfat=spread(s.ttfat_s for s in done),
        itl=spread(gap for s in done for gap in s.gaps_s),
        tpot=spread(s.tpot_s for s in done),
        e2el=spread(s.e2el_s for s in done),
        cadence=cadence_of(done),
        requests_per_s=_rate(len(done), load.duration_s),
        output_tokens_per_s=_rate(output, load.duration_s),
        total_tokens_per_s=_rate(prompt + output, load.duration_s),
        prompt_tokens=prompt,
        thinking_tokens=thinking,
        answer_tokens=output - thinking,
        asked=sum(s.requests for s in load.samples),
        no_answer=sum(not s.answer.strip() for s in done),
        cut=sum(s.cut for s in done),
        errors=dict(Counter(_failure(s) for s in load.samples if s.error is not None or not s.stamps)),
    )


def spread(seconds: Iterable[float | None]) -> Spread | None:
    """Mean and percentiles in milliseconds of the values that are there; None without any."""
    values = np.array([s for s in seconds if s is not None], np.float64) * 1000
    if not values.size:
        return None
    p50, p95, p99 = (float(p) for p in np.percentile(values, (50, 95, 99)))
    return Spread(mean=float(values.mean()), p50=p50, p95=p95, p99=p99, n=int(values.size))


def cadence_of(samples: Sequence[Sample]) -> Cadence | None:
    """How the answers appeared; None when none came in more than one piece."""
    gaps = np.array([b.at - a.at for s in samples for a, b in zip(s.shown, s.shown[1:], strict=False)])
    gap_ms = spread(gaps.tolist())
    if gap_ms is None:
        return None
    chars = [piece.chars for s in samples for piece in s.shown]
    total = float(gaps.sum())
    return Cadence(
        gap_ms=gap_ms,
        chars_per_chunk=float(np.mean(chars)),
        paused_share=float(gaps[gaps > PAUSE_S].sum()) / total if total else 0.0,
    )


def _failure(sample: Sample) -> str:
    return sample.error.value if sample.error else "empty"


def _rate(count: int, duration_s: float) -> float:
    return count / duration_s if duration_s > 0 else 0.0
