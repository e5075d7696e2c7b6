"""Figures that others have published for the motivating pair, as data with their sources, to set beside measured ones.

The articles give no prompts, no raw data and no intervals: their figures stand beside ours and are not reproduced. Two
of them give 720 and 120 ms for one model on one card. "GB" is theirs; ours are divided by 2^30.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from arena.bench.outcome import Outcome

STUDY = "deployment article (vLLM, INT4)"
TUNING = "inference article"
ENGLISH = "comparison with GPT-3.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published figure for Llama-3-8B-Instruct and DeepSeek-R1-Distill-Qwen-1.5B; None: not given.

    `batch`: the concurrency at which ours is set beside it. `ours` gives our value in the same unit.
    """

    what: str
    unit: str
    llama: float | None
    r1: float | None
    source: str
    hardware: str
    ours: Callable[[Outcome], float | None]
    batch: int = 1


def _ttft_mean(outcome: Outcome) -> float | None:
    return outcome.figures.ttft.mean if outcome.figures.ttft else None


def _ttft_p99(outcome: Outcome) -> float | None:
    return outcome.figures.ttft.p99 if outcome.figures.ttft else None


def _total_s(outcome: Outcome) -> float | None:
    return outcome.figures.e2el.mean / 1000 if outcome.figures.e2el else None


def _gap_s(outcome: Outcome) -> float | None:
    return outcome.figures.cadence.gap_ms.mean / 1000 if outcome.figures.cadence else None


def _memory_gib(outcome: Outcome) -> float | None:
    mib = outcome.footprint.gpu_mib_peak or outcome.footprint.rss_mib_peak
    return mib / 1024 if mib else None


def _per_million(outcome: Outcome) -> float | None:
    return outcome.cost.per_million_tokens if outcome.cost else None


def _throughput(outcome: Outcome) -> float | None:
    return outcome.figures.output_tokens_per_s


def _new_session_s(outcome: Outcome) -> float | None:
    return outcome.new_session_ms / 1000 if outcome.new_session_ms is not None else None


def _row(
    what: str,
    unit: str,
    pair: tuple[float | None, float | None],
    origin: tuple[str, str],
    ours: Callable[[Outcome], float | None],
    batch: int = 1,
) -> Published:
    llama, r1 = pair
    source, hardware = origin
    return Published(what=what, unit=unit, llama=llama, r1=r1, source=source, hardware=hardware, ours=ours, batch=batch)


_3060, _T4, _GPT = (STUDY, "RTX 3060"), (TUNING, "T4"), (ENGLISH, "RTX 3060")

PUBLISHED = (
    _row("first token, mean", "ms", (720, 380), _3060, _ttft_mean),
    _row("first token, mean", "ms", (118, 76), _T4, _ttft_mean),
    _row("first token, P99", "ms", (167, 103), _T4, _ttft_p99),
    _row("first token", "ms", (120, None), _GPT, _ttft_mean),
    _row("whole answer", "s", (1.8, None), _GPT, _total_s),
    _row("output, batch of 4", "tokens/s", (145, None), _GPT, _throughput, 4),
    _row("gap between pieces", "s", (0.8, 0.12), _3060, _gap_s),
    _row("load", "s", (92, 28), _3060, lambda outcome: outcome.load_s),
    _row("new session", "s", (2.1, 0.8), _3060, _new_session_s),
    _row("memory", "GB", (9.8, 3.2), _3060, _memory_gib),
    _row("memory", "GB", (14.8, 9.2), _T4, _memory_gib),
    _row("memory", "GB", (4.2, None), _GPT, _memory_gib),
    _row("electricity per million tokens", "$", (0.03, None), _GPT, _per_million),
)
