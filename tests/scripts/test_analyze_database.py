"""Analysing a database: the same numbers as its exports, and only votes that count unless told otherwise."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner, Result

from arena.models import Draw, Outcome, Standing
from scripts import export_votes
from scripts.analyze import main
from storage.store import SqlStore
from tests.scripts.cli import fill
from tests.scripts.cli import run as run_app
from tests.storage.sample import DRAW, LEFT, RIGHT, at, cast, finish, new_rater, open_battle, vote_on
from tests.storage.transfer.helpers import populate

pytestmark = pytest.mark.integration

APP = typer.Typer()
APP.command()(main)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def document(*arguments: object) -> dict[str, Any]:
    said = run(*arguments, "--json", "-")
    assert said.exit_code == 0, said.stderr
    return json.loads(said.stdout)


def same(one: Any, other: Any) -> bool:
    """Equal but for the order in which floats were added up, which follows the order of the raters."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == (pytest.approx(other, rel=1e-12, abs=1e-12) if isinstance(one, float) else other)


async def votes_here(store: SqlStore) -> None:
    """Three raters with several votes each, two votes that do not count, and one without a rater."""
    for person in range(3):
        rater_id = await new_rater(store, f"person-{person}")
        for k in range(3 + person):
            await vote_on_either_side(store, list(Outcome)[(k + person) % 3], rater_id, 100 * person + k)
    await cast(store, Outcome.BOTH_BAD, now=at(900))
    await cast(store, Outcome.TIE, reasons=(Standing.TOO_FAST, Standing.IDENTITY_LEAK), now=at(901))
    await cast(store, reasons=(Standing.TOO_FAST,), now=at(902))
    await cast(store, rater_id=await new_rater(store, "gone"), now=at(903))
    await store.erase("code-gone", at(904))


async def vote_on_either_side(store: SqlStore, outcome: Outcome, rater_id: str, second: int) -> None:
    draw = Draw(a=RIGHT, b=LEFT, probability=0.5) if second % 2 else DRAW
    battle = await finish(store, await open_battle(store, rater_id, draw=draw, now=at(second)), now=at(second))
    await store.record_vote(vote_on(battle, outcome, origin=store.database.origin, now=at(second)), at(second))
    await store.close_battle(battle.id, None, at(second))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("analyze") / "arena.db"
    fill(f"sqlite:///{path}", votes_here)
    return path


@pytest.fixture(scope="module")
def exports(database: Path) -> dict[str, Path]:
    made = {}
    for form, name in (
        ("csv", "v.csv"),
        ("parquet", "v.parquet"),
        ("arena-140k", "a.parquet"),
        ("chatbot-arena", "c.jsonl"),
    ):
        made[form] = database.parent / name
        done = run_app(
            export_votes.app, "--format", form, "--out", made[form], "--database-url", f"sqlite:///{database}"
        )
        assert done.exit_code == 0
    return made


@pytest.mark.parametrize(
    "options", [(), ("--method", "davidson"), ("--position",), ("--method", "elo", "--ci", "none")]
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_database_and_its_own_exports_give_identical_numbers(
    database: Path, exports: dict[str, Path], form: str, options: tuple[str, ...]
) -> None:
    assert same(document(exports[form], *options), document(database, *options))
    assert document(f"sqlite:///{database}", *options) == document(database, *options)


@pytest.mark.parametrize("form", ["csv", "parquet", "arena-140k", "chatbot-arena"])
def test_every_export_gives_the_database_s_estimates(database: Path, exports: dict[str, Path], form: str) -> None:
    exported, direct = document(exports[form]), document(database)
    assert same(exported["contestants"], direct["contestants"])
    assert exported["n_votes"] == direct["n_votes"] == 13


@pytest.mark.parametrize("by", ["language", "turns", "prompt-length", "code", "date", "rater-group"])
def test_slices_of_a_database_are_those_of_its_export(database: Path, exports: dict[str, Path], by: str) -> None:
    options = ("--by", by, "--minimum", 1, "--ci", "sandwich")
    direct = document(database, *options)
    assert direct["slices"] and document(exports["csv"], *options) == direct
    assert document(exports["parquet"], *options) == direct


def test_only_votes_that_count_are_rated_unless_told_otherwise(database: Path, exports: dict[str, Path]) -> None:
    said = run(database)
    assert "3 not counted" in said.stdout
    assert "Not counted: identity_leak 1, too_fast 1, withdrawn 1." in said.stdout
    assert "too_fast+identity_leak 1" in run(exports["csv"]).stdout
    assert document(database, "--include", "too_fast")["n_votes"] == 14
    both = ("--include", "too_fast", "--include", "identity_leak")
    assert document(database, *both)["n_votes"] == 15
    assert same(document(exports["csv"], *both), document(database, *both))
    assert same(document(exports["parquet"], *both), document(database, *both))


def test_imported_votes_are_rated_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    fill(f"sqlite:///{path}", populate)
    direct = document(path)
    assert document(path, "--include", "imported")["n_votes"] == direct["n_votes"] + 1


def test_style_control_reads_the_texts_of_a_database(tmp_path: Path) -> None:
    path, out = tmp_path / "full.db", tmp_path / "v.csv"
    fill(f"sqlite:///{path}", populate)
    run_app(export_votes.app, "--format", "csv", "--out", out, "--database-url", f"sqlite:///{path}")
    options = ("--method", "contextual", "--ci", "sandwich", "--include", "imported")
    direct = document(path, *options)
    assert [term["name"] for term in direct["features"]] == ["length"]
    assert document(out, *options)["features"] == direct["features"]


def test_repeated_prompts_of_a_database_can_be_left_out(database: Path, exports: dict[str, Path]) -> None:
    assert document(database, "--unique-prompts") == document(exports["csv"], "--unique-prompts")


def test_a_report_has_the_dates_of_the_votes_and_what_only_the_database_knows(database: Path, tmp_path: Path) -> None:
    assert run(database, "--report", tmp_path / "r.html").exit_code == 0
    page = (tmp_path / "r.html").read_text()
    assert "2026-03-04" in page
    assert "How firm is it?" in page
    assert "agree with alpha" in page
    assert "Named itself" in page


@pytest.mark.parametrize(
    "source", ["nothing.db", "sqlite:///nothing.db", "mysql://host/x", "postgresql+nodriver://h/x"]
)
def test_a_database_that_is_not_there_is_one_sentence(source: str) -> None:
    said = run(source)
    assert said.exit_code == 2 and "Traceback" not in said.stderr and "Cannot analyse" in said.stderr


def test_the_sql_for_our_own_table_gives_the_same_counts(database: Path, tmp_path: Path) -> None:
    said = run(database, "--print-sql", "--per-rater")
    with sqlite3.connect(database) as connection:
        frame = pd.read_sql_query(said.stdout, connection)
    frame.to_csv(tmp_path / "counts.csv", index=False)
    counted, direct = document(tmp_path / "counts.csv", "--counts"), document(database)
    assert same(counted["contestants"], direct["contestants"]) and counted["ci"] == "cluster"
