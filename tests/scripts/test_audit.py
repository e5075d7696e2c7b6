"""Listing, clearing, excluding and erasing from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from arena.models import Outcome, Standing
from scripts import audit, retention
from storage.store import SqlStore
from tests.scripts.cli import fill, run
from tests.storage.sample import cast, new_rater

pytestmark = pytest.mark.integration

YESTERDAY = datetime.now(UTC) - timedelta(hours=20)


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'arena.db'}"

    async def votes(store: SqlStore) -> None:
        await cast(store)
        await cast(store, reasons=(Standing.TOO_FAST,))
        await cast(store, reasons=(Standing.IDENTITY_LEAK,))

    fill(made, votes)
    return made


def listed(url: str, *options: str) -> dict:
    done = run(audit.app, "--json", "--database-url", url, *options)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_votes_that_do_not_count_are_listed_with_their_reasons(url: str) -> None:
    found = listed(url)
    assert found["not_counted"] == {"identity_leak": 1, "too_fast": 1}
    assert sorted(vote["reasons"] for vote in found["votes"]) == [["identity_leak"], ["too_fast"]]
    assert [vote["reasons"] for vote in listed(url, "--reason", "too_fast")["votes"]] == [["too_fast"]]
    shown = run(audit.app, "--database-url", url).stdout
    assert found["votes"][0]["vote_id"] in shown
    assert "too_fast" in shown


def test_a_restored_vote_counts_again_and_is_listed_as_cleared(url: str) -> None:
    (vote,) = listed(url, "--reason", "too_fast")["votes"]
    done = run(audit.app, "restore", vote["vote_id"], "--database-url", url)
    assert (done.exit_code, done.stderr) == (0, "1 of 1 votes changed\n")
    after = listed(url)
    assert after["not_counted"] == {"identity_leak": 1}
    assert after["cleared"] == {"too_fast": 1}
    assert "cleared of too_fast" in run(audit.app, "--database-url", url).stdout


def test_a_rater_is_excluded_and_taken_back(url: str) -> None:
    (vote,) = listed(url, "--reason", "too_fast")["votes"]
    rater = vote["rater_id"]
    assert run(audit.app, "exclude", rater, "--database-url", url).stderr == "1 votes changed\n"
    assert listed(url)["excluded_raters"] == [rater]
    run(audit.app, "restore", "--rater", rater, "--database-url", url)
    assert listed(url)["not_counted"] == {"identity_leak": 1, "rater_excluded": 1}
    assert run(audit.app, "include", rater, "--database-url", url).stderr == "1 votes changed\n"
    assert listed(url)["not_counted"] == {"identity_leak": 1}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["restore"], "say which votes: their ids, or --rater with the id of a rater who has some\n"),
        (["exclude", "nobody"], "there is no rater nobody\n"),
        (["include", "nobody"], "there is no rater nobody\n"),
    ],
)
def test_bad_input_gets_one_sentence_and_code_2(url: str, arguments: list[str], sentence: str) -> None:
    done = run(audit.app, *arguments, "--database-url", url)
    assert (done.exit_code, done.stderr) == (2, sentence)


def test_the_rules_can_be_applied_at_once(url: str) -> None:
    async def always_left(store: SqlStore) -> None:
        rater_id = await new_rater(store, "bot")
        for n in range(25):
            now = YESTERDAY + timedelta(minutes=n)
            battle = await cast(store, Outcome.MODEL_A, rater_id, now=now)
            await store.close_battle(battle.id, None, now)

    fill(url, always_left)
    assert run(audit.app, "run", "--database-url", url).stderr == "25 votes looked at, 25 marked\n"
    assert listed(url)["not_counted"]["one_sided"] == 25


def test_old_texts_are_erased_on_request(url: str) -> None:
    done = run(retention.app, "--days", "1", "--database-url", url)
    assert (done.exit_code, done.stderr) == (0, "the texts of 3 battles were erased\n")


def test_retention_without_days_says_what_is_missing(url: str, tmp_path: Path) -> None:
    done = run(retention.app, "--database-url", url)
    assert done.exit_code == 2
    assert "ARENA_RETENTION_DAYS" in done.stderr
