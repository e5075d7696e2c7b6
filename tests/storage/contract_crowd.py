"""What must hold when several processes use one database at once. Each `open_store` has connections of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from multiprocessing.synchronize import Barrier

import pytest

from arena.errors import LiveBattleExists, StateConflict
from arena.models import Outcome
from storage.database import open_database
from storage.integrity import problems
from storage.store import SqlStore
from tests.storage.conftest import OpenStore
from tests.storage.sample import (
    NOW,
    at,
    cast,
    cells,
    lease,
    new_rater,
    new_turn,
    open_battle,
    ready_battle,
    reread,
    vote_on,
)


def _open(url: str, start: Barrier) -> str:
    start.wait(20)
    database = open_database(url)
    database.close()
    return database.origin


class CrowdContract:
    @pytest.fixture
    def stores(self, open_store: OpenStore, url: str) -> list[SqlStore]:
        # SQLite does not queue those who wait for its lock: on a busy machine somebody may wait long.
        return [open_store(url, wait_ms=30_000) for _ in range(3)]

    def test_processes_that_open_a_new_database_at_once_agree_on_it(self, url: str) -> None:
        context = multiprocessing.get_context("spawn")
        with context.Manager() as manager, context.Pool(3) as pool:
            start = manager.Barrier(3)
            origins = pool.starmap(_open, [(url, start)] * 3)
        assert len(set(origins)) == 1

    async def test_votes_at_once_from_several_processes_are_all_counted(self, stores: list[SqlStore]) -> None:
        battles = [await ready_battle(stores[0]) for _ in range(60)]
        outcomes = list(Outcome)
        votes = [vote_on(b, outcomes[i % 4], origin=stores[0].database.origin) for i, b in enumerate(battles)]
        work = [(stores[i % 3], vote) for i, vote in enumerate(votes)]
        await asyncio.gather(*(store.record_vote(vote, NOW) for store, vote in work))
        kept = await cells(stores[1])
        assert kept == {("plain", "warm", o.value, "counted"): 15 for o in outcomes}
        with stores[2].database.read() as connection:
            assert problems(connection) == []

    async def test_of_repeated_votes_at_once_each_is_stored_exactly_once(self, stores: list[SqlStore]) -> None:
        battles = [await ready_battle(stores[0]) for _ in range(20)]
        origin = stores[0].database.origin
        # Every battle is voted on by each process at the same time, with an outcome of its own.
        asked = [(s, vote_on(b, o, origin=origin)) for b in battles for s, o in zip(stores, Outcome, strict=False)]
        stored = await asyncio.gather(*(store.record_vote(vote, NOW) for store, vote in asked))
        ids_of = {b.id: {vote.id for vote in stored if vote.battle_id == b.id} for b in battles}
        assert Counter(map(len, ids_of.values())) == {1: 20}
        for battle in battles:
            vote = (await reread(stores[1], battle)).vote
            assert vote is not None
            assert {vote.id} == ids_of[battle.id]
        assert sum((await cells(stores[1])).values()) == 20

    async def test_a_rater_who_opens_battles_everywhere_at_once_has_one(self, stores: list[SqlStore]) -> None:
        for name in "abcdefgh":
            rater_id = await new_rater(stores[0], name)
            opened = await asyncio.gather(*(open_battle(s, rater_id) for s in stores * 2), return_exceptions=True)
            assert sum(isinstance(result, LiveBattleExists) for result in opened) == 5

    async def test_a_new_rater_who_comes_to_all_processes_at_once_is_one_rater(self, stores: list[SqlStore]) -> None:
        for name in "abcdefgh":
            found = await asyncio.gather(*(new_rater(s, name) for s in stores * 2))
            assert len(set(found)) == 1

    async def test_of_two_next_turns_at_once_one_is_begun(self, stores: list[SqlStore]) -> None:
        for _ in range(8):
            battle = await ready_battle(stores[0])
            begun = await asyncio.gather(
                *(s.begin_turn(battle.id, new_turn(), lease(), NOW) for s in stores), return_exceptions=True
            )
            assert sum(isinstance(result, StateConflict) for result in begun) == 2
            assert len((await reread(stores[0], battle)).turns) == 2

    async def test_an_expired_battle_is_interrupted_by_one_process(self, stores: list[SqlStore]) -> None:
        for _ in range(10):
            await open_battle(stores[0])
        interrupted = await asyncio.gather(*(s.interrupt_expired(at(60)) for s in stores))
        assert sum(interrupted) == 10

    async def test_votes_and_erasures_at_once_leave_the_counts_right(self, stores: list[SqlStore]) -> None:
        names = [f"r{i}" for i in range(12)]
        for name in names:
            await cast(stores[0], rater_id=await new_rater(stores[0], name))
        battles = [await ready_battle(stores[0]) for _ in range(12)]
        votes = [
            s.record_vote(vote_on(b, origin=s.database.origin), NOW) for s, b in zip(stores * 4, battles, strict=True)
        ]
        erasures = [s.erase(f"code-{name}", NOW) for s, name in zip(stores * 4, names, strict=True)]
        await asyncio.gather(*votes, *erasures)
        cell = ("plain", "warm", "model_a")
        assert await cells(stores[1]) == {(*cell, "counted"): 12, (*cell, "withdrawn"): 12}
        with stores[2].database.read() as connection:
            assert problems(connection) == []
