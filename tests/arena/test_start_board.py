"""The leaderboard's background work on a real database, in a process of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from arena.apart import run_apart
from arena.start_board import DatabaseWork
from scripts._many_votes import Amount, make_database

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("board") / "arena.db"
    make_database(path, Amount(votes=600, contestants=3, raters=15, texts=True)).close()
    return f"sqlite:///{path}"


async def test_all_votes_are_rated_with_intervals_by_rater(url: str) -> None:
    found = await run_apart(DatabaseWork(url).overall())
    assert found.ratings.n_raters == 15 and found.ratings.ci == "cluster"
    assert found.ratings.n_votes + found.ratings.excluded == 600


async def test_slices_rates_and_style_come_from_the_database(url: str) -> None:
    work, now = DatabaseWork(url), datetime.now(UTC)
    details, styled = await run_apart(work.sliced(now)), await run_apart(work.styled(now))
    assert {"language:en", "language:zh", "code:no", "turns:1"} <= details.sliced.boards.keys()
    assert sum(details.sliced.days.counts) == details.sliced.boards["code:no"].ratings.n_votes + (
        details.sliced.boards["code:yes"].ratings.n_votes
    )
    assert sum(rates.ended for rates in details.rates.values()) == 1200
    assert details.rates["contestant-001"].no_answer > 0
    assert len(styled.boards["all"].ratings.features) == 4
