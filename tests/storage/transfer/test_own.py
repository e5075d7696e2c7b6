"""Our own CSV and Parquet lose nothing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from arena.errors import DataError
from arena.models import Battle, Side, Standing
from storage.loading import HEADS, load_battles
from storage.store import SqlStore
from storage.transfer.columns import COLUMNS
from storage.transfer.record import Format
from tests.storage.sample import NOW, cast, cells, finish, open_battle, vote_on
from tests.storage.transfer.helpers import NASTY, bring_in, check, take_out

pytestmark = pytest.mark.integration


def given(battle: Battle) -> Battle:
    """A battle as it was where its vote was given."""
    assert battle.vote is not None
    reasons = tuple(reason for reason in battle.vote.reasons if reason is not Standing.IMPORTED)
    return replace(battle, vote=replace(battle.vote, reasons=reasons))


def voted_battles(store: SqlStore) -> dict[str, Battle]:
    with store.database.read() as connection:
        found = load_battles(connection, store.database.origin, HEADS)
    return {battle.id: battle for battle in found if battle.vote}


def test_csv_out_in_and_out_again_is_the_same_file(full: SqlStore, empty: SqlStore, tmp_path: Path) -> None:
    first, second = tmp_path / "1.csv", tmp_path / "2.csv"
    done = take_out(full, first, Format.CSV)
    assert (done.votes, done.left_out) == (len(NASTY) + 4, 0)
    assert bring_in(empty, first).added == done.votes
    take_out(empty, second, Format.CSV)
    assert second.read_bytes() == first.read_bytes()


def test_parquet_out_in_and_out_again_is_the_same_table(full: SqlStore, empty: SqlStore, tmp_path: Path) -> None:
    first, second = tmp_path / "1.parquet", tmp_path / "2.parquet"
    take_out(full, first, Format.PARQUET)
    bring_in(empty, first)
    take_out(empty, second, Format.PARQUET)
    table = pq.read_table(first)
    assert table.num_rows == len(NASTY) + 4
    assert pq.read_table(second).equals(table)


def test_csv_and_parquet_say_the_same(full: SqlStore, empty: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.csv", Format.CSV)
    take_out(full, tmp_path / "1.parquet", Format.PARQUET)
    bring_in(empty, tmp_path / "1.parquet")
    take_out(empty, tmp_path / "2.csv", Format.CSV)
    assert (tmp_path / "2.csv").read_bytes() == (tmp_path / "1.csv").read_bytes()


@pytest.mark.parametrize(("name", "format_"), [("1.csv", Format.CSV), ("1.parquet", Format.PARQUET)])
def test_what_was_imported_is_what_was_there_but_for_its_standing(
    full: SqlStore, empty: SqlStore, tmp_path: Path, name: str, format_: Format
) -> None:
    take_out(full, tmp_path / name, format_)
    bring_in(empty, tmp_path / name)
    before, after = voted_battles(full), voted_battles(empty)
    assert after.keys() == before.keys()
    for id_, battle in after.items():
        assert battle.vote is not None
        assert battle.vote.reasons[-1] is Standing.IMPORTED
        assert given(battle) == given(before[id_])


async def test_imported_votes_do_not_count_where_they_were_not_given(
    full: SqlStore, empty: SqlStore, tmp_path: Path
) -> None:
    await cast(empty)
    take_out(full, tmp_path / "1.csv", Format.CSV)
    bring_in(empty, tmp_path / "1.csv")
    by_standing: dict[str, int] = {}
    for (*_, standing), n in (await cells(empty)).items():
        by_standing[standing] = by_standing.get(standing, 0) + n
    assert by_standing == {"counted": 1, "imported": len(NASTY) + 3, "withdrawn": 1}


async def test_a_second_import_changes_nothing(full: SqlStore, empty: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.csv", Format.CSV)
    first = bring_in(empty, tmp_path / "1.csv")
    before = await cells(empty)
    again = bring_in(empty, tmp_path / "1.csv")
    assert (again.added, again.known) == (0, first.added)
    assert await cells(empty) == before
    assert bring_in(full, tmp_path / "1.csv").added == 0


async def test_a_very_long_answer_is_taken_there_and_back(store: SqlStore, empty: SqlStore, tmp_path: Path) -> None:
    long = {Side.A: "word " * 60_000, Side.B: "二" * 200_000}
    battle = await finish(store, await open_battle(store), long)
    await store.record_vote(vote_on(battle), NOW)
    take_out(store, tmp_path / "1.csv", Format.CSV)
    bring_in(empty, tmp_path / "1.csv")
    assert voted_battles(empty)[battle.id].turns == battle.turns


def test_a_battle_without_turns_can_be_imported(exported: Path, empty: SqlStore, tmp_path: Path) -> None:
    file = edited(exported, tmp_path / "1.csv", {"conversation": "[]"}, alone=True)
    assert bring_in(empty, file).added == 1
    assert [battle.turns for battle in voted_battles(empty).values()] == [()]


async def test_an_erased_text_does_not_come_back_with_an_old_export(store: SqlStore, tmp_path: Path) -> None:
    battle = await cast(store, comment="regret")
    take_out(store, tmp_path / "1.csv", Format.CSV)
    with store.database.read() as connection:
        (code,) = connection.exec_driver_sql("SELECT erasure_digest FROM rater").scalars()
    await store.erase(code, battle.created_at)
    assert bring_in(store, tmp_path / "1.csv").added == 0
    take_out(store, tmp_path / "2.csv", Format.CSV)
    assert b"regret" in (tmp_path / "1.csv").read_bytes()
    assert b"regret" not in (tmp_path / "2.csv").read_bytes()


def test_raters_appear_by_their_id_never_by_a_digest(full: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.csv", Format.CSV)
    with full.database.read() as connection:
        ids = connection.exec_driver_sql("SELECT DISTINCT rater_id FROM vote WHERE rater_id IS NOT NULL").scalars()
        text = (tmp_path / "1.csv").read_text(encoding="utf-8")
        assert all(id_ in text for id_ in ids)
    assert "cookie-" not in text
    assert "code-" not in text


def test_every_column_is_in_the_data_dictionary() -> None:
    dictionary = (Path(__file__).parents[3] / "docs" / "data.md").read_text(encoding="utf-8")
    assert [name for name in COLUMNS if f"| `{name}` |" not in dictionary] == []


# --- files that are wrong ---


def edited(source: Path, target: Path, changes: Mapping[str, str], *, alone: bool = False) -> Path:
    """A CSV export with its second row changed, or that row alone."""
    with source.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[1] |= changes
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows[1:2] if alone else rows)
    return target


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"winner": "left"}, "row 2: winner is 'left'; expected one of model_a, model_b, tie, both_bad"),
        ({"winner": ""}, "row 2: winner is ''; expected one of"),
        ({"created_at": "yesterday"}, "row 2: created_at is 'yesterday'; expected a time with its zone"),
        ({"created_at": "2026-01-01T00:00:00"}, "row 2: created_at is '2026-01-01T00:00:00'; expected a time with"),
        ({"turns": "many"}, "row 2: turns is 'many'; expected a whole number"),
        ({"is_code": "True"}, "row 2: is_code is 'True'; expected true or false"),
        ({"reasons": '["bored"]'}, "row 2: reasons is"),
        ({"conversation": "[{}]"}, "row 2: conversation is '[{}]'; expected turns as docs/data.md has them"),
        ({"contestant_a": "{}"}, "row 2: contestant_a is '{}'; expected a contestant's snapshot"),
        ({"contestant_a_hash": "0"}, "row 2: contestant_a_hash is '0'; expected"),
        ({"model_a": "other"}, "row 2: model_a is 'other'; expected 'plain', as in contestant_a"),
        ({"vote_id": ""}, "row 2: vote_id is ''; expected text"),
        ({"comment": "a\0b"}, "row 2: a text has characters that cannot be stored"),
    ],
)
async def test_a_wrong_row_is_named_and_nothing_is_stored(
    exported: Path, empty: SqlStore, tmp_path: Path, changes: dict[str, str], expected: str
) -> None:
    file = edited(exported, tmp_path / "1.csv", changes)
    with pytest.raises(DataError) as caught:
        bring_in(empty, file)
    assert str(caught.value).startswith(expected)
    assert await empty.vote_counts() == []


def test_a_missing_column_is_named(full: SqlStore, tmp_path: Path) -> None:
    take_out(full, tmp_path / "1.parquet", Format.PARQUET)
    pq.write_table(pq.read_table(tmp_path / "1.parquet").drop(["dwell_ms"]), tmp_path / "2.parquet")
    with pytest.raises(DataError, match="row 1: the column dwell_ms is missing; expected a whole number"):
        check(tmp_path / "2.parquet")
