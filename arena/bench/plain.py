"""A session's results as JSON values, without the texts of prompts and answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from arena.bench.outcome import Bench, Outcome
from arena.bench.published import PUBLISHED
from arena.bench.sample import Sample


def plain(bench: Bench) -> dict[str, Any]:
    """Everything that was measured, and the published figures that ours stand beside."""
    return {
        "at": bench.at,
        "machine": asdict(bench.machine),
        "settings": dict(bench.settings),
        "outcomes": [_outcome(outcome) for outcome in bench.outcomes],
        "published": [
            {
                "what": row.what,
                "unit": row.unit,
                "llama-3-8b-instruct": row.llama,
                "r1-distill-qwen-1.5b": row.r1,
                "source": row.source,
                "hardware": row.hardware,
                "batch": row.batch,
                "ours": {o.figures.contestant: row.ours(o) for o in bench.outcomes if fits(row.batch, o)},
            }
            for row in PUBLISHED
        ],
    }


def fits(batch: int, outcome: Outcome) -> bool:
    """Whether an outcome is of the concurrency that a published figure is of."""
    return outcome.figures.concurrency == batch


def _outcome(outcome: Outcome) -> dict[str, Any]:
    figures = asdict(outcome.figures) | {"output_tokens": outcome.figures.output_tokens}
    cadence = outcome.figures.cadence
    if cadence is not None:
        figures["cadence"]["typing"] = cadence.typing
    return {
        "figures": figures,
        "memory": asdict(outcome.footprint),
        "engine": asdict(outcome.engine) if outcome.engine else None,
        "cost": asdict(outcome.cost) if outcome.cost else None,
        "load_s": outcome.load_s,
        "new_session_ms": outcome.new_session_ms,
        "samples": [_sample(sample) for sample in outcome.samples],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "ttft_ms": _ms(sample.ttft_s),
        "ttfat_ms": _ms(sample.ttfat_s),
        "tpot_ms": _ms(sample.tpot_s),
        "e2el_ms": _ms(sample.e2el_s),
        "prompt_tokens": sample.prompt_tokens,
        "output_tokens": sample.output_tokens,
        "thinking_tokens": sample.thinking_tokens,
        "requests": sample.requests,
        "finish_reason": sample.finish_reason,
        "error": sample.error.value if sample.error else None,
        "engine": sample.engine,
    }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
