"""Votes for analysis, as Arrow tables with the columns of the public data sets.

`reasons` says why a vote does not count, as a JSON list; "[]" counts. Names and words are read as dictionaries, so that
ten million votes fit into memory.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, Connection, Select, String, func, literal, select, type_coerce

from arena.models import USABLE_ANSWERS, Side, Standing
from storage.database import Database, open_database
from storage.statistics import contestant_stats
from storage.tables import AnswerRow, ConversationRow, TurnRow, VoteCountRow, VoteRow

_BATCH = 1 << 16
_WORD = pa.dictionary(pa.int32(), pa.string())
_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
_BAR = "|"


def count_table(database: Database, *, raters: bool = False, exact: bool = False) -> pa.Table:
    """Cells of equal votes: model_a, model_b, winner, reasons, count, and rater where asked.

    Without raters from the maintained counts; with them by one GROUP BY over the covering index ix_vote_cell. Both know
    only the standing; `exact` has every reason, for a look at the whole table.
    """
    if raters or exact:
        cell = {"model_a": VoteRow.left_name, "model_b": VoteRow.right_name, "winner": _text(VoteRow.outcome)}
        keys = cell | {"reasons": _verdict(exact=exact)} | ({"rater": VoteRow.rater_id} if raters else {})
        columns = [*(key.label(name) for name, key in keys.items()), func.count().label("count")]
        statement: Select[*tuple[Any, ...]] = select(*columns).group_by(*keys.values())
        return _read(database, statement)
    row = VoteCountRow
    keys = {"model_a": row.left_name, "model_b": row.right_name, "winner": _text(row.outcome)}
    keys |= {"reasons": _text(row.standing), "count": row.n}
    return _read(database, select(*(key.label(name) for name, key in keys.items())).where(row.n > 0))


def vote_table(
    database: Database, *, texts: bool = False, prompts: bool = False, newest: int | None = None
) -> pa.Table:
    """One row a vote, in the order in which they were given: the outcome, rater, language, code, turns and time.

    `texts` adds conversation_a and conversation_b as the votes saw them, `prompts` the first prompt; `newest` takes the
    last votes only.
    """
    columns = {
        "id": VoteRow.battle_id,
        "model_a": VoteRow.left_name,
        "model_b": VoteRow.right_name,
        "winner": _text(VoteRow.outcome),
        "reasons": _verdict(exact=True),
        "rater": VoteRow.rater_id,
        "language": VoteRow.language,
        "is_code": VoteRow.is_code,
        "turns": VoteRow.turns,
        "created_at": VoteRow.created_at,
    }
    if not texts:
        del columns["id"]
    if prompts:
        columns["prompt"] = TurnRow.prompt
    statement: Select[*tuple[Any, ...]] = select(*(column.label(name) for name, column in columns.items()))
    if prompts:
        first = (TurnRow.battle_id == VoteRow.battle_id) & (TurnRow.position == 0)
        statement = statement.select_from(VoteRow).outerjoin(TurnRow, first)
    if newest is None:
        statement = statement.order_by(VoteRow.created_at, VoteRow.id)
    else:
        statement = statement.order_by(VoteRow.created_at.desc(), VoteRow.id.desc()).limit(newest)
    with database.read() as connection:
        table = _table(connection, statement)
        return _with_texts(connection, table) if texts else table


def answer_table(database: Database) -> pa.Table:
    """Attempts by contestant's name: those that ended by themselves, and of these failed and no_answer."""
    with database.read() as connection:
        found = contestant_stats(connection, database.origin)
    rows = [{"name": c.name, "ended": c.usable + c.failed, "failed": c.failed, "no_answer": c.no_answer} for c in found]
    kinds = pa.schema([("name", pa.string()), *((name, pa.int64()) for name in ("ended", "failed", "no_answer"))])
    return pa.Table.from_pylist(rows, kinds)


def read_at(url: str, read: Callable[[Database], pa.Table]) -> pa.Table:
    """Open a database, read from it, close it: for work in a process of its own."""
    database = open_database(url)
    try:
        return read(database)
    finally:
        database.close()


def _text(column: Any) -> ColumnElement[Any]:
    """A word as the database has it: making enum members of millions costs more than reading them."""
    return type_coerce(column, String())


def _verdict(*, exact: bool) -> ColumnElement[Any]:
    """The standing, followed by all reasons where they are asked for."""
    standing = _text(VoteRow.standing)
    return standing + literal(_BAR) + _text(VoteRow.reasons) if exact else standing


def _read(database: Database, statement: Select[*tuple[Any, ...]]) -> pa.Table:
    with database.read() as connection:
        return _table(connection, statement)


def _table(connection: Connection, statement: Select[*tuple[Any, ...]]) -> pa.Table:
    names = [column.key for column in statement.selected_columns if column.key]
    result = connection.execution_options(stream_results=True).execute(statement)
    batches = [_batch(names, rows) for rows in result.partitions(_BATCH)]
    schema = batches[0].schema if batches else pa.schema([(name, _type(name)) for name in names])
    table = pa.Table.from_batches(batches, schema).unify_dictionaries()
    at = names.index("reasons")
    return table.set_column(at, "reasons", _reasons(table["reasons"]))


def _batch(names: Sequence[str], rows: Sequence[Any]) -> pa.RecordBatch:
    columns = [_column(name, values) for name, values in zip(names, zip(*rows, strict=True), strict=True)]
    return pa.record_batch(columns, names=list(names))


def _column(name: str, values: tuple[Any, ...]) -> pa.Array:
    kind = _type(name)
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    return pa.array(values, kind)


def _type(name: str) -> pa.DataType:
    plain = {
        "id": pa.string(),
        "count": pa.int64(),
        "is_code": pa.bool_(),
        "turns": pa.int64(),
        "created_at": pa.timestamp("us", tz="UTC"),
    }
    return plain.get(name, _WORD)


def _reasons(verdicts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Standings (and reasons) as one JSON list of reasons."""
    chunks = [pa.DictionaryArray.from_arrays(chunk.indices, _said(chunk.dictionary)) for chunk in verdicts.chunks]
    return pa.chunked_array([pc.cast(chunk, pa.string()).dictionary_encode() for chunk in chunks], type=_WORD)


def _said(words: pa.StringArray) -> pa.StringArray:
    return pa.array([_reasons_of(*word.partition(_BAR)[::2]) for word in words.to_pylist()], pa.string())


def _reasons_of(standing: str, reasons: str) -> str:
    given = json.loads(reasons) if reasons else []
    missing = standing not in given and standing != Standing.COUNTED
    return json.dumps([standing, *given] if missing else given)


def _with_texts(connection: Connection, table: pa.Table) -> pa.Table:
    """Add both conversations of every vote."""
    battle_ids: list[str] = table["id"].to_pylist()
    sides: dict[Side, list[Any]] = {side: [] for side in Side}
    for start in range(0, len(battle_ids), 500):
        some = battle_ids[start : start + 500]
        found = _turns(connection, some)
        for battle_id in some:
            for side in Side:
                sides[side].append([message for turn in found.get(battle_id, ()) for message in _said_by(turn, side)])
    for side, conversations in sides.items():
        table = table.append_column(f"conversation_{side}", pa.array(conversations, _MESSAGES))
    return table.drop_columns(["id"])


Exchange = tuple[str, dict[Side, str]]
"""A prompt, and the answer that each side showed."""


def _turns(connection: Connection, battle_ids: Sequence[str]) -> dict[str, list[Exchange]]:
    turns = select(TurnRow.id, TurnRow.battle_id, TurnRow.prompt).where(TurnRow.battle_id.in_(battle_ids))
    shown: dict[str, dict[Side, str]] = {}
    for row in connection.execute(_answers(battle_ids)):
        shown.setdefault(row.turn_id, {})[row.side] = row.text
    found: dict[str, list[Exchange]] = {}
    for row in connection.execute(turns.order_by(TurnRow.battle_id, TurnRow.position)):
        found.setdefault(row.battle_id, []).append((row.prompt, shown.get(row.id, {})))
    return found


def _answers(battle_ids: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Attempts that could be read, oldest first: the last of a side is the one that was voted on."""
    return (
        select(AnswerRow.turn_id, ConversationRow.side, AnswerRow.text)
        .join(ConversationRow, ConversationRow.id == AnswerRow.conversation_id)
        .where(ConversationRow.battle_id.in_(battle_ids), AnswerRow.state.in_(sorted(USABLE_ANSWERS)))
        .order_by(AnswerRow.attempt)
    )


def _said_by(turn: Exchange, side: Side) -> tuple[dict[str, str], dict[str, str]]:
    prompt, answers = turn
    return {"role": "user", "content": prompt}, {"role": "assistant", "content": answers.get(side, "")}
