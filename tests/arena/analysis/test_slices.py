from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from arena.analysis.counts import reduce_votes
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options, Ties
from arena.analysis.slices import By, length_class, rate_slices, slice_keys, without_repeats
from arena.errors import DataError
from tests.arena.analysis.samples import simulated


def talk(*prompts: str) -> list[dict[str, str]]:
    return [
        {"role": role, "content": text} for prompt in prompts for role, text in (("user", prompt), ("assistant", "ok"))
    ]


def test_each_slice_is_rated_as_if_it_were_alone_and_small_ones_are_named() -> None:
    votes = simulated(12, 3)
    votes["language"] = np.where(np.arange(len(votes)) % 3 == 0, "zh", "en")
    votes.loc[:4, "language"] = "fr"
    found = rate_slices(votes, By.LANGUAGE, Options(ci=Ci.SANDWICH), minimum=20)
    assert set(found.ratings) == {"zh", "en"}
    assert found.skipped == {"fr": 5}
    alone = rate(reduce_votes(votes[votes["language"] == "zh"], raters=True), Options(ci=Ci.SANDWICH))
    assert found.ratings["zh"] == alone


def test_a_slice_with_one_decided_side_is_left_out_not_a_crash() -> None:
    votes = simulated(6, 3).assign(language="en")
    ties = votes[:30].assign(language="zh", winner="tie")
    found = rate_slices(pd.concat([votes, ties]), By.LANGUAGE, Options(ties=Ties.DROP), minimum=10)
    assert set(found.ratings) == {"en"} and found.skipped == {"zh": 30}


@pytest.mark.parametrize(
    ("by", "column", "values", "keys"),
    [
        (By.LANGUAGE, "language", ["zh", None], ["zh", "unknown"]),
        (By.TURNS, "turn", [1, 3], ["1", "3"]),
        (By.TURNS, "conversation_a", [talk("a"), talk("a", "b")], ["1", "2"]),
        (By.PROMPT_LENGTH, "prompt", ["x" * 49, "x" * 1000], ["0000-0049", "1000+"]),
        (By.PROMPT_LENGTH, "conversation_a", [talk("x" * 60), talk("x" * 200)], ["0050-0199", "0200-0999"]),
        (By.CODE, "is_code", [True, False], ["code", "no code"]),
        (By.DATE, "tstamp", [0.0, 86400.0 * 365], ["1970-01-01", "1971-01-01"]),
        (By.DATE, "timestamp", ["2026-01-02T23:59:00Z", pd.NaT], ["2026-01-02", "unknown"]),
        (By.RATER_GROUP, "rater_group", ["students", "teachers"], ["students", "teachers"]),
        (
            By.CATEGORY,
            "category_tag",
            [{"math_v0.1": {"math": True}, "if_v0.1": {"if": False}}, "maths"],
            ["math", "maths"],
        ),
    ],
)
def test_every_kind_of_slice_is_read_from_its_columns(
    by: By, column: str, values: list[object], keys: list[str]
) -> None:
    assert slice_keys(pd.DataFrame({column: values}), by).tolist() == keys


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="language needs a column 'language'"):
        rate_slices(simulated(3, 2), By.LANGUAGE, Options())


def test_repeated_prompts_count_once_per_person_and_pair() -> None:
    votes = pd.DataFrame(
        {
            "model_a": ["x", "y", "x", "x", "x"],
            "model_b": ["y", "x", "y", "y", "z"],
            "winner": ["tie"] * 5,
            "prompt": ["Hello  there", "hello there", "hello there", "other", "hello there"],
            "rater": ["p", "p", "q", "p", "p"],
        }
    )
    assert without_repeats(votes).index.tolist() == [0, 2, 3, 4]


def test_classes_of_length_sort_by_length() -> None:
    classes = [length_class(n) for n in (0, 49, 50, 199, 200, 999, 1000, 10**6)]
    assert classes == sorted(classes) and len(set(classes)) == 4
