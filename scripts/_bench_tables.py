"""The benchmark's results as tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from arena.bench.figures import Spread
from arena.bench.outcome import Bench, Outcome
from arena.bench.plain import fits
from arena.bench.published import PUBLISHED

TIMES = (
    ("ttft", "TTFT, first token"),
    ("ttfat", "TTFAT, first of the answer"),
    ("itl", "ITL, between chunks"),
    ("tpot", "TPOT, per output token"),
    ("e2el", "E2EL, whole answer"),
)


def show(bench: Bench, console: Console) -> None:
    """All tables."""
    console.print(f"{bench.machine.line} · {bench.at}\n", highlight=False)
    for outcome in bench.outcomes:
        console.print(times(outcome))
        for line in remarks(outcome):
            console.print(f"  {line}", highlight=False)
        console.print()
    console.print(beside_published(bench))


def times(outcome: Outcome) -> Table:
    """The five times of one outcome."""
    found = outcome.figures
    title = f"{found.contestant} · {found.concurrency} at a time · {found.completed} of {found.requests} answered"
    table = _table(title, ("ms", "mean", "p50", "p95", "p99", "n"))
    for name, words in TIMES:
        table.add_row(words, *_cells(getattr(found, name)))
    if found.cadence is not None:
        table.add_row("between visible pieces", *_cells(found.cadence.gap_ms))
    return table


def remarks(outcome: Outcome) -> list[str]:
    """The rest of one outcome, a sentence each."""
    found, lines = outcome.figures, []
    lines.append(
        f"{found.output_tokens_per_s:.1f} output tokens/s, {found.total_tokens_per_s:.1f} with prompts, "
        f"{found.requests_per_s:.2f} requests/s in {found.duration_s:.1f} s"
    )
    lines.append(
        f"tokens: {found.prompt_tokens} in prompts, {found.thinking_tokens} thinking, {found.answer_tokens} answers"
    )
    if found.cadence is not None:
        kind = "typing" if found.cadence.typing else "blocks"
        lines.append(
            f"cadence: {kind}; {found.cadence.chars_per_chunk:.1f} characters a piece, "
            f"{found.cadence.paused_share:.0%} of the time in pauses over 0.5 s"
        )
    lines += _counts(outcome) + _server(outcome)
    return lines


def _counts(outcome: Outcome) -> list[str]:
    found, lines = outcome.figures, []
    if found.errors:
        lines.append("errors: " + ", ".join(f"{kind} {n}" for kind, n in sorted(found.errors.items())))
    if found.no_answer or found.cut:
        lines.append(f"{found.no_answer} without an answer, {found.cut} cut by the limit of tokens")
    if found.asked != found.requests:
        lines.append(f"{found.asked} requests were sent for them (samples)")
    if outcome.cost is not None:
        lines.append(
            f"cost by {outcome.cost.basis.value}: {outcome.cost.per_million_tokens:.4g} per million output tokens, "
            f"{outcome.cost.per_answer:.3g} per answer"
        )
    return lines


def _server(outcome: Outcome) -> list[str]:
    memory, engine, lines = outcome.footprint, outcome.engine, []
    if memory.rss_mib_peak is not None:
        lines.append(f"memory of the server's processes: {memory.rss_mib_peak:.0f} MiB at most")
    if memory.gpu_mib_peak is not None:
        watts = f", {memory.gpu_watts_mean:.0f} W" if memory.gpu_watts_mean is not None else ""
        lines.append(
            f"GPU {memory.gpu}: {memory.gpu_mib_peak:.0f} MiB at most{watts}; vLLM sets memory aside at start, "
            "so this is its flag rather than the model's need"
        )
    if outcome.load_s is not None:
        lines.append(f"start and load: {outcome.load_s:.1f} s")
    if outcome.new_session_ms is not None:
        lines.append(f"new session, first token: {outcome.new_session_ms:.0f} ms")
    if engine is not None:
        lines.append(
            f"vLLM says: running {_n(engine.running_max)}, waiting {_n(engine.waiting_max)} at most; "
            f"queue {_n(engine.queue_ms_mean)} ms on average; KV cache {_percent(engine.cache_use_max)}, "
            f"prefix hits {_percent(engine.prefix_hit_rate)}; preempted {_n(engine.preemptions)}"
        )
    return lines


def beside_published(bench: Bench) -> Table:
    """The published figures with ours."""
    ours = list(dict.fromkeys(o.figures.contestant for o in bench.outcomes))
    heads = ("published", "Llama-3-8B", "R1-Distill-1.5B", "hardware", *ours)
    table = _table(f"Beside published figures; ours on {bench.machine.line}", heads)
    for row in PUBLISHED:
        found = {o.figures.contestant: row.ours(o) for o in bench.outcomes if fits(row.batch, o)}
        mine = [_value(found.get(name)) for name in ours]
        table.add_row(f"{row.what}, {row.unit}", _value(row.llama), _value(row.r1), row.hardware, *mine)
    return table


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column(heads[0], overflow="fold")
    for head in heads[1:]:
        table.add_column(head, justify="right", overflow="fold")
    return table


def _cells(found: Spread | None) -> list[str]:
    if found is None:
        return ["–"] * 5
    return [*(f"{value:.1f}" for value in (found.mean, found.p50, found.p95, found.p99)), str(found.n)]


def _value(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"


def _n(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
