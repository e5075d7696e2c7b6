"""Files of votes as tables: CSV, JSONL and Parquet (a file or a folder of them), only the columns that are needed.

Any engine can do the reduction where the votes are: `group_by_sql` is its SQL, and its result is read as a table with a
`count` column.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.dataset as arrow_dataset
import pyarrow.json as arrow_json
import pyarrow.parquet as arrow_parquet

from arena.analysis import schemas
from arena.errors import DataError

TEXT = pa.dictionary(pa.int32(), pa.string())
"""Names and labels repeat: read as codes they cost neither time nor memory."""
PARQUET = (".parquet", ".pq")
JSON_LINES = (".jsonl", ".ndjson")


class Source(NamedTuple):
    """A file's columns, and how to read some of them."""

    columns: list[str]
    read: Callable[[list[str]], pa.Table]


def read_votes(path: Path, extra: Collection[str] = ()) -> pa.Table:
    """Read a file's votes: the columns of `schemas`, and those of `extra` that it has. Raises `DataError`."""
    try:
        source = open_source(path)
        schema = schemas.detect(source.columns)
        known = [schema.left, schema.right, schema.outcome, schema.rater, schema.count, schema.counted]
        wanted = [name for name in known if name] + [name for name in extra if name in source.columns]
        return source.read(list(dict.fromkeys(wanted)))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    except pa.ArrowInvalid as error:
        raise DataError(f"{path} is not what its name says: {error}") from error


def open_source(path: Path) -> Source:
    """Look at a file's columns without reading its rows."""
    if not path.exists():
        raise DataError(f"{path} does not exist.")
    if path.is_dir():
        return _folder(path)
    kind = path.suffix.lower()
    if kind in PARQUET:
        return Source(arrow_parquet.read_schema(path).names, lambda names: _parquet(path, names))
    if kind in JSON_LINES:
        return _json_lines(path)
    if kind in (".csv", ".tsv"):
        return _csv(path, "\t" if kind == ".tsv" else ",")
    raise DataError(f"{path}: expected .csv, .tsv, .jsonl, .ndjson, .parquet or a folder of Parquet files.")


def _folder(path: Path) -> Source:
    data = arrow_dataset.dataset(path, format="parquet", partitioning="hive")
    return Source(data.schema.names, lambda names: data.to_table(columns=names))


def _parquet(path: Path, names: list[str]) -> pa.Table:
    known = arrow_parquet.read_schema(path)
    texts = [name for name in names if pa.types.is_string(known.field(name).type)]
    return arrow_parquet.read_table(path, columns=names, read_dictionary=texts)


def _json_lines(path: Path) -> Source:
    """Columns are those of the first block; fields that are not asked for are not parsed into columns."""
    with arrow_json.open_json(path) as reader:
        known = reader.schema

    def read(names: list[str]) -> pa.Table:
        asked = pa.schema([known.field(name) for name in names])
        options = arrow_json.ParseOptions(explicit_schema=asked, unexpected_field_behavior="ignore")
        return arrow_json.read_json(path, parse_options=options)

    return Source(known.names, read)


def _csv(path: Path, delimiter: str) -> Source:
    parse = arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True)
    with arrow_csv.open_csv(path, parse_options=parse) as reader:
        names = reader.schema.names

    def read(wanted: list[str]) -> pa.Table:
        types = {name: TEXT for name in wanted if name not in schemas.COUNT}
        convert = arrow_csv.ConvertOptions(include_columns=wanted, column_types=types, strings_can_be_null=True)
        return arrow_csv.read_csv(path, parse_options=parse, convert_options=convert)

    return Source(names, read)


def group_by_sql(source: str, *, raters: bool = False) -> dict[str, str]:
    """The reduction to counts as SQL, for DuckDB and Spark on Parquet files and for PostgreSQL on a table `votes`."""
    keys = ["model_a", "model_b", "winner", *(["rater"] if raters else [])]
    quoted = source.replace("'", "''")
    origin = {
        "DuckDB": f"read_parquet('{quoted}', hive_partitioning = true)",
        "Spark": f"parquet.`{source.replace('`', '``')}`",
        "PostgreSQL": "votes",
    }
    columns = ", ".join(keys)
    return {
        engine: f'SELECT {columns}, count(*) AS "count"\nFROM {table}\nGROUP BY {columns};'.replace(
            '"count"', "`count`" if engine == "Spark" else '"count"'
        )
        for engine, table in origin.items()
    }


def own_sql(*, raters: bool = False) -> dict[str, str]:
    """The reduction of our own table of votes, in either database; only votes that count."""
    keys = ["left_name", "right_name", "outcome", *(["rater_id"] if raters else [])]
    names = ["model_a", "model_b", "winner", *(["rater"] if raters else [])]
    columns = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names, strict=True))
    text = (
        f"SELECT {columns}, count(*) AS \"count\"\nFROM vote\nWHERE standing = 'counted'\nGROUP BY {', '.join(keys)};"
    )
    return {"SQLite and PostgreSQL": text}
