"""Pieces of SVG that the plots are put together from; texts are escaped. Classes get their colours from the page."""

from __future__ import annotations

import html
from collections.abc import Sequence


def rect(x: float, y: float, width: float, height: float, look: str, inside: str = "") -> str:
    """A box; `look` is its attributes, `inside` SVG."""
    return f'<rect {look} x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">{inside}</rect>'


def title(text: str) -> str:
    """What a pointer and a screen reader are told."""
    return f"<title>{html.escape(text)}</title>"


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """A line of a class."""
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def text(x: float, y: float, said: str, anchor: str, kind: str = "label") -> str:
    """A text of a class."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(said)}</text>'


def picture(width: float, height: float, said: str, parts: Sequence[str]) -> str:
    """The whole image; `said` is what it shows, for who cannot see it."""
    box = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
    return f'<svg class="plot" role="img" aria-label="{html.escape(said)}" {box}>{"".join(parts)}</svg>'
