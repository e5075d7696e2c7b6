"""The operator's overview."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arena.models import Side, Standing
from scripts import stats
from storage.store import SqlStore
from tests.scripts.cli import fill, run
from tests.storage.sample import at, cast, finish, open_battle, ready_battle

pytestmark = pytest.mark.integration


async def busy_day(store: SqlStore) -> None:
    await cast(store)
    await cast(store, now=at(60))
    await cast(store, reasons=(Standing.TOO_FAST, Standing.IDENTITY_LEAK))
    await cast(store, origin="elsewhere")
    await finish(store, await open_battle(store), failed=[Side.B])
    interrupted = await open_battle(store)
    await store.interrupt_expired(at(7), interrupted.id)
    reported = await ready_battle(store)
    await store.report(reported.id, Side.A, "rude", at(9))


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'arena.db'}"
    fill(made, busy_day)
    return made


def test_json_has_every_count(url: str) -> None:
    done = run(stats.app, "--json", "--database-url", url)
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    contestants = found.pop("contestants")
    assert found == {
        "battles": {"ready": 1, "voted": 3, "failed": 1, "interrupted": 1},
        "votes": 4,
        "counted": 2,
        "not_counted": {"identity_leak": 1, "imported": 1},
        "errors": {"cut": 1},
        "raters": 7,
        "reports": 1,
        "last_vote_at": "2026-03-04T05:07:07.891011+00:00",
    }
    assert contestants == [
        {
            "name": "plain",
            "attempts": 6,
            "usable": 5,
            "failed": 0,
            "no_answer": 0,
            "interrupted": 1,
            "leaked": 0,
            "prompt_tokens": 105,
            "completion_tokens": 275,
            "failure_rate": 0.0,
        },
        {
            "name": "warm",
            "attempts": 6,
            "usable": 4,
            "failed": 1,
            "no_answer": 0,
            "interrupted": 1,
            "leaked": 0,
            "prompt_tokens": 84,
            "completion_tokens": 220,
            "failure_rate": 0.2,
        },
    ]


def test_the_tables_say_the_same(url: str) -> None:
    done = run(stats.app, "--database-url", url)
    assert done.exit_code == 0
    words = done.stdout.split()
    assert {"Battles", "voted", "counted", "identity_leak", "imported", "cut", "plain", "warm", "20.0%"} <= set(words)


def test_a_new_database_has_nothing_and_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    fill(url, SqlStore.origin)
    assert json.loads(run(stats.app, "--json", "--database-url", url).stdout)["votes"] == 0
    assert "none yet" in run(stats.app, "--database-url", url).stdout


def test_without_a_database_it_ends_with_code_2(tmp_path: Path) -> None:
    done = run(stats.app, "--database-url", f"sqlite:///{tmp_path / 'no.db'}")
    assert (done.exit_code, done.stdout) == (2, "")
