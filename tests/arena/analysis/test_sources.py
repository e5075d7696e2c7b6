from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as arrow_dataset
import pytest

from arena.analysis.counts import Counts, reduce_votes
from arena.analysis.sources import group_by_sql, read_votes
from arena.errors import DataError
from tests.arena.analysis.samples import simulated

VOTES = simulated(6, 3, lone=4).assign(language="zh", comment='a, "quoted"\nline')


def table(counts: Counts) -> list[tuple[object, ...]]:
    return list(
        zip(counts.left.tolist(), counts.right.tolist(), counts.outcome.tolist(), counts.n.tolist(), strict=True)
    )


def write(path: Path) -> Path:
    match path.suffix:
        case ".csv":
            VOTES.to_csv(path, index=False)
        case ".tsv":
            VOTES.to_csv(path, index=False, sep="\t")
        case ".jsonl":
            VOTES.to_json(path, orient="records", lines=True)
        case ".parquet":
            VOTES.to_parquet(path)
        case _:
            arrow_dataset.write_dataset(
                pa.Table.from_pandas(VOTES),
                path,
                format="parquet",
                partitioning=["language"],
                partitioning_flavor="hive",
            )
    return path


@pytest.mark.parametrize("name", ["v.csv", "v.tsv", "v.jsonl", "v.parquet", "folder"])
def test_every_kind_of_file_gives_the_same_counts(tmp_path: Path, name: str) -> None:
    read = read_votes(write(tmp_path / name), ["language", "absent"])
    assert table(reduce_votes(read)) == table(reduce_votes(VOTES))
    assert reduce_votes(read, raters=True).n_raters == 6
    assert "comment" not in read.column_names and "language" in read.column_names


def test_a_table_of_counts_is_read_as_such(tmp_path: Path) -> None:
    grouped = VOTES.groupby(["model_a", "model_b", "winner"]).size().rename("count").reset_index()
    grouped.to_csv(tmp_path / "counts.csv", index=False)
    assert table(reduce_votes(read_votes(tmp_path / "counts.csv"))) == table(reduce_votes(VOTES))


def test_names_that_look_like_numbers_stay_names(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("model_a,model_b,winner\n007,1e3,model_a\n1e3,007,tie\n")
    assert reduce_votes(read_votes(tmp_path / "v.csv")).names == ("007", "1e3")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("v.csv", "model_a,model_b\nx,y\n", "no column 'winner'"),
        ("v.csv", "model_a,model_b,winner\nx,y,model_a\nx,y\n", "not what its name says.*Expected 3 columns, got 2"),
        ("v.parquet", "model_a", "not what its name says"),
        ("v.xlsx", "?", r"expected \.csv"),
    ],
)
def test_a_wrong_file_is_an_error_that_says_what_was_expected(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError, match=said):
        reduce_votes(read_votes(tmp_path / name))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere\.csv does not exist"):
        read_votes(tmp_path / "nowhere.csv")


def test_the_sql_groups_what_counts_are_made_of() -> None:
    said = group_by_sql("votes/*.parquet", raters=True)
    assert set(said) == {"DuckDB", "PostgreSQL", "Spark"}
    assert "GROUP BY model_a, model_b, winner, rater" in said["PostgreSQL"]
    assert "read_parquet('votes/*.parquet', hive_partitioning = true)" in said["DuckDB"]


def test_a_quote_in_a_path_stays_inside_the_sql_text() -> None:
    assert "read_parquet('it''s.parquet'" in group_by_sql("it's.parquet")["DuckDB"]


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    pd.DataFrame(columns=["model_a", "model_b", "winner"]).to_csv(tmp_path / "v.csv", index=False)
    with pytest.raises(DataError, match="no rows"):
        reduce_votes(read_votes(tmp_path / "v.csv"))
