"""Exporting and importing votes from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from arena.models import Side
from scripts import export_votes, import_votes
from storage.store import SqlStore
from tests.scripts.cli import fill, run
from tests.storage.sample import NOW, cast, finish, open_battle, vote_on
from tests.storage.transfer.helpers import NASTY, populate

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def full_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('cli') / 'full.db'}"
    fill(url, populate)
    return url


@pytest.fixture
def other_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'other.db'}"


@pytest.mark.parametrize(("format_", "name"), [("csv", "v.csv"), ("parquet", "v.parquet")])
def test_our_own_formats_take_every_vote_there_and_back(
    full_url: str, other_url: str, tmp_path: Path, format_: str, name: str
) -> None:
    first, second = tmp_path / f"1-{name}", tmp_path / f"2-{name}"
    done = run(export_votes.app, "--format", format_, "--out", first, "--database-url", full_url)
    assert (done.exit_code, done.stdout) == (0, "")
    assert f"{len(NASTY) + 4} votes written to {first}" in done.stderr
    done = run(import_votes.app, first, "--database-url", other_url)
    assert done.exit_code == 0
    assert f"{len(NASTY) + 4} votes added from {first} (our own format)" in done.stderr
    run(export_votes.app, "--format", format_, "--out", second, "--database-url", other_url)
    assert second.read_bytes() == first.read_bytes()


def test_a_second_import_says_that_the_votes_were_there(full_url: str, other_url: str, tmp_path: Path) -> None:
    run(export_votes.app, "--format", "csv", "--out", tmp_path / "1.csv", "--database-url", full_url)
    run(import_votes.app, tmp_path / "1.csv", "--database-url", other_url)
    again = run(import_votes.app, tmp_path / "1.csv", "--database-url", other_url)
    assert again.exit_code == 0
    assert (
        f"0 votes added from {tmp_path / '1.csv'} (our own format); {len(NASTY) + 4} were there already" in again.stderr
    )


def test_a_public_format_leaves_out_what_does_not_count_and_says_so(full_url: str, tmp_path: Path) -> None:
    out = tmp_path / "1.json"
    done = run(export_votes.app, "--format", "chatbot-arena", "--out", out, "--database-url", full_url)
    assert "(3 that do not count were left out; --all writes them too)" in done.stderr
    assert len(json.loads(out.read_bytes())) == len(NASTY) + 1
    done = run(export_votes.app, "--format", "chatbot-arena", "--out", out, "--all", "--database-url", full_url)
    assert len(json.loads(out.read_bytes())) == len(NASTY) + 4
    assert "left out" not in done.stderr


def test_licence_notices_are_written_beside_the_file_and_said(full_url: str, tmp_path: Path) -> None:
    done = run(export_votes.app, "--format", "csv", "--out", tmp_path / "1.csv", "--database-url", full_url)
    assert "Built with Meta Llama 3" in done.stderr
    assert "Built with Meta Llama 3" in (tmp_path / "1.csv.NOTICE.txt").read_text(encoding="utf-8")


def test_without_votes_there_is_no_notice(other_url: str, tmp_path: Path) -> None:
    fill(other_url, SqlStore.origin)
    done = run(export_votes.app, "--format", "csv", "--out", tmp_path / "1.csv", "--database-url", other_url)
    assert done.exit_code == 0
    assert (tmp_path / "1.csv").read_text().startswith("vote_id,battle_id,origin,rater,")
    assert not (tmp_path / "1.csv.NOTICE.txt").exists()


def test_standard_output_has_the_votes_and_nothing_else(full_url: str) -> None:
    done = run(export_votes.app, "--format", "arena-140k", "--out", "-", "--database-url", full_url)
    assert done.exit_code == 0
    rows = [json.loads(line) for line in done.stdout_bytes.split(b"\n") if line]
    assert [row["id"] for row in rows if row["winner"]] == [row["id"] for row in rows]
    assert len(rows) == len(NASTY) + 1
    assert "standard output" in done.stderr


def test_parquet_does_not_go_to_standard_output(full_url: str) -> None:
    done = run(export_votes.app, "--format", "parquet", "--out", "-", "--database-url", full_url)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "Parquet cannot be written to standard output; give --out a file name\n"


def test_a_file_that_cannot_be_written_leaves_nothing(full_url: str, tmp_path: Path) -> None:
    done = run(export_votes.app, "--format", "csv", "--out", tmp_path / "no" / "1.csv", "--database-url", full_url)
    assert done.exit_code == 2
    assert "cannot be written: No such file or directory" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--format", "xml", "--out", "x"], ["--out", "x"], ["--format", "csv"]])
def test_bad_usage_ends_with_code_2(arguments: list[str]) -> None:
    done = run(export_votes.app, *arguments)
    assert done.exit_code == 2
    assert "Error" in done.stderr


def test_exporting_from_nowhere_makes_no_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'typo.db'}"
    done = run(export_votes.app, "--format", "csv", "--out", tmp_path / "1.csv", "--database-url", url)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"there is no database at {url}")
    assert list(tmp_path.iterdir()) == []


def test_a_database_url_that_is_none_ends_with_a_sentence(tmp_path: Path) -> None:
    done = run(export_votes.app, "--format", "csv", "--out", tmp_path / "1.csv", "--database-url", "arena.db")
    assert done.exit_code == 2
    assert "expected for example sqlite:///arena.db" in done.stderr


def test_an_import_names_the_wrong_row_and_stores_nothing(full_url: str, other_url: str, tmp_path: Path) -> None:
    run(export_votes.app, "--format", "arena-140k", "--out", tmp_path / "1.jsonl", "--database-url", full_url)
    lines = (tmp_path / "1.jsonl").read_text(encoding="utf-8").split("\n")
    lines[2] = lines[2].replace('"winner": "', '"winner": "the ')
    (tmp_path / "1.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run(import_votes.app, tmp_path / "1.jsonl", "--database-url", other_url)
    assert done.exit_code == 2
    assert done.stderr.startswith("row 3: winner is 'the ")
    assert done.stderr.endswith("; expected one of model_a, model_b, tie, both_bad\n")
    again = run(export_votes.app, "--format", "csv", "--out", "-", "--database-url", other_url)
    assert len(again.stdout.splitlines()) == 1


def test_missing_labels_are_filled_by_the_rules(other_url: str, tmp_path: Path) -> None:
    conversation = [
        {"role": "user", "content": "请用中文写一首关于秋天的诗"},
        {"role": "assistant", "content": "秋风起"},
    ]
    row = {
        "question_id": "1",
        "model_a": "x",
        "model_b": "y",
        "winner": "tie",
        "judge": "me",
        "conversation_a": conversation,
        "conversation_b": conversation,
        "tstamp": 1.7e9,
    }
    (tmp_path / "1.jsonl").write_text(json.dumps(row))
    assert run(import_votes.app, tmp_path / "1.jsonl", "--database-url", other_url).exit_code == 0
    out = run(export_votes.app, "--format", "arena-140k", "--all", "--out", "-", "--database-url", other_url)
    exported = json.loads(out.stdout)
    assert (exported["language"], exported["is_code"]) == ("zh", False)


def test_the_commands_run_as_modules_and_use_the_database_of_the_settings(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'arena.db'}"
    fill(url, cast)
    command = [sys.executable, "-m", "scripts.export_votes", "--format", "csv", "--out", "-"]
    environment = os.environ | {"ARENA_DATABASE_URL": url}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
    assert done.stdout.count(b"\r\n") == 2
    assert done.stderr.startswith(b"1 votes written to standard output")


@pytest.mark.parametrize("app", [export_votes.app, import_votes.app])
def test_help_teaches_by_example(app: typer.Typer) -> None:
    done = run(app, "--help")
    assert done.exit_code == 0
    assert "python -m scripts." in " ".join(done.stdout.split())


@pytest.mark.parametrize("format_", ["csv", "arena-140k", "chatbot-arena"])
def test_personal_data_is_masked_on_request_and_only_then(other_url: str, tmp_path: Path, format_: str) -> None:
    async def personal(store: SqlStore) -> None:
        battle = await open_battle(store, prompt="I am jane@mail.example.org")
        battle = await finish(store, battle, {Side.A: "Call 13812345678", Side.B: "Hello jane@mail.example.org"})
        await store.record_vote(vote_on(battle, comment="ask jane@mail.example.org", origin=await store.origin()), NOW)

    fill(other_url, personal)
    plain, masked = tmp_path / "plain", tmp_path / "masked"
    run(export_votes.app, "--format", format_, "--out", plain, "--database-url", other_url)
    done = run(export_votes.app, "--format", format_, "--mask", "--out", masked, "--database-url", other_url)
    assert done.exit_code == 0
    assert "jane@mail.example.org" in plain.read_text()
    text = masked.read_text()
    assert "jane@" not in text
    assert "13812345678" not in text
    assert "I am [e-mail]" in text
