"""The published study on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arena.study import reconstruct
from arena.study.reading import from_csv
from scripts import recreate_study
from tests.scripts.cli import run


def test_every_claim_is_printed_with_what_it_carries() -> None:
    done = run(recreate_study.app)
    assert done.exit_code == 0
    for word in (
        "10, Llama-3-8B-Instruct 2 of 12",
        "83%",
        "(75%)",
        "(42%)",
        "Published",
        "Computed",
        "Carries",
        "0.0386",
        "trap",
    ):
        assert word in " ".join(done.stdout.split())


def test_json_report_and_sheets_are_written(tmp_path: Path) -> None:
    out = {name: tmp_path / name for name in ("figures.json", "report.html", "sheets.csv")}
    done = run(
        recreate_study.app, "--json", out["figures.json"], "--report", out["report.html"], "--reconstruct",
        out["sheets.csv"], "--language", "zh",
    )  # fmt: skip
    assert done.exit_code == 0
    assert json.loads(out["figures.json"].read_text(encoding="utf-8"))["preference"]["p_binomial"] == 158 / 4096
    assert 'lang="zh"' in out["report.html"].read_text(encoding="utf-8")
    with out["sheets.csv"].open(encoding="utf-8", newline="") as stream:
        assert from_csv(stream.read(), reconstruct.record().study.protocol) == reconstruct.record()
    assert "3 人认为两个模型都理解自己" in done.stderr


def test_figures_on_standard_output_are_json_alone() -> None:
    done = run(recreate_study.app, "--json", "-")
    assert set(json.loads(done.stdout)) == {"preference", "understood", "ai_tone", "holm", "power"}
    assert "Computed" in done.stderr


@pytest.mark.parametrize("option", ["--json", "--report", "--reconstruct"])
def test_a_file_that_cannot_be_written_is_one_sentence(option: str, tmp_path: Path) -> None:
    done = run(recreate_study.app, option, tmp_path / "no" / "such" / "folder")
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr


def test_sizes_and_powers_are_printed_beside_simulated_studies() -> None:
    done = run(recreate_study.app, "--operating-characteristics", "--simulations", "20", "--seed", "3")
    assert done.exit_code == 0
    assert "0.0386" in done.stdout
    assert "20 simulated studies" in " ".join(done.stdout.split())
