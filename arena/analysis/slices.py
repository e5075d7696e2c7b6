"""Leaderboards of parts of the votes: by language, category, turns, prompt length, code, date or rater group."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from arena.analysis.counts import reduce_votes
from arena.analysis.ratings import rate
from arena.analysis.results import Options, Ratings
from arena.analysis.schemas import RATER
from arena.analysis.votes import Table
from arena.errors import DataError

PROMPT_BOUNDS = (50, 200, 1000)
"""Characters of the first prompt at which a new class of length begins."""


class By(StrEnum):
    """What votes may be sliced by."""

    LANGUAGE = "language"
    CATEGORY = "category"
    TURNS = "turns"
    PROMPT_LENGTH = "prompt-length"
    CODE = "code"
    DATE = "date"
    RATER_GROUP = "rater-group"


COLUMNS: Mapping[By, tuple[str, ...]] = {
    By.LANGUAGE: ("language",),
    By.CATEGORY: ("category", "category_tag"),
    By.TURNS: ("turns", "turn", "conversation_a", "conversation"),
    By.PROMPT_LENGTH: ("prompt", "conversation_a", "conversation"),
    By.CODE: ("is_code",),
    By.DATE: ("date", "timestamp", "tstamp", "created_at"),
    By.RATER_GROUP: ("rater_group", *RATER),
}
"""Columns that a slice is read from; the first that a table has is used."""
PROMPTS = ("prompt", "conversation_a", "conversation")


@dataclass(frozen=True, slots=True)
class Slices:
    """A leaderboard per value; values with too few votes or no rating are in `skipped`, with their votes."""

    by: By
    ratings: Mapping[str, Ratings]
    skipped: Mapping[str, int]


def rate_slices(table: Table, by: By, options: Options, *, minimum: int = 100) -> Slices:
    """Rate every slice that has at least `minimum` votes."""
    frame = _frame(table)
    keys = slice_keys(frame, by)
    ratings, skipped = {}, {}
    for value, rows in frame.groupby(keys, sort=True, observed=True):
        try:
            if len(rows) < minimum:
                skipped[str(value)] = len(rows)
            else:
                ratings[str(value)] = rate(reduce_votes(rows, raters=True), options)
        except DataError:  # one contestant, or no decided vote: there is nothing to rate in this slice, and it is said
            skipped[str(value)] = len(rows)
    return Slices(by, ratings, skipped)


def slice_keys(frame: pd.DataFrame, by: By) -> pd.Series:
    """The slice of every row; a missing value is the slice "unknown"."""
    column = _first(frame, COLUMNS[by], by.value)
    if by is By.RATER_GROUP and column in RATER:
        return activity(frame[column])
    classify: Callable[[Any], str] = {
        By.TURNS: _turns,
        By.PROMPT_LENGTH: lambda value: length_class(len(_prompt(value))),
        By.CATEGORY: _category,
        By.CODE: lambda value: "code" if str(value).lower() in ("true", "1") else "no code",
        By.DATE: _day,
    }.get(by, str)
    values = frame[column].astype(object)
    return values.map(lambda value: "unknown" if _missing(value) else classify(value)).rename(by.value)


def activity(raters: pd.Series) -> pd.Series:
    """A rater's group by the votes they gave, where no column `rater_group` says otherwise."""
    votes = raters.map(raters.value_counts())
    groups = pd.cut(votes, [0, 1, 9, np.inf], labels=["1 vote", "2-9 votes", "10+ votes"])
    return groups.astype(object).where(raters.notna(), "unknown").rename(By.RATER_GROUP.value)


def without_repeats(table: Table) -> pd.DataFrame:
    """Keep one vote per prompt, pair of contestants and rater: repeated prompts weigh once for each person."""
    frame = _frame(table)
    prompt = first_prompts(frame)
    sides = [name for name in ("model_a", "left", "model_b", "right") if name in frame.columns]
    pair = [" / ".join(sorted(map(str, row))) for row in frame[sides].itertuples(index=False)]
    who = next((name for name in RATER if name in frame.columns), None)
    keys = pd.DataFrame({"prompt": prompt.to_numpy(), "pair": pair, "who": frame[who].to_numpy() if who else ""})
    return frame[~keys.duplicated().to_numpy()]


def first_prompts(frame: pd.DataFrame) -> pd.Series:
    """Each row's first prompt, in lower case with single blanks, so that repetitions are equal."""
    prompts = frame[_first(frame, PROMPTS, "prompt")].astype(object)
    return prompts.map(lambda value: "" if _missing(value) else " ".join(_prompt(value).split()).lower())


def length_class(characters: int) -> str:
    """Class of a prompt's length in characters, in an order that sorts."""
    place = int(np.searchsorted(PROMPT_BOUNDS, characters, side="right"))
    low = (0, *PROMPT_BOUNDS)[place]
    return f"{low:04d}+" if place == len(PROMPT_BOUNDS) else f"{low:04d}-{PROMPT_BOUNDS[place] - 1:04d}"


def columns_for(by: Iterable[By], *, prompts: bool = False) -> tuple[str, ...]:
    """Columns that a source should read for these slices, and for finding repeated prompts."""
    wanted = [name for one in by for name in COLUMNS[one]]
    return tuple(dict.fromkeys([*wanted, *(PROMPTS if prompts else ())]))


def _frame(table: Table) -> pd.DataFrame:
    return table.to_pandas() if isinstance(table, pa.Table) else table


def _first(frame: pd.DataFrame, names: tuple[str, ...], what: str) -> str:
    found = next((name for name in names if name in frame.columns), None)
    if found is None:
        raise DataError(f"Slicing by {what} needs a column {' or '.join(repr(name) for name in names)}.")
    return found


def _missing(value: Hashable) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT


def _turns(value: Any) -> str:
    """Number of turns: a number as it is, a conversation by its user messages."""
    if isinstance(value, (list, np.ndarray)):
        return str(sum(message["role"] == "user" for message in value))
    return str(int(value))


def _prompt(value: Any) -> str:
    """The first prompt of a conversation in either public schema, or the text itself."""
    if isinstance(value, str):
        return value
    first = next((message["content"] for message in value if message["role"] == "user"), "")
    return first if isinstance(first, str) else "\n".join(part.get("text") or "" for part in first)


def _category(value: Any) -> str:
    """A category's name; of arena-140k's nested tags the names of those that are true, or "other"."""
    if not isinstance(value, Mapping):
        return str(value)
    groups = [tags for name, tags in value.items() if isinstance(tags, Mapping) and not name.startswith("criteria")]
    true = {tag for tags in groups for tag, holds in tags.items() if holds is True or holds is np.True_}
    return "+".join(sorted(true)) or "other"


def _day(value: Any) -> str:
    """UTC day; numbers are seconds since 1970, as in chatbot-arena."""
    seconds = isinstance(value, (int, float, np.number))
    return str(pd.to_datetime(value, unit="s" if seconds else None, utc=True).date())
