"""The study's command line, from the protocol to the report."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import Result

from scripts import retention, study
from storage.database import open_database
from storage.retention import erase_texts
from tests.scripts.cli import run
from tests.support.stranger import alike, recount

pytestmark = pytest.mark.integration

BETWEEN = ("--contestants", "embedded", "--between", "smollm2-plain", "smollm2-warm")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return f"sqlite:///{tmp_path / 'arena.db'}"


def call(url: str, *arguments: str) -> Result:
    return run(study.app, *arguments, "--database-url", url)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def created(url: str, *more: str) -> str:
    done = call(url, "create", "naturalness", "--participants", "2", *BETWEEN, "--json", *more)
    assert done.exit_code == 0, done.output
    return str(json.loads(done.stdout)["study"])


def status(url: str, study_id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(call(url, "status", study_id, "--json").stdout)
    return found


def test_create_prints_one_link_for_each_participant_once(url: str) -> None:
    done = call(url, "create", "naturalness", *BETWEEN, "--base-url", "https://arena.example.org/")
    assert done.exit_code == 0
    links = [line.split() for line in done.stdout.splitlines()]
    assert [label for label, _ in links] == [f"P{number:02d}" for number in range(1, 13)]
    assert len({address for _, address in links}) == 12
    assert all(address.startswith("https://arena.example.org/study?code=") for _, address in links)
    assert links[0][1].split("=")[1] not in call(url, "status").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "naturalnes"), "did you mean naturalness"),
        (("create", "naturalness", "--contestants", "embedded"), "is not in the contestants file"),
        (("create", "naturalness", "--between", "x", "x"), "two different names"),
        (("status", "abcdef"), "there is no study abcdef"),
    ],
)
def test_bad_input_ends_with_a_sentence_and_code_2(url: str, arguments: tuple[str, ...], said: str) -> None:
    created(url)
    done = call(url, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_status_shows_neither_outcomes_nor_sequences_before_the_close(url: str) -> None:
    study_id = created(url)
    assert call(url, "simulate", study_id, "--seed", "3").exit_code == 0
    found = call(url, "status", study_id, "--json").stdout
    assert not any(word in found for word in ("AB", "BA", "smollm2", "prefer"))
    for command in ("report", "export"):
        done = call(url, command, study_id)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "before it closes" in done.stderr


def test_a_simulated_study_goes_from_its_links_to_its_report(url: str, tmp_path: Path) -> None:
    study_id = created(url)
    assert call(url, "simulate", study_id[:8], "--seed", "3").exit_code == 0
    assert call(url, "close", study_id).exit_code == 0
    assert call(url, "report", study_id, "--out", str(tmp_path / "r.html")).exit_code == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "simulated" in page.lower()
    assert call(url, "export", study_id, "--out", str(tmp_path / "x")).exit_code == 0
    rows = table(tmp_path / "x" / "study.csv")
    assert {row["source"] for row in rows} == {"simulated"}
    people = {row["participant"]: row for row in rows if row["kind"] == "participant"}
    assert Counter(row["sequence"] for row in people.values()) == {"AB": 1, "BA": 1}
    assert {row["variable"] for row in rows} >= {"prefer", "guess", "turns", "active_s"}
    talks = [json.loads(line) for line in (tmp_path / "x" / "conversations.jsonl").read_text("utf-8").splitlines()]
    turns = {(r["participant"], r["period"]): int(r["value"]) for r in rows if r["variable"] == "turns"}
    counted = {(t["participant"], str(t["period"])): len(t["messages"]) // 2 for t in talks}
    assert counted == turns
    known = {row["name"] for row in table(tmp_path / "x" / "dictionary.csv")}
    assert {row["variable"] for row in rows} | set(rows[0]) <= known


def test_a_stranger_recounts_the_report_of_a_study_with_a_withdrawal(url: str, tmp_path: Path) -> None:
    study_id = created(url, "--participants", "6")
    assert call(url, "simulate", study_id, "--seed", "11").exit_code == 0
    assert call(url, "withdraw", study_id, "P05").exit_code == 0
    assert call(url, "close", study_id).exit_code == 0
    assert call(url, "export", study_id, "--out", str(tmp_path)).exit_code == 0
    done = call(url, "report", study_id, "--json", "-")
    ours = json.loads(done.stdout)
    theirs = recount(*((tmp_path / name).read_text("utf-8") for name in ("study.csv", "dictionary.csv")))
    assert (ours["flow"]["withdrawn"], ours["full"]["primary"]["n"]) == (1, 5)
    alike(ours, theirs)


def test_retention_leaves_studies_alone_and_says_so(url: str, tmp_path: Path) -> None:
    study_id = created(url)
    call(url, "simulate", study_id)
    later = datetime.now(UTC) + timedelta(days=1000)
    database = open_database(url)
    with database.write() as connection:
        assert erase_texts(connection, later, later) == 0
    database.close()
    done = run(retention.app, "--days", "1", "--database-url", url)
    assert done.exit_code == 0
    assert "the texts of 4 talks in studies are kept" in done.stderr
    call(url, "close", study_id)
    call(url, "export", study_id, "--out", str(tmp_path))
    talks = [json.loads(line) for line in (tmp_path / "conversations.jsonl").read_text("utf-8").splitlines()]
    assert all(message["content"] for talk in talks for message in talk["messages"])


def test_the_figures_alone_or_beside_the_page_and_not_both_to_standard_output(url: str, tmp_path: Path) -> None:
    study_id = call(url, "load").stdout.strip()
    figures, page = tmp_path / "f.json", tmp_path / "r.html"
    assert call(url, "report", study_id, "--json", str(figures)).exit_code == 0
    assert [file.name for file in tmp_path.iterdir() if file.suffix in (".json", ".html")] == ["f.json"]
    assert json.loads(figures.read_text("utf-8"))["full"]["primary"]["k"] == 10
    assert call(url, "report", study_id, "--json", str(figures), "--out", str(page)).exit_code == 0
    assert page.is_file()
    assert call(url, "report", study_id, "--json", "-", "--out", "-").exit_code == 2


def test_the_same_seed_gives_the_same_answers(url: str, tmp_path: Path) -> None:
    said = []
    for name in ("a", "b"):
        study_id = created(url, "--seed", "5")
        call(url, "simulate", study_id, "--seed", "3")
        call(url, "close", study_id)
        call(url, "export", study_id, "--out", str(tmp_path / name))
        rows = table(tmp_path / name / "study.csv")
        said.append([{**row, "study": ""} for row in rows if row["kind"] != "study"])
    assert said[0] == said[1]


def test_a_study_that_somebody_has_begun_is_not_simulated(url: str) -> None:
    study_id = created(url)
    call(url, "simulate", study_id)
    done = call(url, "simulate", study_id)
    assert done.exit_code == 2
    assert "has begun" in done.stderr


def test_replacing_prints_a_new_link_and_only_once(url: str) -> None:
    study_id = created(url)
    done = call(url, "replace", study_id, "p02", "--base-url", "https://a.example")
    assert done.exit_code == 0
    assert done.stdout.startswith("https://a.example/study?code=")
    again = call(url, "replace", study_id, "P02")
    assert (again.exit_code, "replaced before" in again.stderr) == (2, True)
    states = [person["state"] for person in status(url, study_id)["people"]]  # type: ignore[attr-defined]
    assert states == ["invited", "replaced", "invited"]


def test_an_early_close_is_said_and_nothing_is_withdrawn_after_the_publication(url: str) -> None:
    study_id = created(url)
    assert call(url, "withdraw", study_id, "P01", "--erase").exit_code == 0
    assert "close it before" in call(url, "publish", study_id).stderr
    assert "early" in call(url, "close", study_id).stderr
    assert call(url, "publish", study_id).exit_code == 0
    done = call(url, "withdraw", study_id, "P02")
    assert (done.exit_code, "published" in done.stderr) == (2, True)


def test_the_published_study_reconstructed_takes_the_same_path(url: str, tmp_path: Path) -> None:
    done = call(url, "load")
    assert done.exit_code == 0
    study_id = done.stdout.strip()
    assert call(url, "export", study_id, "--out", str(tmp_path)).exit_code == 0
    rows = table(tmp_path / "study.csv")
    assert {row["source"] for row in rows} == {"reconstructed"}
    preferred = Counter(row["contestant"] for row in rows if row["variable"] == "prefer")
    assert sorted(preferred.values()) == [2, 10]
    understood = Counter(r["contestant"] for r in rows if r["variable"] == "understood" and r["value"] == "yes")
    assert sorted(understood.values()) == [5, 9]
    assert call(url, "report", study_id, "--out", str(tmp_path / "r.html")).exit_code == 0
