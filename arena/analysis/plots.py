"""Plots as self-contained SVG: no script, no font, no network; they print, and follow the page's light or dark theme.

The numbers are computed into a NamedTuple first and drawn afterwards. Colours come from the page through CSS variables
(`--ink`, `--muted`, `--line`). The colours of sides A and B mean sides only, so no plot of contestants uses them.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from arena.analysis.arrays import Floats
from arena.analysis.matrices import Matrices
from arena.analysis.proportions import Proportion
from arena.analysis.results import Ratings
from arena.analysis.svg import line as _line
from arena.analysis.svg import picture as _svg
from arena.analysis.svg import rect as _rect
from arena.analysis.svg import text as _text
from arena.analysis.svg import title as _title

ROW = 24
WIDTH = 720
NARROW = 360
"""A plot for a phone is this wide."""
LABELS = 230
"""Room for names at the left, in pixels."""
NARROW_LABELS = 112
GAP = 12
HEAT_MOST = 40
"""More contestants than this do not fit a heatmap; the best are shown."""
DASHES = ("none", "7 4", "2 3", "10 3 2 3", "1 5", "14 4", "4 2 1 2", "6 6")
LOW, MIDDLE, HIGH = (140, 81, 10), (245, 245, 245), (1, 102, 94)
"""Brown to green over a light grey: safe for the colour-blind, and neither is a side's colour."""


class Forest(NamedTuple):
    """Rows with an estimate and its interval, and a line that they are judged against; NaN where one is not known."""

    names: tuple[str, ...]
    values: Floats
    lower: Floats
    upper: Floats
    line: float
    digits: int


class Heat(NamedTuple):
    """A square of values with their texts; `shade` from 0 to 1, NaN for an empty cell."""

    names: tuple[str, ...]
    shade: Floats
    texts: list[list[str]]


class Bars(NamedTuple):
    """Counts in order, with a label each."""

    labels: tuple[str, ...]
    counts: tuple[float, ...]


class Curves(NamedTuple):
    """Lines over a shared axis that begins at zero; `xs` and `ys` have one array for each name."""

    names: tuple[str, ...]
    xs: tuple[Floats, ...]
    ys: tuple[Floats, ...]
    x_label: str


def forest_of(ratings: Ratings) -> Forest:
    """Ratings with their intervals, best first."""
    rows = [row for row in ratings.contestants if row.rating is not None]
    column = [_column(getattr(row, name) for row in rows) for name in ("rating", "lower", "upper")]
    return Forest(tuple(row.name for row in rows), column[0], column[1], column[2], 1000.0, 0)


def bias_of(labelled: Iterable[tuple[str, Proportion]]) -> Forest:
    """Shares in percent with their intervals, against one half."""
    rows = list(labelled)
    share = _column(None if p.estimate is None else 100 * p.estimate for _, p in rows)
    bounds = [
        _column(100 * value for value in column) for column in ((p.lower for _, p in rows), (p.upper for _, p in rows))
    ]
    return Forest(tuple(name for name, _ in rows), share, bounds[0], bounds[1], 50.0, 1)


def win_heat_of(found: Matrices) -> Heat:
    """Win rates of rows over columns, in percent."""
    size = min(len(found.names), HEAT_MOST)
    rate = found.win_rate[:size, :size]
    texts = [["" if np.isnan(value) else f"{100 * value:.0f}" for value in row] for row in rate]
    return Heat(found.names[:size], rate, texts)


def battle_heat_of(found: Matrices) -> Heat:
    """Battles of each pair, shaded by their share of the busiest pair."""
    size = min(len(found.names), HEAT_MOST)
    battles = found.battles[:size, :size]
    shade = np.where(battles > 0, 0.5 + battles / (2 * max(float(battles.max()), 1.0)), np.nan)
    return Heat(found.names[:size], shade, [[_short(value) for value in row] for row in battles])


def draw_forest(data: Forest, title: str, *, narrow: bool = False) -> str:
    """Points with whiskers, a row each, under a shared axis; `narrow` has the names above their rows."""
    finite = np.concatenate([x[np.isfinite(x)] for x in (data.values, data.lower, data.upper)] + [[data.line]])
    ticks = nice_ticks(float(finite.min()), float(finite.max()), 3 if narrow else 6)
    left, right = min(ticks[0], finite.min()), max(ticks[-1], finite.max())
    width, start, row_height = (NARROW, 2 * GAP, 2 * ROW - 4) if narrow else (WIDTH, LABELS + GAP, ROW)
    height = row_height * len(data.names) + 48

    def x(value: float) -> float:
        return float(start + (value - left) / ((right - left) or 1.0) * (width - start - 3 * GAP))

    parts = [_line(x(tick), 8, x(tick), height - 30, "grid") for tick in ticks]
    parts += [_text(x(tick), height - 12, f"{tick:g}", "middle", "muted") for tick in ticks]
    parts.append(_line(x(data.line), 8, x(data.line), height - 30, "mark"))
    for row, name in enumerate(data.names):
        y = 8 + row_height * (row + 1) - ROW / 2
        parts.append(_text(0, y - 14, _clip(name, 44), "start") if narrow else _text(LABELS, y + 4, _clip(name), "end"))
        parts += _whisker(data, row, x, y)
    return _svg(width, height, title, parts)


def _whisker(data: Forest, row: int, x: Callable[[float], float], y: float) -> list[str]:
    parts = []
    if np.isfinite(data.lower[row]) and np.isfinite(data.upper[row]):
        parts.append(_line(x(data.lower[row]), y, x(data.upper[row]), y, "bar"))
    if np.isfinite(data.values[row]):
        label = _title(_interval_label(data, row))
        parts.append(f'<circle class="dot" cx="{x(data.values[row]):.1f}" cy="{y:.1f}" r="4.5">{label}</circle>')
    return parts


def draw_heat(data: Heat, title: str, *, narrow: bool = False) -> str:
    """A square of shaded cells with their values; columns are numbered like the rows. `narrow` is for a phone."""
    size = len(data.names)
    labels, width, most = (NARROW_LABELS, NARROW, 12) if narrow else (LABELS, WIDTH, 28)
    cell = max(16.0, min(48.0, (width - labels - 2 * GAP) / max(size, 1)))
    parts = []
    for row, name in enumerate(data.names):
        y = 26 + cell * row
        parts.append(_text(labels, y + cell / 2 + 4, f"{_clip(name, most)} {row + 1}", "end"))
        parts.append(_text(labels + GAP + cell * (row + 0.5), 18, str(row + 1), "middle", "muted"))
        for column, other in enumerate(data.names):
            shade = data.shade[row, column]
            if np.isfinite(shade):
                x = labels + GAP + cell * column
                label = f"{name} / {other}: {data.texts[row][column]}"
                parts.append(_cell(x, y, cell, shade, data.texts[row][column], label))
    return _svg(labels + 2 * GAP + int(cell * size), int(34 + cell * size), title, parts)


def draw_bars(data: Bars, title: str, *, narrow: bool = False) -> str:
    """Columns over time; the first and the last carry their labels, and the highest its value at the axis."""
    width, height, top = NARROW if narrow else WIDTH, 180, max(data.counts, default=1.0) or 1.0
    step = (width - 60) / max(len(data.counts), 1)
    parts = [_line(48, height - 30, width - 12, height - 30, "grid"), _text(44, 22, _short(top), "end", "muted")]
    for place, (label, count) in enumerate(zip(data.labels, data.counts, strict=True)):
        tall = (height - 48) * count / top
        said = _title(f"{label}: {count:g}")
        parts.append(_rect(48 + step * place, height - 30 - tall, max(step - 1, 0.5), tall, 'class="fill"', said))
    if data.labels:
        parts.append(_text(48, height - 12, data.labels[0], "start", "muted"))
    if len(data.labels) > 1:
        parts.append(_text(width - 12, height - 12, data.labels[-1], "end", "muted"))
    return _svg(width, height, title, parts)


def draw_curves(data: Curves, title: str) -> str:
    """Lines, told apart by their dashes, with a key below."""
    ends = np.concatenate([np.zeros(1), *data.xs]), np.concatenate([np.zeros(1), *data.ys])
    across, up = nice_ticks(0.0, float(ends[0].max())), nice_ticks(0.0, float(ends[1].max()), 4)
    bottom, key = 220, 252

    def x(value: float) -> float:
        return float(56 + value / across[-1] * (WIDTH - 72))

    def y(value: float) -> float:
        return float(bottom - value / up[-1] * (bottom - 12))

    parts = [_line(x(0), y(tick), x(across[-1]), y(tick), "grid") for tick in up]
    parts += [_text(50, y(tick) + 4, f"{tick:g}", "end", "muted") for tick in up]
    parts += [_text(x(tick), bottom + 18, f"{tick:g}", "middle", "muted") for tick in across[:-1]]
    parts.append(_text(x(across[-1]), bottom + 18, f"{across[-1]:g} {data.x_label}", "end", "muted"))
    for row, (name, xs, ys) in enumerate(zip(data.names, data.xs, data.ys, strict=True)):
        look = f'class="bar" style="fill:none;stroke-dasharray:{DASHES[row % len(DASHES)]}"'
        points = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(xs, ys, strict=True))
        parts.append(f'<polyline {look} points="{points}">{_title(name)}</polyline>')
        parts.append(f'<line {look} x1="56" y1="{key + 20 * row}" x2="96" y2="{key + 20 * row}"/>')
        parts.append(_text(104, key + 20 * row + 4, name, "start"))
    return _svg(WIDTH, key + 20 * len(data.names), title, parts)


def nice_ticks(low: float, high: float, wanted: int = 6) -> list[float]:
    """Round numbers from below `low` to above `high`."""
    if high <= low:
        low, high = low - 1, high + 1
    raw = (high - low) / wanted
    power = 10 ** np.floor(np.log10(raw))
    step = float(next(m for m in (1, 2, 5, 10) if m * power >= raw) * power)
    first, last = int(np.floor(low / step)), int(np.ceil(high / step))
    return [k * step for k in range(first, last + 1)]


def _column(values: Iterable[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _interval_label(data: Forest, row: int) -> str:
    low, high = data.lower[row], data.upper[row]
    bounds = f" ({low:.{data.digits}f} - {high:.{data.digits}f})" if np.isfinite(low) and np.isfinite(high) else ""
    return f"{data.names[row]}: {data.values[row]:.{data.digits}f}{bounds}"


def _clip(name: str, most: int = 30) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _short(value: float) -> str:
    if value < 10_000:
        return f"{value:g}" if value else ""
    return f"{value / 1e6:.1f}M" if value >= 1e6 else f"{value / 1e3:.0f}k"


def _shade(value: float) -> tuple[str, str]:
    """Colour of a cell, and that of text on it."""
    ends = (LOW, MIDDLE) if value < 0.5 else (MIDDLE, HIGH)
    along = value * 2 if value < 0.5 else value * 2 - 1
    rgb = [round(a + (b - a) * along) for a, b in zip(*ends, strict=True)]
    dark = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] < 140
    return f"rgb({rgb[0]},{rgb[1]},{rgb[2]})", "#FFFFFF" if dark else "#14181F"


def _cell(x: float, y: float, size: float, shade: float, text: str, label: str) -> str:
    fill, ink = _shade(shade)
    box = _rect(x, y, size - 1, size - 1, f'style="fill:{fill}"', _title(label))
    if size < 22:
        return box
    style = f'style="fill:{ink};font-size:{min(12.0, size / 2.6):.1f}px"'
    place = f'x="{x + size / 2:.1f}" y="{y + size / 2 + 4:.1f}" text-anchor="middle"'
    return f"{box}<text {place} {style}>{html.escape(text)}</text>"
