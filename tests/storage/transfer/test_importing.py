"""Importing in batches: large files, files that break off, files of no known kind."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from arena.errors import DataError, StoreUnavailable
from storage.store import SqlStore
from storage.transfer.record import Format
from tests.storage.conftest import OpenStore
from tests.storage.sample import cells
from tests.storage.transfer.helpers import bring_in, check, take_out
from tests.storage.transfer.test_public import chatbot_arena_row, write_jsonl

pytestmark = pytest.mark.integration


def many(path: Path, n: int) -> Path:
    rows = (chatbot_arena_row(question_id=f"q{i}", tstamp=1.7e9 + i // 3, winner="tie") for i in range(n))
    return write_jsonl(path, *rows)


async def test_a_file_of_several_batches_comes_out_in_order_and_whole(empty: SqlStore, tmp_path: Path) -> None:
    assert bring_in(empty, many(tmp_path / "1.jsonl", 450)).added == 450
    assert await cells(empty) == {("chatglm-6b", "koala-13b", "tie", "imported"): 450}
    take_out(empty, tmp_path / "1.csv", Format.CSV)
    take_out(empty, tmp_path / "2.jsonl", Format.CHATBOT_ARENA, everything=True)
    rows = [json.loads(line) for line in (tmp_path / "2.jsonl").read_text().splitlines()]
    assert len({row["question_id"] for row in rows}) == 450
    assert [(row["tstamp"], row["question_id"]) for row in rows] == sorted(
        (row["tstamp"], row["question_id"]) for row in rows
    )


def test_a_vote_that_is_twice_in_a_file_is_stored_once(empty: SqlStore, tmp_path: Path) -> None:
    done = bring_in(empty, write_jsonl(tmp_path / "1.jsonl", *[chatbot_arena_row()] * 3))
    assert (done.added, done.known) == (1, 2)


async def test_an_import_that_broke_off_goes_on_when_it_is_repeated(
    open_store: OpenStore, url: str, tmp_path: Path
) -> None:
    store, file, commits = open_store(url), many(tmp_path / "1.jsonl", 450), []

    def fill_up(connection: sqlite3.Connection, *_: object) -> None:
        commits.append(connection)
        if len(commits) == 2:
            used = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={used}")

    event.listen(store.database.engine, "checkout", fill_up)
    with pytest.raises(StoreUnavailable):
        bring_in(store, file)
    assert sum((await cells(store)).values()) == 200
    store.close()
    done = bring_in(open_store(url), file)
    assert (done.added, done.known) == (250, 200)


def test_a_row_that_contradicts_what_is_stored_is_refused(exported: Path, empty: SqlStore, tmp_path: Path) -> None:
    """A turn's id that another battle has already."""
    bring_in(empty, exported)
    text = exported.read_bytes().decode()
    header, first, *_ = text.split("\r\n")
    vote_id, battle_id, *_ = first.split(",")
    forged = first.replace(vote_id, "00000000-0000-0000-0000-000000000001").replace(battle_id, "0" * 36)
    (tmp_path / "1.csv").write_text(f"{header}\r\n{forged}\r\n", encoding="utf-8", newline="")
    with pytest.raises(DataError, match="contradicts what is stored"):
        bring_in(empty, tmp_path / "1.csv")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "has no rows"),
        (b"\n\n", "has no rows"),
        (b"name,age\nann,3\n", "no known format"),
        (b'{"name": "ann"}\n', "no known format"),
        (b'{"question_id": 1\n', "row 1: not a JSON object on one line"),
        (b"[1, 2]", "row 1: expected a JSON object"),
        (b'[{"a": 1}, {"b": ', "no known format"),
        (b"\xff\xfe\x00garbage", "is not UTF-8 text"),
        (b"PAR1 but no more", "cannot be read"),
        (b'vote_id,battle_id,conversation\n"1,2,3\n', "cannot be read"),
        (b"vote_id,battle_id,conversation\n1,2\n", "row 1: expected 3 fields"),
    ],
)
def test_a_file_that_is_no_export_is_refused_with_a_sentence(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(DataError) as caught:
        check(tmp_path / "file")
    assert expected in str(caught.value)


def test_a_json_array_is_read_piece_by_piece(empty: SqlStore, tmp_path: Path) -> None:
    rows = [chatbot_arena_row(question_id=f"q{i}") for i in range(3)]
    long = [{"role": "user", "content": "x" * 1_500_000}, {"role": "assistant", "content": "y]},{["}]
    rows[1] |= {"conversation_a": long, "conversation_b": long}
    (tmp_path / "1.json").write_text(json.dumps(rows, indent=2))
    assert bring_in(empty, tmp_path / "1.json").added == 3


def test_a_json_array_that_ends_early_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text(json.dumps([chatbot_arena_row(), chatbot_arena_row()])[:-30])
    with pytest.raises(DataError, match="row 2: not a JSON object in an array"):
        check(tmp_path / "1.json")


def test_a_byte_order_mark_does_no_harm(exported: Path, empty: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_bytes(b"\xef\xbb\xbf" + exported.read_bytes())
    assert bring_in(empty, tmp_path / "1.csv") == replace(
        bring_in(empty, exported), added=check(exported).votes, known=0
    )


def test_the_format_can_be_said_and_is_believed(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "1.jsonl", chatbot_arena_row())
    assert check(file).format is Format.CHATBOT_ARENA
    with pytest.raises(DataError, match="row 1: the column id is missing"):
        check(file, Format.ARENA_140K)
