"""A result as rows for people and as JSON for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pandas as pd

from arena.analysis.results import Ratings, Term

COLUMNS = (
    "name", "theta", "se", "rating", "lower", "upper", "rank", "rank_lower", "rank_upper",
    "wins", "losses", "ties", "battles",
)  # fmt: skip
TOTALS = ("wins", "losses", "ties", "battles")


def to_document(ratings: Ratings) -> dict[str, Any]:
    """The result as plain values, floats at full precision, None where something cannot be said."""
    rows = [asdict(row) for row in ratings.contestants]
    document: dict[str, Any] = {
        "contestants": [{key: _whole(row[key]) if key in TOTALS else row[key] for key in COLUMNS} for row in rows],
        "position": _term(ratings.position, "theta"),
        "tie": _term(ratings.tie, "log_nu"),
        "method": ratings.method.value,
        "ci": ratings.ci.value,
        "gauge": ratings.gauge,
        "n_votes": _whole(ratings.n_votes),
        "n_raters": ratings.n_raters,
        "log_likelihood": ratings.log_likelihood,
        "converged": ratings.converged,
        "separated": ratings.separated,
        "warnings": list(ratings.warnings),
    }
    if ratings.features:
        keys = ("name", "estimate", "se", "lower", "upper", "scale")
        document["features"] = [{key: asdict(term)[key] for key in keys} for term in ratings.features]
    return document


def to_json(ratings: Ratings, slices: dict[str, Ratings] | None = None) -> str:
    """The document as JSON; results of slices stand under `slices` by their names."""
    document = to_document(ratings)
    if slices is not None:
        document["slices"] = {name: to_document(part) for name, part in slices.items()}
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def to_frame(ratings: Ratings) -> pd.DataFrame:
    """The leaderboard as a table, one contestant a row."""
    return pd.DataFrame([asdict(row) for row in ratings.contestants], columns=list(COLUMNS))


def _term(term: Term | None, key: str) -> dict[str, float | None] | None:
    return None if term is None else {key: term.estimate, "se": term.se}


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
