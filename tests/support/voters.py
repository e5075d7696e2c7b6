"""People who open battles and vote as fast as they can, and remember what they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import aiohttp

from arena.models import Outcome
from storage.database import open_database
from storage.integrity import problems, recount
from storage.store import SqlStore
from tests.support.app import Visitor, visitor

GONE = (aiohttp.ClientError, ConnectionError, TimeoutError)
"""What a client sees of an arena that has died."""


@dataclass
class Ledger:
    """What the voters were told: `acknowledged` are outcomes by battle; `open` are votes without an answer."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: list[tuple[Visitor, dict[str, Any], str]] = field(default_factory=list)
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def cast(self, person: Visitor, battle: dict[str, Any], outcome: str) -> None:
        """Vote, and note what came of it."""
        try:
            answer = await person.vote(battle, outcome)
        except GONE:
            self.unanswered.append((person, battle, outcome))
            raise
        if "error" in answer:
            raise AssertionError(f"a vote was refused: {answer}")
        self.acknowledged[battle["battle"]] = answer["outcome"]
        self.told.set()


async def vote_until_gone(person: Visitor, ledger: Ledger, rounds: int = 10_000) -> None:
    """Open battles and vote on them until the arena has gone, or so many times."""
    for outcome in islice(cycle(Outcome), rounds):
        try:
            battle = await person.turn("How are you?")
            await ledger.cast(person, battle, outcome.value)
            await person.call("new_battle", battle["battle"])
        except GONE:
            return


async def vote_again(url: str, ledger: Ledger) -> None:
    """Those who had no answer vote once more, with the same token, at another arena; a lost one must not be refused."""
    unanswered, ledger.unanswered = ledger.unanswered, []
    for person, battle, outcome in unanswered:
        person.url = url
        await ledger.cast(person, battle, outcome)


async def voters(stack: AsyncExitStack, url: str, n: int) -> Sequence[Visitor]:
    """New people."""
    return [await stack.enter_async_context(visitor(url)) for _ in range(n)]


async def check_votes(url: str, ledger: Ledger) -> int:
    """Every acknowledged vote is stored as it was acknowledged and the database is whole; how many votes it has."""
    store = SqlStore(open_database(url))
    try:
        for battle_id, outcome in ledger.acknowledged.items():
            battle = await store.battle(battle_id)
            assert battle is not None, f"battle {battle_id} is lost"
            assert battle.vote is not None, f"the vote of {battle_id} is lost"
            assert battle.vote.outcome.value == outcome
        with store.database.read() as connection:
            assert problems(connection) == []
            return sum(recount(connection).values())
    finally:
        store.close()
