"""The policies' results as a table in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from arena.analysis.proportions import Proportion
from arena.bench.policies import PolicyResult

NOTE = (
    "Shares with 95% intervals. boxed, right: of the sums that were answered. empty, blank start, only thought (the "
    "limit of tokens cut the thinking): of all requests that did not fail."
)


def table(contestant: str, results: Sequence[PolicyResult]) -> Table:
    """One contestant's variants."""
    shown = Table(title=contestant, title_justify="left", box=SIMPLE_HEAD)
    shown.add_column("policy", no_wrap=True)
    for head in ("boxed", "right", "empty", "blank start", "only thought", "errors"):
        shown.add_column(head, justify="right")
    for found in results:
        shares = (found.boxed, found.right, found.empty, found.blank_lead, found.thinking_cut)
        shown.add_row(found.variant, *map(_share, shares), f"{found.errors}/{found.requests}")
    return shown


def _share(found: Proportion) -> str:
    if found.estimate is None:
        return "–"
    return f"{found.estimate:.0%} ({100 * found.lower:.0f}-{100 * found.upper:.0f})"
