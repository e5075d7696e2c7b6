"""Plots of a study: who said what, how people went through it, and the power of so many people.

Like `plots`: numbers first, then a drawing that prints. Contestants are told apart by their letter and by full and
hollow discs, as the two side colours mean sides only.
"""

from __future__ import annotations

from typing import NamedTuple

from arena.analysis.svg import line, picture, rect, text, title

WIDTH = 720
ROW = 26
FIRST = 70
"""Room for the participants' labels, in pixels."""


class Cell(NamedTuple):
    """One mark: a short text, in a disc that is full or hollow, or in none."""

    text: str
    disc: str = ""
    said: str = ""


class Rows(NamedTuple):
    """Everybody's row: a label and a cell for each column; `dim` rows are not in the analysis."""

    columns: tuple[str, ...]
    labels: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    dim: tuple[bool, ...]


class Steps(NamedTuple):
    """How many people came how far: a line of boxes a step, one box a sequence."""

    heads: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    top: str


class Curve(NamedTuple):
    """A line through points in percent, a level that it is judged against, and names of the axes."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    level: float
    x_name: str
    y_name: str


def draw_rows(data: Rows, said: str) -> str:
    """A table of marks, a row a participant."""
    step = (WIDTH - FIRST) / max(len(data.columns), 1)
    parts = [text(FIRST + step * (i + 0.5), 16, name, "middle", "muted") for i, name in enumerate(data.columns)]
    for row, (label, cells) in enumerate(zip(data.labels, data.cells, strict=True)):
        y = 28 + ROW * (row + 0.5)
        parts.append(line(0, y - ROW / 2, WIDTH, y - ROW / 2, "grid"))
        kind = "muted" if data.dim[row] else "label"
        parts.append(text(4, y + 4, label, "start", kind))
        parts += [_mark(cell, FIRST + step * (i + 0.5), y, kind) for i, cell in enumerate(cells)]
    return picture(WIDTH, 34 + ROW * len(data.labels), said, parts)


def draw_steps(data: Steps, said: str) -> str:
    """Boxes from top to bottom, joined by lines."""
    width, tall, gap = 330, 30, 16
    centres = [WIDTH * (i + 0.5) / max(len(data.heads), 1) for i in range(len(data.heads))]
    parts = [_box(WIDTH / 2, 4, width, tall, data.top)]
    for centre, head in zip(centres, data.heads, strict=True):
        parts.append(line(WIDTH / 2, 4 + tall, centre, 4 + tall + gap, "join"))
        parts.append(_box(centre, 4 + tall + gap, width, tall, head))
    for place, step in enumerate(data.steps, start=2):
        y = 4 + (tall + gap) * place
        for centre, told in zip(centres, step, strict=True):
            parts += [line(centre, y - gap, centre, y, "join"), _box(centre, y, width, tall, told)]
    return picture(WIDTH, 8 + (tall + gap) * (len(data.steps) + 2), said, parts)


def draw_curve(data: Curve, said: str) -> str:
    """The line over a grid of tens, from 50 to 100 across and 0 to 100 up."""
    left, top, width, height = 60, 10, WIDTH - 90, 220

    def place(x: float, y: float) -> tuple[float, float]:
        return left + width * (x - 50) / 50, top + height * (1 - y / 100)

    parts = []
    for tick in range(0, 101, 20):
        y = place(50, tick)[1]
        parts += [line(left, y, left + width, y, "grid"), text(left - 6, y + 4, f"{tick}%", "end", "muted")]
    for tick in range(50, 101, 10):
        x = place(tick, 0)[0]
        parts += [line(x, top, x, top + height, "grid"), text(x, top + height + 18, f"{tick}%", "middle", "muted")]
    parts.append(line(*place(50, data.level), *place(100, data.level), "mark"))
    points = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in zip(data.x, data.y, strict=True))
    parts.append(f'<polyline class="curve" points="{points}"/>')
    parts.append(text(left + width / 2, top + height + 38, data.x_name, "middle", "muted"))
    parts.append(text(left + 4, top + 14, data.y_name, "start", "muted"))
    return picture(WIDTH, top + height + 46, said, parts)


def _mark(cell: Cell, x: float, y: float, kind: str) -> str:
    told = title(cell.said) if cell.said else ""
    if not cell.disc:
        return f"<g>{told}{text(x, y + 4, cell.text, 'middle', kind)}</g>"
    disc = f'<circle class="{cell.disc}" cx="{x:.1f}" cy="{y:.1f}" r="10"/>'
    return f"<g>{told}{disc}{text(x, y + 4, cell.text, 'middle', 'on-' + cell.disc)}</g>"


def _box(centre: float, y: float, width: float, height: float, said: str) -> str:
    return rect(centre - width / 2, y, width, height, 'class="box"') + text(centre, y + height / 2 + 5, said, "middle")
