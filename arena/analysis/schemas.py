"""Which column means what: arena-140k, chatbot-arena, and our own export, told apart by their columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from arena.errors import DataError
from arena.models import Outcome

LEFT = ("model_a", "left")
RIGHT = ("model_b", "right")
OUTCOME = ("winner", "outcome")
RATER = ("rater", "rater_id", "judge", "evaluation_session_id")
COUNT = ("count", "n")
COUNTED = ("counted",)

OUTCOMES: tuple[Outcome, ...] = (Outcome.MODEL_A, Outcome.MODEL_B, Outcome.TIE, Outcome.BOTH_BAD)
"""Outcomes in the order of their codes."""
LABELS: Mapping[str, int] = {
    "model_a": 0,
    "model_b": 1,
    "tie": 2,
    "both_bad": 3,
    "tie (bothbad)": 3,
}
"""Every accepted label; the last is chatbot-arena's. Anything else is an error, never a tie."""


@dataclass(frozen=True, slots=True)
class Schema:
    """Names of the columns that a table of votes uses; None where it has no such column."""

    left: str
    right: str
    outcome: str
    rater: str | None
    count: str | None
    counted: str | None


def detect(columns: Collection[str]) -> Schema:
    """Find the columns of a table of votes. Raises `DataError` that names what is missing."""
    left, right, outcome = (_required(names, columns) for names in (LEFT, RIGHT, OUTCOME))
    return Schema(
        left,
        right,
        outcome,
        _first(RATER, columns),
        _first(COUNT, columns),
        _first(COUNTED, columns),
    )


def _first(names: tuple[str, ...], columns: Collection[str]) -> str | None:
    return next((name for name in names if name in columns), None)


def _required(names: tuple[str, ...], columns: Collection[str]) -> str:
    found = _first(names, columns)
    if found is None:
        wanted = " or ".join(f"'{name}'" for name in names)
        have = ", ".join(map(str, columns)) or "none"
        raise DataError(f"There is no column {wanted}. Expected model_a, model_b and winner; the columns are: {have}.")
    return found
