"""Queue and cache figures out of the `/metrics` page of vLLM (Prometheus' text format); no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SAMPLE = re.compile(r"(?P<name>[A-Za-z_:][\w:]*)(?:\{.*\})?\s+(?P<value>\S+)")
RUNNING, WAITING = "vllm:num_requests_running", "vllm:num_requests_waiting"
CACHE_USE = "vllm:kv_cache_usage_perc"
HITS, QUERIES = "vllm:prefix_cache_hits_total", "vllm:prefix_cache_queries_total"
QUEUED_S, QUEUED_N = "vllm:request_queue_time_seconds_sum", "vllm:request_queue_time_seconds_count"
PREEMPTIONS = "vllm:num_preemptions_total"
NAMES = frozenset({RUNNING, WAITING, CACHE_USE, HITS, QUERIES, QUEUED_S, QUEUED_N, PREEMPTIONS})

Reading = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFigures:
    """What a vLLM server said of itself over a run; None where it said nothing.

    Maxima are of what was seen at the readings. `cache_use_max`: share of the KV cache's blocks in use.
    """

    readings: int
    running_max: float | None
    waiting_max: float | None
    cache_use_max: float | None
    prefix_hit_rate: float | None
    queue_ms_mean: float | None
    preemptions: float | None


def read_metrics(page: str) -> dict[str, float]:
    """The metrics that we use, summed over a page's engines; empty for a page of another kind of server."""
    found: dict[str, float] = {}
    for line in page.splitlines():
        sample = _SAMPLE.match(line)
        if sample is None or sample["name"] not in NAMES:
            continue
        try:
            found[sample["name"]] = found.get(sample["name"], 0.0) + float(sample["value"])
        except ValueError:
            continue  # not a number: a line of some other format, which says nothing about this server
    return found


def engine_figures(readings: Sequence[Reading]) -> EngineFigures | None:
    """The figures of a run from readings before, during and after it; None when the server has no such page."""
    known = [reading for reading in readings if reading]
    if not known:
        return None
    queries, queued = _grown(known, QUERIES), _grown(known, QUEUED_N)
    waited_s, hits = _grown(known, QUEUED_S), _grown(known, HITS)
    return EngineFigures(
        readings=len(known),
        running_max=_most(known, RUNNING),
        waiting_max=_most(known, WAITING),
        cache_use_max=_most(known, CACHE_USE),
        prefix_hit_rate=hits / queries if queries and hits is not None else None,
        queue_ms_mean=waited_s / queued * 1000 if queued and waited_s is not None else None,
        preemptions=_grown(known, PREEMPTIONS),
    )


def _most(readings: Sequence[Reading], name: str) -> float | None:
    return max((reading[name] for reading in readings if name in reading), default=None)


def _grown(readings: Sequence[Reading], name: str) -> float | None:
    """How much a counter grew from the first reading to the last."""
    first, last = readings[0].get(name), readings[-1].get(name)
    return None if first is None or last is None else last - first
