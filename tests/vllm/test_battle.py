"""A whole battle in the browser with two real vLLM servers, and what a rater sees when one of them dies."""

import os
import signal
import sqlite3
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import new_visitor, open_arena, send
from tests.support.app import running_app
from tests.support.serving import answers, free_ports, metric, wait_until
from tests.vllm.conftest import ENTRY, MODEL, SERVE, TURN_MS, run_engines, shown, wait_for_text, wait_ready

pytestmark = pytest.mark.vllm

TOKENS = 100
SHORT, LONG = 1024, 4096
RUNNING, WRITTEN, READ = "vllm:num_requests_running", "vllm:generation_tokens_total", "vllm:prompt_tokens_total"


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    ports = dict(zip(("short", "long"), free_ports(2), strict=True))
    sizes = {
        "short": f"max_model_len = {SHORT}\n",
        "long": f"max_model_len = {LONG}\nkv_cache_memory_bytes = {512 << 20}\n",
    }
    text = "".join(
        ENTRY.format(name=name, port=port, tokens=TOKENS) + SERVE.format(model=MODEL) + sizes[name]
        for name, port in ports.items()
    )
    yield from run_engines(tmp_path_factory.mktemp("engines"), text, ports)


@pytest.fixture(scope="module")
def arena(engines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("arena")
    settings = {"pacing": "natural", "probe_interval_s": "2", "idle_timeout_s": "120", "first_token_timeout_s": "300"}
    with running_app(folder, keys={"ARENA_CONTESTANTS": str(engines.file)}, **settings) as app:
        yield app


@pytest.fixture
def page(browser, arena):
    with new_visitor(browser) as context:
        context.set_default_timeout(60_000)
        page = context.new_page()
        open_arena(page, arena)
        yield page


def total(engines, name):
    return {which: metric(port, name) for which, port in engines.ports.items()}


def ask(arena, sql):
    with sqlite3.connect(arena.data / "arena.db") as db:
        return db.execute(sql).fetchall()


def test_a_battle_from_prompt_to_names_streams_and_counts_tokens_as_the_servers_do(page, arena, engines):
    before = {name: total(engines, name) for name in (READ, WRITTEN)}
    send(page, "Tell me about the sea.")
    lengths = []
    while not page.locator("#vote-a:enabled").count():
        lengths.append(tuple(shown(page)))
        page.wait_for_timeout(200)
    assert all(len({pair[side] for pair in lengths}) > 5 for side in (0, 1)), "both answers grow before one's eyes"
    page.click("#vote-a")
    expect(page.locator("#reveal")).to_contain_text("Model short")
    expect(page.locator("#reveal")).to_contain_text("Model long")
    stored = ask(arena, "select prompt_tokens, completion_tokens, finish_reason, engine from answer")
    assert [row[1:3] for row in stored] == [(TOKENS, "length")] * 2
    assert all(engine.startswith("vllm-") for *_, engine in stored)
    after = {name: total(engines, name) for name in (READ, WRITTEN)}
    assert sum(after[READ].values()) - sum(before[READ].values()) == sum(row[0] for row in stored)
    assert sum(after[WRITTEN].values()) - sum(before[WRITTEN].values()) == 2 * TOKENS


def test_stop_ends_the_servers_work_and_keeps_what_was_shown(page, engines):
    send(page, "Write a very long story.")
    wait_for_text(page)
    assert set(total(engines, RUNNING).values()) == {1.0}
    page.click("#stop")
    wait_until(lambda: set(total(engines, RUNNING).values()) == {0.0}, 5)
    wait_ready(page)
    assert min(shown(page)) > 30


def test_a_closed_tab_ends_the_servers_work(page, engines):
    before = total(engines, WRITTEN)
    send(page, "Write a very long story.")
    wait_until(lambda: set(total(engines, RUNNING).values()) == {1.0}, 60)
    page.close()
    wait_until(lambda: set(total(engines, RUNNING).values()) == {0.0}, 12)
    stopped_at = total(engines, WRITTEN)
    time.sleep(2)
    assert total(engines, WRITTEN) == stopped_at, "nothing is written for nobody"
    assert all(stopped_at[name] - before[name] < TOKENS for name in engines.ports), "none came to its end"


def test_an_input_longer_than_one_model_can_read_is_that_sides_failure_and_the_other_answers(page, arena):
    send(page, "12345 " * 500)  # digits are a token each: 3,000, more than one of the two can read
    page.wait_for_selector("#retry:visible", timeout=TURN_MS)
    expect(page.locator("#status")).to_contain_text("did not answer")
    expect(page.locator("#vote-a")).to_be_disabled()
    assert "maximum context" not in page.content()
    kinds = ask(arena, "select error_kind from answer order by created_at desc, error_kind is null limit 2")
    assert sorted(kind for (kind,) in kinds if kind) == ["bad_request"]


def test_a_server_killed_in_mid_answer_is_told_started_again_and_asked_again(page, engines):
    send(page, "Write a very long story.")
    wait_for_text(page)
    os.kill(engines.pid("short"), signal.SIGKILL)
    page.wait_for_selector("#retry:visible", timeout=TURN_MS)
    expect(page.locator("#status")).to_contain_text("did not answer")
    expect(page.locator("#vote-a")).to_be_disabled()
    assert "short" not in page.locator("#status").inner_text()
    wait_until(lambda: engines.said.count("short: ready after") == 2, 300)
    assert "short: it was ended by signal 9" in engines.said
    assert answers(engines.ports["long"])
    page.click("#retry")
    wait_ready(page)
    page.click("#vote-b")
    expect(page.locator("#reveal")).to_contain_text("Model short")
