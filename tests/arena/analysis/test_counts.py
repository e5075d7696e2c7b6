from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.analysis.counts import Counts, from_cells, from_vote_counts, merge, reduce_votes, scores
from arena.analysis.encoding import PIECE, encode
from arena.errors import DataError
from arena.models import Outcome, Standing, VoteCount
from tests.arena.analysis.samples import simulated

VOTES = pd.DataFrame(
    {
        "model_a": ["x", "y", "x", "z", "x"],
        "model_b": ["y", "x", "y", "x", "z"],
        "winner": ["model_a", "model_a", "model_a", "tie", "tie (bothbad)"],
        "judge": ["p", "q", "p", None, "q"],
    }
)


def cells(counts: Counts) -> dict[tuple[str, str, int], float]:
    rows = zip(counts.left, counts.right, counts.outcome, counts.n, strict=True)
    return {(counts.names[a], counts.names[b], int(o)): float(n) for a, b, o, n in rows}


EXPECTED = {("x", "y", 0): 2.0, ("y", "x", 0): 1.0, ("z", "x", 2): 1.0, ("x", "z", 3): 1.0}


@pytest.mark.parametrize(
    "table",
    [
        VOTES,
        VOTES.astype("category"),
        VOTES.astype(object),
        VOTES.convert_dtypes(dtype_backend="pyarrow"),
        pa.Table.from_pandas(VOTES),
        pa.concat_tables([pa.Table.from_pandas(VOTES[:2]), pa.Table.from_pandas(VOTES[2:])]),
    ],
    ids=["str", "category", "object", "arrow", "table", "chunks"],
)
def test_every_kind_of_column_gives_the_same_cells(table: object) -> None:
    assert cells(reduce_votes(table)) == EXPECTED


def test_columns_of_our_own_export_are_known() -> None:
    own = VOTES.rename(columns={"model_a": "left", "model_b": "right", "winner": "outcome", "judge": "rater_id"})
    assert cells(reduce_votes(own)) == EXPECTED


def test_raters_are_kept_apart_where_asked_and_missing_ones_are_nobody() -> None:
    counts = reduce_votes(VOTES, raters=True)
    assert counts.n_raters == 2
    assert counts.rater is not None and (counts.rater == -1).sum() == 1
    assert cells(counts.without_raters()) == EXPECTED


def test_rows_with_a_count_weigh_that_much() -> None:
    weighted = VOTES.assign(count=[3, 1, 4, 0, 2.5])
    assert cells(reduce_votes(weighted)) == {("x", "y", 0): 7.0, ("y", "x", 0): 1.0, ("x", "z", 3): 2.5}
    assert reduce_votes(weighted, raters=True).n_votes == 10.5


def test_votes_that_do_not_count_are_left_out_and_counted() -> None:
    counts = reduce_votes(VOTES.assign(counted=[True, False, True, True, True]))
    assert counts.excluded == 1
    assert ("y", "x", 0) not in cells(counts)


def test_more_rows_than_a_piece_are_all_counted() -> None:
    many = pd.concat([VOTES] * (PIECE // 4), ignore_index=True)
    assert cells(reduce_votes(many)) == {key: n * (PIECE // 4) for key, n in EXPECTED.items()}


def test_very_many_contestants_are_counted_by_sorting() -> None:
    names = [f"m{k:04d}" for k in range(2000)]
    votes = pd.DataFrame({"model_a": names[:-1] * 2, "model_b": names[1:] * 2, "winner": "model_a"})
    counts = reduce_votes(votes)
    assert counts.n.size == 1999 and set(counts.n) == {2.0}


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 50), st.integers(1, 100))
def test_order_of_rows_and_shards_make_no_difference(seed: int, cut: int) -> None:
    votes = simulated(5, 3, seed=seed)
    mixed = votes.sample(frac=1, random_state=seed)
    cut = min(cut, len(votes) - 1)
    # Both shards need two contestants for a table of their own.
    parts = [part for part in (votes[:cut], votes[cut:]) if len(part)]
    assert cells(reduce_votes(mixed)) == cells(reduce_votes(votes))
    assert cells(merge([reduce_votes(part) for part in parts])) == cells(reduce_votes(votes))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"winner": ["model_a", "model_a", "draw", "tie", "tie"]}, r"'winner', row 3 .*'draw'.*both_bad"),
        ({"winner": ["model_a", None, "tie", "tie", "tie"]}, r"'winner', row 2 .*missing"),
        ({"model_b": ["y", "x", "y", None, "z"]}, r"'model_b', row 4 .*missing"),
        ({"model_b": ["y", "x", "x", "x", "z"]}, r"row 3 .*'x' meets itself"),
        ({"count": [1, 1, -2, 1, 1]}, r"'count', row 3 .*0 or more"),
        ({"count": [1, "many", 1, 1, 1]}, r"'count', row 2 "),
        ({"count": [0, 0, 0, 0, 0]}, "no votes that count"),
        ({"counted": [True, "maybe", True, True, True]}, "'counted'.*maybe"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_where(change: dict[str, list[object]], said: str) -> None:
    with pytest.raises(DataError, match=said):
        reduce_votes(VOTES.assign(**change))


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    with pytest.raises(DataError, match=r"no column 'winner' or 'outcome'.*model_a, model_b, judge"):
        reduce_votes(VOTES.drop(columns="winner"))


def test_an_empty_table_is_an_error() -> None:
    with pytest.raises(DataError, match="no rows"):
        reduce_votes(VOTES[:0])


def test_the_stores_counts_leave_out_what_does_not_count() -> None:
    stored = [
        VoteCount(left="x", right="y", outcome=Outcome.MODEL_A, standing=Standing.COUNTED, n=3),
        VoteCount(left="x", right="y", outcome=Outcome.MODEL_A, standing=Standing.TOO_FAST, n=2),
        VoteCount(left="y", right="x", outcome=Outcome.TIE, standing=Standing.COUNTED, n=1),
    ]
    counts = from_vote_counts(stored)
    assert cells(counts) == {("x", "y", 0): 3.0, ("y", "x", 2): 1.0}
    assert counts.excluded == 2
    with pytest.raises(DataError, match="no votes that count yet"):
        from_vote_counts(stored[1:2])


def test_scores_are_seen_from_each_contestant() -> None:
    wins, losses, ties = scores(from_cells(["x", "y"], ["y", "x"], ["model_a", "both_bad"], [3, 2]))
    assert (wins.tolist(), losses.tolist(), ties.tolist()) == ([3, 0], [0, 3], [2, 2])
    assert np.isclose(wins.sum(), losses.sum())


def test_a_long_column_is_encoded_as_its_values_are() -> None:
    rng = np.random.default_rng(0)
    names = np.array([f"n{k}" for k in range(40)])
    # The second half has names that the first has not, some rows have none, and a rater a row is too many to look up.
    codes = np.concatenate([rng.integers(0, 20, PIECE), rng.integers(10, 40, PIECE), rng.integers(0, 40, 5)])
    column = pd.Series(names[codes], dtype="str")
    column[[3, PIECE + 3]] = None
    found = encode(column)
    assert set(found.labels) == set(names)
    assert np.array_equal(found.codes < 0, column.isna())
    kept = found.codes >= 0
    assert np.array_equal(np.array(found.labels)[found.codes[kept]], names[codes][kept])
    many = encode(pd.Series(np.arange(PIECE + 5).astype(str), dtype="str"))
    assert many.labels == tuple(map(str, range(PIECE + 5)))
    assert np.array_equal(many.codes, np.arange(PIECE + 5))
