"""The benchmark's command line, against a scripted model server."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from scripts import _bench_cross as cross
from scripts import bench_models
from tests.scripts.cli import run
from tests.support.model_server import ModelServer

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        running.script("plain", tokens=20, rate=200, first_s=0.05)
        running.script("thinker", thinking_tokens=10, tokens=10, rate=200, first_s=0.05)
        running.script("boxer", text="\n\nIt is \\boxed{1}.")
        running.script("broken", fault="status", status=500)
        yield running


def write_field(folder: Path, server: ModelServer, **models: str) -> Path:
    """A contestants file; a contestant's name and the lines of its table."""
    file = folder / "contestants.toml"
    address = f'base_url = "{server.base_url}"'
    tables = [
        f'[[contestant]]\nname = "{n}"\ndisplay = "{n.upper()}"\n{address}\nmodel = "{n}"\n{lines}\n'
        for n, lines in models.items()
    ]
    file.write_text("\n".join(tables), encoding="utf-8")
    return file


def bench(file: Path, *arguments: str | Path) -> Result:
    return run(bench_models.app, "--contestants", file, *arguments)


def outcome(done: Result, name: str, concurrency: int) -> dict[str, Any]:
    found = json.loads(done.stdout)["outcomes"]
    key = ("contestant", "concurrency")
    return next(o for o in found if tuple(o["figures"][k] for k in key) == (name, concurrency))


def test_every_contestant_is_measured_at_every_concurrency(tmp_path: Path, server: ModelServer) -> None:
    price = "price = { output_per_million = 2.0 }"
    file = write_field(tmp_path, server, plain=price, thinker="thinks = true")
    report = tmp_path / "bench.html"
    done = bench(file, "--requests", "4", "--concurrency", "1,2", "--json", "-", "--report", report)
    assert done.exit_code == 0, done.stderr
    assert len(json.loads(done.stdout)["outcomes"]) == 4
    plain, thinker = outcome(done, "plain", 2), outcome(done, "thinker", 1)
    figures = plain["figures"]
    assert 50 <= figures["ttft"]["p50"] < 500
    assert figures["tpot"]["mean"] == pytest.approx(5, abs=4)
    assert (figures["completed"], figures["answer_tokens"], figures["errors"]) == (4, 80, {})
    assert plain["cost"] == {
        "basis": "price",
        "per_million_tokens": pytest.approx(2.0),
        "per_answer": pytest.approx(4e-5),
    }
    assert plain["memory"]["rss_mib_peak"] > 5
    assert (thinker["figures"]["thinking_tokens"], thinker["figures"]["answer_tokens"]) == (40, 40)
    assert thinker["figures"]["ttfat"]["p50"] > thinker["figures"]["ttft"]["p50"] + 30
    page = report.read_text(encoding="utf-8")
    assert [word for word in ("plain", "TTFAT", "<svg", "RTX 3060") if word not in page] == []
    assert "http" not in page


def test_the_tables_say_the_same(tmp_path: Path, server: ModelServer) -> None:
    file = write_field(tmp_path, server, plain="", thinker="thinks = true")
    done = bench(
        file, "--only", "plain", "--requests", "2", "--concurrency", "1", "--watts", "100", "--electricity-price", "0.3"
    )
    assert done.exit_code == 0, done.stderr
    words = " ".join(done.stdout.split())
    for expected in (
        "plain · 1 at a time · 2 of 2 answered",
        "TTFT, first token",
        "cost by power",
        "cadence: typing",
        "720",
    ):
        assert expected in words
    assert "thinker" not in words


def test_the_report_is_written_in_chinese_too(tmp_path: Path, server: ModelServer) -> None:
    file = write_field(tmp_path, server, plain="", thinker="")
    options = ("--only", "plain", "--requests", "1", "--concurrency", "1", "--report-language", "zh", "--report", "-")
    page = bench(file, *options).stdout
    assert '<html lang="zh">' in page
    assert "首个词元" in page


def test_policies_are_tried_on_the_same_prompts(tmp_path: Path, server: ModelServer) -> None:
    file = write_field(tmp_path, server, boxer="", plain="")
    server.clear_log()
    done = bench(file, "--only", "boxer", "--policies", "--requests", "3", "--concurrency", "2", "--json", "-")
    assert done.exit_code == 0, done.stderr
    found = {each["variant"]: each for each in json.loads(done.stdout)}
    assert found["as advised"]["boxed"]["k"] == found["as advised"]["boxed"]["n"] == 3
    assert found["as advised"]["blank_lead"]["k"] == 6
    assert found["as advised"]["right"]["k"] == 0
    asked = server.log("boxer")
    assert len(asked) == 6 * len(found)
    assert {each.body["temperature"] for each in asked} == {0.0, 0.6, 1.0}
    roles = {tuple(m["role"] for m in each.body["messages"]) for each in asked}
    assert roles == {("user",), ("system", "user")}


def test_a_server_that_does_not_answer_ends_it_with_code_1_and_a_sentence(tmp_path: Path, server: ModelServer) -> None:
    file = write_field(tmp_path, server, broken="", plain="")
    done = bench(file, "--requests", "1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no measurement: broken" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--concurrency", "0"], "expected numbers from 1 up"),
        (["--concurrency", "two"], "expected numbers from 1 up"),
        (["--watts", "300"], "--electricity-price"),
        (["--only", "nobody"], "the contestants are plain, thinker"),
        (["--servers", "none.json"], "none.json: cannot be read"),
        (["--cross-check", "no-such-python", "--requests", "1", "--concurrency", "1"], "did not run"),
    ],
)
def test_a_wrong_command_ends_with_code_2_and_a_sentence(
    tmp_path: Path, server: ModelServer, arguments: list[str], sentence: str
) -> None:
    done = bench(write_field(tmp_path, server, plain="", thinker=""), *arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path, server: ModelServer) -> None:
    file = write_field(tmp_path, server, plain="", thinker="")
    options = ("--only", "plain", "--requests", "1", "--concurrency", "1", "--json", tmp_path / "no" / "such.json")
    done = bench(file, *options)
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_a_record_of_servers_gives_the_load_time(tmp_path: Path, server: ModelServer) -> None:
    file = write_field(tmp_path, server, plain="", thinker="")
    record = tmp_path / "servers.json"
    record.write_text(json.dumps({"servers": [{"contestant": "plain", "load_s": 28.1}]}), encoding="utf-8")
    done = bench(file, "--only", "plain", "--requests", "1", "--concurrency", "1", "--servers", record, "--json", "-")
    found = outcome(done, "plain", 1)
    assert found["load_s"] == 28.1
    assert found["new_session_ms"] >= 50


PROMPT_TOKENS = 7
"""Of each prompt, as the scripted server says."""

OTHER_TOOL = """#!{python}
import json, pathlib, sys
print("its libraries say something", "the client is ready", sep="\\n", flush=True)
sys.stdin.readline()
asked = dict(zip(sys.argv[3:], sys.argv[4:]))
lines = pathlib.Path(asked["--dataset-path"]).read_text(encoding="utf-8").splitlines()
with (pathlib.Path(__file__).parent / "asked.jsonl").open("a") as log:
    log.write(json.dumps([asked, len(lines)]) + "\\n")
names = "mean_ttft_ms median_ttft_ms mean_itl_ms mean_tpot_ms median_tpot_ms mean_e2el_ms median_e2el_ms"
found = dict.fromkeys(names.split() + ["output_throughput", "total_token_throughput"], 100.0)
found |= {"failed": FAILED, "itls": [[0.005] * 20] * 2, "total_input_tokens": TOLD, "total_output_tokens": 40}
pathlib.Path(asked["--result-dir"], asked["--result-filename"]).write_text(json.dumps(found))
"""


@pytest.fixture
def cross_check(tmp_path: Path, server: ModelServer) -> Callable[..., Result]:
    """Runs a comparison with another tool that says the same in every round."""

    def compare(prompt_tokens: int = 2 * PROMPT_TOKENS, failed: int = 0, *more: str) -> Result:
        other = tmp_path / "python"
        text = OTHER_TOOL.replace("{python}", sys.executable)
        text = text.replace("FAILED", str(failed)).replace("TOLD", str(prompt_tokens))
        other.write_text(text, encoding="utf-8")
        other.chmod(0o755)
        file = write_field(
            tmp_path, server, plain="sampling = { temperature = 0.5 }\nextra = { top_k = 9 }", thinker=""
        )
        server.clear_log()
        options = ("--requests", "2", "--concurrency", "2", "--max-tokens", "20", "--cross-check", other, *more)
        return bench(file, "--only", "plain", *options)

    return compare


def test_another_tools_times_stand_beside_ours(cross_check: Callable[..., Result]) -> None:
    done = cross_check(2 * PROMPT_TOKENS, 0, "--json", "-")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)[0]
    ttft = {each["what"]: each for each in found["figures"]}["TTFT mean, ms"]
    assert ttft["theirs"] == 100.0
    assert 50 <= ttft["ours"] < 500
    assert ttft["difference"] == pytest.approx(ttft["ours"] / 100 - 1)
    assert (found["same_tokens"], found["chunks"]) == (True, {"ours": 40, "theirs": 42})


def test_both_tools_send_the_same_and_no_round_finds_another_ones_prefix(
    cross_check: Callable[..., Result], server: ModelServer, tmp_path: Path
) -> None:
    assert cross_check().exit_code == 0
    theirs = [json.loads(line)[0] for line in (tmp_path / "asked.jsonl").read_text().splitlines()]
    assert {(t["--max-concurrency"], t["--custom-output-len"], t["--temperature"]) for t in theirs} == {
        ("2", "20", "0")
    }
    bodies = [entry.body for entry in server.log("plain")]
    assert len(bodies) == cross.ROUNDS * (1 + 2), "each round begins with a request that does not count"
    assert {(b["temperature"], b["max_tokens"], b["ignore_eos"], b["top_k"]) for b in bodies} == {(0.0, 20, True, 9)}
    assert all("top_p" not in body for body in bodies)
    extras = [json.loads(t["--extra-body"]) for t in theirs]
    assert all(extra["ignore_eos"] and extra["top_k"] == 9 for extra in extras)
    salts = {extra["cache_salt"] for extra in extras} | {body["cache_salt"] for body in bodies}
    assert len(salts) == 2 * cross.ROUNDS


def test_work_that_was_not_the_same_is_said(cross_check: Callable[..., Result]) -> None:
    assert "The work was not the same" not in cross_check().stdout
    assert "The work was not the same" in cross_check(9999).stdout


def test_requests_that_failed_in_the_other_tool_end_the_comparison(cross_check: Callable[..., Result]) -> None:
    done = cross_check(2 * PROMPT_TOKENS, 1)
    assert done.exit_code == 2
    assert "1 requests of vLLM's benchmark failed" in done.stderr


BREAKS = "echo 'no tokenizer in this folder' >&2; exit 3"
WAITS = "echo 'the client is ready'; read -r _"


@pytest.mark.parametrize(
    ("does", "said"),
    [
        (BREAKS, "no tokenizer in this folder"),
        (f"{WAITS}; {BREAKS}", "no tokenizer in this folder"),
        ("exit 0", "it ended before it was ready"),
        (WAITS, "it wrote no result"),
    ],
)
def test_another_tool_that_breaks_down_is_told_in_its_last_words(
    tmp_path: Path, server: ModelServer, does: str, said: str
) -> None:
    other = tmp_path / "python"
    other.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
    other.chmod(0o755)
    file = write_field(tmp_path, server, plain="", thinker="")
    done = bench(file, "--only", "plain", "--requests", "1", "--concurrency", "1", "--cross-check", other)
    assert done.exit_code == 2
    assert f"vLLM's benchmark failed: {said}" in done.stderr


def test_the_load_generator_is_measured_beside_a_bare_reader() -> None:
    done = run(bench_models.app, "--self-check", "--json", "-")
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["streams"] == 100
    assert 0 < found["bare_cores"] < found["cores"], "reading bytes costs less than understanding them"
    assert found["bare_ttft_p95_ms"] >= 500, "the server takes half a second for the first token"
    assert found["added_p95_ms"] == pytest.approx(found["ttft_p95_ms"] - found["bare_ttft_p95_ms"])
