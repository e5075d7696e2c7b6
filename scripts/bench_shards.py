"""Ratings beyond one machine, shown on one: votes as partitioned Parquet, reduced by DuckDB, rated from the counts.

    python -m scripts.bench_shards --votes 5000000
    python -m scripts.bench_shards --votes 100000000 --keep shards

It makes the shards, runs the SQL that `python -m scripts.analyze SHARDS --print-sql` prints for DuckDB, and rates the
counts as `python -m scripts.analyze COUNTS --counts` does. The memory shown is the most that this process had.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import typer
from rich.console import Console

from arena.analysis.counts import reduce_votes
from arena.analysis.ratings import rate
from arena.analysis.sources import group_by_sql
from arena.analysis.tables import to_frame
from arena.errors import DataError

OUTCOMES = pa.array(["model_a", "model_b", "tie", "both_bad"])
DAYS = 10

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def main(
    votes: Annotated[int, typer.Option(min=1000, help="Votes in all shards.")] = 5_000_000,
    contestants: Annotated[int, typer.Option(min=2)] = 100,
    shard: Annotated[int, typer.Option(min=1000, help="Votes of a shard.")] = 1_000_000,
    keep: Annotated[Path | None, typer.Option(help="A folder for the shards that stays; else a temporary one.")] = None,
) -> None:
    """Make shards of votes, count them with DuckDB, and print the ratings and what each step took."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        root = keep or Path(folder) / "shards"
        with step(console, f"{votes:,} votes written to {root} in shards of {shard:,}"):
            make_shards(root, votes, contestants, shard)
        sql = group_by_sql(f"{root}/*/*.parquet")["DuckDB"]
        console.print(sql, highlight=False)
        with step(console, "counted by DuckDB"):
            table = count(sql)
        with step(console, f"{len(table):,} cells rated"):
            ratings = rate(reduce_votes(table))
    console.print(to_frame(ratings).head(10).to_string(index=False))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"{ratings.n_votes:,.0f} votes; {peak:,.0f} MiB at most.", highlight=False)


def count(sql: str) -> pa.Table:
    """What DuckDB makes of the SQL."""
    found = duckdb.sql(sql.rstrip(";"))
    if found is None:
        raise DataError("DuckDB gave no rows for this SQL.")
    return found.to_arrow_table()


def make_shards(root: Path, votes: int, contestants: int, shard: int, seed: int = 0) -> None:
    """Votes between contestants of different strength, a folder a day (hive partitions), the same for each seed."""
    rng = np.random.default_rng(seed)
    names = pa.array([f"contestant-{k:03d}" for k in range(contestants)])
    theta = rng.normal(0, 0.6, contestants)
    for place, start in enumerate(range(0, votes, shard)):
        size = min(shard, votes - start)
        left = rng.integers(0, contestants, size)
        right = (left + rng.integers(1, contestants, size)) % contestants
        won = rng.random(size) < 1 / (1 + np.exp(theta[right] - theta[left]))
        outcome = np.where(rng.random(size) < 0.2, rng.integers(2, 4, size), np.where(won, 0, 1))
        folder = root / f"day={place % DAYS:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        columns = {"model_a": names.take(pa.array(left)), "model_b": names.take(pa.array(right))}
        table = pa.table(columns | {"winner": OUTCOMES.take(pa.array(outcome))})
        parquet.write_table(table, folder / f"shard-{place:05d}.parquet")


@contextmanager
def step(console: Console, name: str) -> Iterator[None]:
    """Print what was done and how long it took."""
    begun = time.perf_counter()
    yield
    console.print(f"{time.perf_counter() - begun:8.2f} s  {name}", highlight=False)


if __name__ == "__main__":
    app()
