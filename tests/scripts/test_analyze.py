from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner, Result

from scripts.analyze import main
from tests.arena.analysis.samples import STIGLER, simulated

APP = typer.Typer()
APP.command()(main)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


@pytest.fixture
def votes(tmp_path: Path) -> Path:
    frame = simulated(12, 3).assign(
        language=lambda t: ["zh" if k % 3 else "en" for k in t.index], timestamp="2026-01-02"
    )
    frame.to_csv(tmp_path / "votes.csv", index=False)
    return tmp_path / "votes.csv"


def test_a_table_is_printed_with_what_it_rests_on(votes: Path) -> None:
    said = run(votes)
    assert said.exit_code == 0
    assert "m2" in said.stdout and "cluster" in said.stdout and "by 12 raters" in said.stdout


def test_json_on_standard_output_is_alone_there(votes: Path) -> None:
    said = run(votes, "--json", "-", "--by", "language", "--minimum", 20)
    document = json.loads(said.stdout)
    assert document["ci"] == "cluster" and set(document["slices"]) == {"zh", "en"}
    assert "rank" in said.stderr


def test_stiglers_table_of_counts_comes_out_as_published(tmp_path: Path) -> None:
    rows = [row for a, b, wins, losses in STIGLER for row in ((a, b, "model_a", wins), (a, b, "model_b", losses))]
    pd.DataFrame(rows, columns=["model_a", "model_b", "winner", "count"]).to_csv(tmp_path / "c.csv", index=False)
    said = run(tmp_path / "c.csv", "--counts", "--ci", "model", "--anchor", "Biometrika", "--json", "-")
    found = {row["name"]: row for row in json.loads(said.stdout)["contestants"]}
    assert found["Comm. Statist."]["theta"] == pytest.approx(-2.94907249684391, abs=1e-12)
    assert found["JASA"]["se"] == pytest.approx(0.0605887292396263, abs=1e-8)


def test_files_are_written_and_the_report_is_in_the_language_asked_for(votes: Path, tmp_path: Path) -> None:
    said = run(
        votes,
        "--csv",
        tmp_path / "o.csv",
        "--report",
        tmp_path / "o.html",
        "--language",
        "zh",
        "--json",
        tmp_path / "o.json",
    )
    assert said.exit_code == 0
    assert (
        pd.read_csv(tmp_path / "o.csv")["name"].tolist()[0]
        == json.loads((tmp_path / "o.json").read_text())["contestants"][0]["name"]
    )
    page = (tmp_path / "o.html").read_text()
    assert "可能的名次" in page and "2026-01-02" in page


@pytest.mark.parametrize("method", ["bt", "davidson", "elo"])
@pytest.mark.parametrize("position", [(), ("--position",)])
def test_every_method_takes_a_position(votes: Path, method: str, position: tuple[str, ...]) -> None:
    document = json.loads(run(votes, "--method", method, *position, "--json", "-").stdout)
    assert document["method"] == method
    assert (document["position"] is None) == (not position)
    assert (document["tie"] is not None) == (method == "davidson")


def test_style_control_reports_its_coefficients(votes: Path) -> None:
    frame = pd.read_csv(votes)
    for place, name in enumerate(("length", "headers", "lists", "bold")):
        frame[f"{name}_a"], frame[f"{name}_b"] = (frame.index * 7 + place) % 11, (frame.index * 5 + place) % 13
    frame.to_csv(votes, index=False)
    document = json.loads(run(votes, "--method", "contextual", "--position", "--json", "-").stdout)
    assert [term["name"] for term in document["features"]] == ["length", "headers", "lists", "bold"]
    assert document["position"]["se"] > 0


@pytest.mark.parametrize("ci", ["none", "model", "sandwich", "cluster", "bootstrap", "rater-bootstrap"])
def test_every_kind_of_interval_can_be_asked_for(votes: Path, ci: str) -> None:
    document = json.loads(run(votes, "--ci", ci, "--bootstraps", 20, "--seed", 3, "--json", "-").stdout)
    assert document["ci"] == ci
    assert (document["contestants"][0]["lower"] is None) == (ci == "none")


def test_wrong_votes_end_with_a_sentence_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("model_a,model_b,winner\nx,y,model_a\nx,y,draw\n")
    said = run(tmp_path / "v.csv")
    assert said.exit_code == 2
    assert "row 2" in said.stderr and "Traceback" not in said.stderr
    assert run(tmp_path / "none.csv").exit_code == 2


def test_counts_without_a_count_are_refused(votes: Path) -> None:
    said = run(votes, "--counts")
    assert said.exit_code == 2 and "count" in said.stderr


def test_sql_is_printed_without_reading_anything() -> None:
    said = run("votes/*.parquet", "--print-sql")
    assert said.exit_code == 0 and said.stdout.count("GROUP BY") == 3
