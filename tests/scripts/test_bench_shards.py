"""Counts made by another engine are the counts that we make."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner

from scripts.analyze import main
from scripts.bench_shards import app, make_shards

pytestmark = pytest.mark.integration

ANALYZE = typer.Typer()
ANALYZE.command()(main)


def analyze(*arguments: object) -> str:
    said = CliRunner().invoke(ANALYZE, [str(argument) for argument in arguments])
    assert said.exit_code == 0, said.stderr
    return said.stdout


def test_the_printed_sql_counts_shards_as_reading_them_does(tmp_path: Path) -> None:
    make_shards(tmp_path / "shards", 3000, 4, 1000)
    sql = analyze(f"{tmp_path}/shards/*/*.parquet", "--print-sql").split("-- Spark")[0].removeprefix("-- DuckDB\n")
    duckdb.sql(sql.strip().rstrip(";")).write_csv(str(tmp_path / "counts.csv"))
    counted = json.loads(analyze(tmp_path / "counts.csv", "--counts", "--json", "-"))
    assert counted["n_votes"] == 3000
    assert counted == json.loads(analyze(tmp_path / "shards", "--json", "-"))


def test_the_demonstration_prints_each_step_and_the_ratings() -> None:
    said = CliRunner().invoke(app, ["--votes", "2000", "--contestants", "3", "--shard", "1000"])
    assert said.exit_code == 0
    assert "counted by DuckDB" in said.stdout and "contestant-002" in said.stdout and "2,000 votes;" in said.stdout
