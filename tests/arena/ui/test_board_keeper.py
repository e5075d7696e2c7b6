"""What a visitor is shown, what is computed in the background, and when."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from arena.analysis.results import Ci
from arena.errors import StoreUnavailable
from arena.models import Outcome, Standing, VoteCount
from arena.ui.board_keeper import SHARE_S, VISITED_S, BoardKeeper
from tests.arena.ui.boards import CELLS, NOW, FakeWork, at_once


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class Counts:
    """The one method of a store that the keeper uses."""

    def __init__(self) -> None:
        self.cells, self.reads, self.down = CELLS, 0, False

    async def vote_counts(self) -> tuple[VoteCount, ...]:
        self.reads += 1
        if self.down:
            raise StoreUnavailable("locked")
        return self.cells

    def vote(self) -> None:
        more = VoteCount(left="y", right="x", outcome=Outcome.MODEL_A, standing=Standing.COUNTED, n=1)
        self.cells = (*self.cells, more)


class Here:
    def __init__(self) -> None:
        self.store, self.work, self.clock = Counts(), FakeWork(), Clock()
        self.keeper = BoardKeeper(self.store, self.work, at_once, self.clock, 120.0)

    async def later(self, seconds: float) -> None:
        self.clock.seconds += seconds
        await self.keeper.refresh()


@pytest.fixture
def here() -> Here:
    return Here()


async def test_the_first_visitor_sees_model_based_intervals_and_no_slices(here: Here) -> None:
    shown = await here.keeper.show()
    assert shown.board is not None and shown.board.ratings.ci is Ci.MODEL
    assert shown.intervals_at is None and shown.slices == ("all",)
    assert shown.now.not_counted == 3


async def test_intervals_by_rater_follow_with_their_age(here: Here) -> None:
    await here.keeper.refresh()
    here.clock.seconds += 300
    shown = await here.keeper.show()
    assert shown.board is not None and shown.board.ratings.ci is Ci.CLUSTER
    assert shown.at - shown.intervals_at == timedelta(seconds=300)
    assert shown.slices == ("all", "language:zh") and shown.rates["x"].failed == 3


async def test_the_estimate_has_the_newest_vote_while_the_interval_is_older(here: Here) -> None:
    await here.keeper.refresh()
    before = await here.keeper.show()
    here.store.vote()
    here.clock.seconds += SHARE_S + 0.1
    after = await here.keeper.show()
    assert after.board.ratings.n_votes == before.board.ratings.n_votes + 1
    assert after.board.ratings.find("x").rating < before.board.ratings.find("x").rating
    assert after.board.ratings.ci is Ci.CLUSTER


async def test_visits_at_the_same_time_share_one_reading(here: Here) -> None:
    await asyncio.gather(*(here.keeper.show() for _ in range(5)))
    assert here.store.reads == 1


async def test_slices_and_style_control_are_there_when_they_have_been_computed(here: Here) -> None:
    assert (await here.keeper.show("language:zh")).problem == "soon"
    assert (await here.keeper.show(style=True)).problem == "soon"
    await here.keeper.refresh()
    zh, style = await here.keeper.show("language:zh"), await here.keeper.show(style=True)
    assert zh.board is not None and zh.stale and zh.intervals_at == NOW
    assert style.board is not None and style.style_votes == 12
    assert (await here.keeper.show("language:xx")).problem == "too_few"
    assert (await here.keeper.show("language:zh", style=True)).problem == "too_few"


async def test_nothing_is_computed_again_before_its_time_or_without_new_votes(here: Here) -> None:
    await here.later(0)
    assert here.work.done == ["overall", "sliced", "styled"]
    here.store.vote()
    await here.later(100)
    assert len(here.work.done) == 3
    await here.later(30)
    assert len(here.work.done) == 6
    await here.later(1000)
    assert len(here.work.done) == 6


async def test_slow_work_is_repeated_less_often(here: Here) -> None:
    async def slowly(work):
        here.clock.seconds += 60
        return work()

    here.keeper = BoardKeeper(here.store, here.work, slowly, here.clock, 120.0)
    await here.later(0)
    here.store.vote()
    await here.later(600)
    assert len(here.work.done) == 3
    await here.later(700)
    assert len(here.work.done) > 3


async def test_without_votes_the_page_has_nothing_to_rate(here: Here) -> None:
    here.store.cells, here.work.fails = (), True
    await here.keeper.refresh()
    shown = await here.keeper.show()
    assert shown.board is None and shown.problem == "empty"


async def test_a_database_that_is_down_reaches_the_page(here: Here) -> None:
    here.store.down = True
    with pytest.raises(StoreUnavailable):
        await here.keeper.show()


async def test_the_background_works_for_visitors_only(here: Here) -> None:
    task = asyncio.create_task(here.keeper.keep_forever())
    await asyncio.sleep(1.2)
    assert here.work.done == []
    await here.keeper.show()
    await asyncio.sleep(1.2)
    assert here.work.done == ["overall", "sliced", "styled"]
    here.clock.seconds += VISITED_S + 1
    here.store.vote()
    await asyncio.sleep(1.2)
    assert len(here.work.done) == 3
    task.cancel()
