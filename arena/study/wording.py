"""Figures as a report writes them, the same in both languages."""

from __future__ import annotations

from math import inf

from arena.study.preference import Bounds
from arena.study.results import Spread

NONE = "–"


def p_value(p: float) -> str:
    """Three decimals, or that it is below them."""
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0") if p < 1 else "1"


def percent(share: float | None) -> str:
    """A share."""
    return NONE if share is None else f"{100 * share:.0f}%"


def percents(bounds: Bounds) -> str:
    """An interval of a share."""
    return f"{100 * bounds[0]:.0f} – {100 * bounds[1]:.0f}%"


def points(value: float | None) -> str:
    """A difference of shares in percentage points."""
    return NONE if value is None else f"{100 * value:+.0f}"


def point_bounds(bounds: Bounds) -> str:
    """An interval of such a difference."""
    return f"{points(bounds[0])} … {points(bounds[1])}"


def elo(value: float) -> str:
    """Elo points; without end where all said the same."""
    return ("−∞" if value < 0 else "∞") if abs(value) == inf else f"{value:.0f}"


def elo_bounds(bounds: Bounds) -> str:
    """An interval of Elo points."""
    return f"{elo(bounds[0])} … {elo(bounds[1])}"


def of(count: int, n: int) -> str:
    """A count with its share."""
    return f"{count} / {n} ({percent(count / n)})" if n else f"{count} / 0"


def spread(found: Spread) -> str:
    """Median and range."""
    if found.median is None or found.low is None or found.high is None:
        return NONE
    return f"{found.median:g} ({found.low:g} – {found.high:g})"
