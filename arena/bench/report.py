"""A session's results as one self-contained HTML page, in Chinese or English."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from arena.analysis.plots import Curves, draw_curves
from arena.analysis.report import STYLE
from arena.bench.figures import Spread
from arena.bench.outcome import Bench, Outcome
from arena.bench.plain import fits
from arena.bench.published import PUBLISHED
from arena.bench.report_text import TEXTS, ReportLanguage
from arena.bench.sample import Sample

HEADS = ".named th{white-space:normal;vertical-align:bottom}"
"""So that tables of ten columns fit the page."""

Words = Mapping[str, str]
Cells = Iterable[object]


def render(bench: Bench, language: ReportLanguage = ReportLanguage.EN) -> str:
    """The page."""
    words = TEXTS[language]
    title = html.escape(words["title"])
    body = [
        f"<h1>{title}</h1>",
        _note(words["where"].format(at=bench.at, machine=bench.machine.line)),
        *_section(words, "times", "columns", _times(bench, words)),
        *_figure(words["ecdf"], ecdf_of(bench, words)),
        *_section(words, "work", "work_columns", map(_work, bench.outcomes)),
        *_section(words, "cadence", "cadence_columns", _cadences(bench, words)),
        *_figure(words["growth"], growth_of(bench, words)),
        *_section(words, "machine", "machine_columns", map(_machine, bench.outcomes)),
        _note(words["gpu_note"]),
        *_section(words, "engine", "engine_columns", _engines(bench)),
        *_published(bench, words),
        f"<h2>{words['definitions']}</h2>{_note(words['defined'])}",
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    start = f'<!doctype html><html lang="{language.value}"><head>{head}<style>{STYLE}{HEADS}</style></head>'
    return f"{start}<body>{''.join(body)}</body></html>"


def ecdf_of(bench: Bench, words: Words) -> Curves:
    """For each outcome the share of requests whose first token has come, over seconds."""
    names, xs, ys = [], [], []
    for outcome in bench.outcomes:
        first = np.sort([s.ttft_s for s in outcome.samples if s.error is None and s.ttft_s is not None])
        if first.size:
            names.append(_name(outcome, words))
            steps = np.arange(first.size + 1) / first.size
            xs.append(np.repeat(first, 2))
            ys.append(np.column_stack([steps[:-1], steps[1:]]).ravel())
    return Curves(tuple(names), tuple(xs), tuple(ys), words["seconds"])


def growth_of(bench: Bench, words: Words) -> Curves:
    """For each outcome how the answer of the request with the middle duration grew."""
    names, xs, ys = [], [], []
    for outcome in bench.outcomes:
        sample = _typical([s for s in outcome.samples if s.error is None and s.shown])
        if sample is not None:
            names.append(_name(outcome, words))
            xs.append(np.repeat([piece.at - sample.sent for piece in sample.shown], 2))
            chars = np.cumsum([0, *(piece.chars for piece in sample.shown)])
            ys.append(np.column_stack([chars[:-1], chars[1:]]).ravel().astype(np.float64))
    return Curves(tuple(names), tuple(xs), tuple(ys), words["seconds"])


def _typical(samples: Sequence[Sample]) -> Sample | None:
    ordered = sorted(samples, key=lambda s: s.e2el_s or 0.0)
    return ordered[len(ordered) // 2] if ordered else None


def _name(outcome: Outcome, words: Words) -> str:
    return words["streams"].format(name=outcome.figures.contestant, n=outcome.figures.concurrency)


def _times(bench: Bench, words: Words) -> Iterator[Cells]:
    for outcome in bench.outcomes:
        found = outcome.figures
        rows = [(words[key], getattr(found, key)) for key in ("ttft", "ttfat", "itl", "tpot", "e2el")]
        if found.cadence is not None:
            rows.append((words["gap"], found.cadence.gap_ms))
        for place, (what, spread) in enumerate(rows):
            # Named once: the rows below are of the same run.
            start = (found.contestant, found.concurrency) if not place else ("", "")
            yield (*start, what, *_spread(spread))


def _spread(found: Spread | None) -> list[str]:
    return ["–"] * 4 if found is None else [f"{v:.1f}" for v in (found.mean, found.p50, found.p95, found.p99)]


def _work(outcome: Outcome) -> Cells:
    found = outcome.figures
    errors = ", ".join(f"{kind} {n}" for kind, n in sorted(found.errors.items())) or 0
    rates = (f"{found.output_tokens_per_s:.1f}", f"{found.total_tokens_per_s:.1f}")
    counts = (found.thinking_tokens, found.answer_tokens, found.no_answer, found.cut, errors)
    return (found.contestant, found.concurrency, f"{found.completed}/{found.requests}", *rates, *counts)


def _cadences(bench: Bench, words: Words) -> Iterator[Cells]:
    for outcome in bench.outcomes:
        cadence = outcome.figures.cadence
        if cadence is not None:
            kind = words["typing"] if cadence.typing else words["blocks"]
            share = f"{cadence.paused_share:.0%}"
            yield outcome.figures.contestant, outcome.figures.concurrency, kind, f"{cadence.chars_per_chunk:.1f}", share


def _machine(outcome: Outcome) -> Cells:
    memory, cost = outcome.footprint, outcome.cost
    yield outcome.figures.contestant
    yield outcome.figures.concurrency
    yield _number(outcome.load_s)
    yield _number(outcome.new_session_ms)
    yield _number(memory.rss_mib_peak)
    yield _number(memory.gpu_mib_peak)
    yield _number(cost.per_million_tokens if cost else None)
    yield _number(cost.per_answer if cost else None)


def _engines(bench: Bench) -> Iterator[Cells]:
    for outcome in bench.outcomes:
        engine = outcome.engine
        if engine is not None:
            queue = map(_number, (engine.running_max, engine.waiting_max, engine.queue_ms_mean))
            shares = map(_percent, (engine.cache_use_max, engine.prefix_hit_rate))
            start = (outcome.figures.contestant, outcome.figures.concurrency)
            yield (*start, *queue, *shares, _number(engine.preemptions))


def _published(bench: Bench, words: Words) -> list[str]:
    ours = list(dict.fromkeys(o.figures.contestant for o in bench.outcomes))
    rows = []
    for row in PUBLISHED:
        found = {o.figures.contestant: row.ours(o) for o in bench.outcomes if fits(row.batch, o)}
        values = [_number(found.get(name)) for name in ours]
        rows.append((f"{row.what}, {row.unit}", _number(row.llama), _number(row.r1), row.hardware, *values))
    heads = [*words["published_columns"].split("|"), *ours]
    note = _note(words["published_note"].format(machine=bench.machine.line))
    return [f"<h2>{words['published']}</h2>", note, _table(heads, rows)]


def _section(words: Words, title: str, columns: str, rows: Iterable[Cells]) -> list[str]:
    """A heading and its table; nothing without rows."""
    filled = list(rows)
    return [f"<h2>{words[title]}</h2>", _table(words[columns].split("|"), filled)] if filled else []


def _table(heads: Sequence[str], rows: Iterable[Cells]) -> str:
    top = "".join(f"<th>{html.escape(head)}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table class="named"><tr>{top}</tr>{body}</table></div>'


def _figure(caption: str, curves: Curves) -> list[str]:
    if not curves.names:
        return []
    return [f"<figure>{draw_curves(curves, caption)}<figcaption>{html.escape(caption)}</figcaption></figure>"]


def _note(text: str) -> str:
    return f'<p class="muted">{html.escape(text)}</p>'


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
