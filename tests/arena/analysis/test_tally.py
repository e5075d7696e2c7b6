from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arena.analysis import lookup, tally
from arena.analysis.counts import Counts, reduce, reduce_votes
from arena.analysis.votes import encode_votes
from arena.errors import DataError

FIELDS = {
    "equally long": [f"vendor-model-{k:03d}-instruct" for k in range(40)],
    "short": [f"m{k}" for k in range(40)],
    "of all lengths": [f"m{'odel' * (k % 9)}-{k}" for k in range(40)],
    "not ASCII": [f"模型-{k}" for k in range(30)],
    "nothing but the length": ["x" * k for k in range(1, 12)],
    "with a nameless one": ["", "a", "b"],
    "longer than a row": [f"{'very-' * 60}{k:02d}" for k in range(20)],
}
OUTCOMES = ["model_a", "model_b", "tie", "both_bad", "tie (bothbad)"]


def votes(names: list[str], rows: int = 3000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.integers(0, len(names), rows)
    b = (a + rng.integers(1, len(names), rows)) % len(names)
    sides = {"model_a": [names[k] for k in a], "model_b": [names[k] for k in b]}
    return pd.DataFrame({**sides, "winner": rng.choice(OUTCOMES, rows)})


def slowly(table: object) -> Counts:
    """The count table by the way that looks at every row."""
    return reduce(encode_votes(table))


def assert_same(found: Counts, wanted: Counts) -> None:
    assert found.names == wanted.names
    for column in ("left", "right", "outcome", "n"):
        assert np.array_equal(getattr(found, column), getattr(wanted, column)), column


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes at which three thousand votes are very many."""
    monkeypatch.setattr(tally, "PIECE", 128)
    monkeypatch.setattr(tally, "BLOCK", 512)


def ways() -> dict[str, Callable[[pd.DataFrame], object]]:
    """The same votes in every layout that is counted quickly."""
    return {
        "pandas text": lambda frame: frame.astype("str"),
        "string[pyarrow]": lambda frame: frame.astype("string[pyarrow]"),
        "ArrowDtype": lambda frame: frame.astype(pd.ArrowDtype(pa.string())),
        "categories": lambda frame: frame.astype("category"),
        "table": lambda frame: pa.Table.from_pandas(frame.astype("str")),
        "objects": lambda frame: frame.astype(object),
        "chunks": lambda frame: pa.concat_tables(
            [pa.Table.from_pandas(frame[k : k + 333].astype("str")) for k in range(0, len(frame), 333)]
        ),
        "columns in chunks of their own": lambda frame: pa.table(
            {
                name: pa.chunked_array([pa.array(frame[name][k : k + size]) for k in range(0, len(frame), size)])
                for name, size in zip(frame.columns, (100, 333, 750), strict=True)
            }
        ),
        "encoded, each chunk by itself": lambda frame: pa.concat_tables(
            [pa.Table.from_pandas(frame[k : k + 333].astype("category")) for k in range(0, len(frame), 333)]
        ),
        "a slice": lambda frame: pa.Table.from_pandas(pd.concat([frame[:7], frame]).astype("str")).slice(7),
    }


@pytest.mark.parametrize("way", ways())
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.usefixtures("small_pieces")
def test_quick_counts_are_those_of_looking_at_every_row(field: str, way: str) -> None:
    table = ways()[way](votes(FIELDS[field]))
    assert_same(reduce_votes(table), slowly(votes(FIELDS[field])))
    assert tally.tally(*(table[name] for name in ("model_a", "model_b", "winner"))) is not None  # type: ignore[index]


@pytest.mark.usefixtures("small_pieces")
def test_names_that_come_late_are_counted() -> None:
    late = pd.concat([votes(FIELDS["short"]), votes(FIELDS["of all lengths"]), votes(["m1", "new"], 10)])
    assert_same(reduce_votes(late), slowly(late))


def test_a_few_votes_for_many_contestants_are_counted() -> None:
    table = votes([f"m{k:03d}" for k in range(300)], 500)
    assert_same(reduce_votes(table), slowly(table))


def test_names_beyond_the_room_of_an_array_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST", 20)
    table = votes(FIELDS["short"])
    assert_same(reduce_votes(table), slowly(table))


def test_categories_that_nobody_has_are_no_contestants_and_no_mistake() -> None:
    table = votes(FIELDS["short"]).astype("category")
    table["model_a"] = table["model_a"].cat.add_categories(["absent"])
    table["winner"] = table["winner"].cat.add_categories(["unheard of"])
    assert_same(reduce_votes(table), slowly(votes(FIELDS["short"])))


@pytest.mark.parametrize("kind", ["str", "category", "string[pyarrow]"])
@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("winner", "Model_a", "'winner', row 2001 .*'Model_a'"),
        ("winner", None, "'winner', row 2001 .*missing"),
        ("model_b", None, "'model_b', row 2001 .*missing"),
        ("model_b", "m0", "row 2001 .*'m0' meets itself"),
    ],
)
@pytest.mark.usefixtures("small_pieces")
def test_mistakes_are_named_with_their_row(column: str, value: str | None, said: str, kind: str) -> None:
    table = votes(FIELDS["short"])
    table.loc[2000, "model_a"] = "m0"
    table.loc[2000, column] = value
    with pytest.raises(DataError, match=said):
        reduce_votes(table.astype(kind))


def test_no_texts_have_no_codes() -> None:
    for labels in (["a", "b"], ["as long as ever", "as long as even"]):
        known = lookup.prepare(pa.array(labels))
        assert known is not None
        found = known.codes(pa.array([], pa.string()))
        assert found is not None and found.size == 0


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from([pa.string(), pa.large_string()]))
def test_a_text_gets_its_own_code_or_none_at_all(data: st.DataObject, kind: pa.DataType) -> None:
    alphabet = st.text("ab\0é", min_size=0, max_size=14)
    labels = data.draw(st.lists(alphabet, min_size=1, max_size=8, unique=True))
    texts = data.draw(st.lists(st.sampled_from(labels) | alphabet, max_size=30))
    start = data.draw(st.integers(0, len(texts)))
    known = lookup.prepare(pa.array(labels, kind))
    found = None if known is None else known.codes(pa.array(texts, kind).slice(start))
    if found is not None:
        assert [labels[code] for code in found] == texts[start:]
    elif known is not None and texts[start:]:
        assert not set(texts[start:]) <= set(labels)
