"""Two arenas behind nginx on one PostgreSQL, and one of them dies under load."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from arena.models import Battle
from storage.database import open_database
from storage.store import SqlStore
from tests.long.sizes import sizes
from tests.support.app import App, Visitor, running_app
from tests.support.model_server import ModelServer
from tests.support.nginx import nginx
from tests.support.postgres import PostgresServer
from tests.support.voters import GONE, Ledger, check_votes, vote_again, vote_until_gone, voters

SETTINGS = {"pacing": "natural", "admin_token": "token-of-this-test", "log_level": "error"}
SLOW = {"tokens": 120, "rate": 15.0}
"""Eight seconds an answer: long enough to be in the middle of it when a process dies."""


@dataclass(frozen=True)
class Pair:
    url: str
    database: str
    arenas: tuple[App, App]


@pytest.fixture
def pair(models: ModelServer, postgres: PostgresServer, tmp_path: Path) -> Iterator[Pair]:
    field = [models.contestant(name, text="Fine, and you?") for name in ("left", "right")]
    url = postgres.new_database()
    with ExitStack() as stack:
        arenas = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            arenas.append(stack.enter_context(running_app(tmp_path / name, field, database_url=url, **SETTINGS)))
        front = stack.enter_context(nginx(tmp_path, [arena.url for arena in arenas]))
        yield Pair(url=front, database=url, arenas=(arenas[0], arenas[1]))


@dataclass
class Tab:
    """One person's page and its battle's stream: `ends` are the states that it was told, `cuts` its losses."""

    person: Visitor
    battle: str
    ends: list[str] = field(default_factory=list)
    cuts: int = 0

    async def watch(self) -> None:
        """Follow the battle to its end, and come back like an EventSource when the connection is lost."""
        while not self.ends:
            try:
                async for event in self.person.follow(self.battle):
                    if event.kind == "end":
                        self.ends.append(event.data["state"])
            except GONE:
                self.cuts += 1
                await asyncio.sleep(1.0)


async def battles_by_owner(database: str, tabs: list[Tab]) -> Mapping[str, list[Tab]]:
    """Which process runs whose battle."""
    store = SqlStore(open_database(database))
    owned: defaultdict[str, list[Tab]] = defaultdict(list)
    for tab in tabs:
        battle = await store.battle(tab.battle)
        assert isinstance(battle, Battle)
        owned[battle.owner].append(tab)
    store.close()
    return owned


async def process_of(arena: App) -> str:
    """The name under which an arena holds its leases."""
    headers = {"Authorization": f"Bearer {SETTINGS['admin_token']}"}
    async with aiohttp.ClientSession() as session, session.get(f"{arena.url}/healthz", headers=headers) as response:
        body: dict[str, Any] = await response.json()
    return str(body["process"])


async def open_tab(person: Visitor) -> Tab:
    """A battle with slow answers."""
    sent = await person.call("send", "Tell me everything", "")
    assert "error" not in sent, sent
    return Tab(person, sent["battle"])


@pytest.mark.parametrize("people", sizes(small=8, full=40))
async def test_when_one_process_dies_its_people_come_back_by_the_other_and_nobody_else_notices(
    pair: Pair, models: ModelServer, people: int
) -> None:
    ledger = Ledger()
    async with AsyncExitStack() as stack:
        eager = await voters(stack, pair.url, 4)
        voting = [asyncio.create_task(vote_until_gone(person, ledger)) for person in eager]
        await asyncio.wait_for(ledger.told.wait(), 30)
        for name in ("left", "right"):
            models.script(name, **SLOW)
        tabs = [await open_tab(person) for person in await voters(stack, pair.url, people)]
        watching = [asyncio.create_task(tab.watch()) for tab in tabs]
        owned = await battles_by_owner(pair.database, tabs)
        assert len(owned) == 2, "nginx has sent everybody to one process"
        lost, kept = [owned[await process_of(arena)] for arena in pair.arenas]
        os.kill(pair.arenas[0].pid, signal.SIGKILL)
        killed = time.monotonic()
        for name in ("left", "right"):
            models.script(name, text="Fine, and you?")
        await asyncio.wait_for(asyncio.gather(*watching), 40)
        time.monotonic() - killed
        assert [(tab.ends, tab.cuts) for tab in kept] == [(["ready"], 0)] * len(kept)
        assert [tab.ends for tab in lost] == [["interrupted"]] * len(lost)
        assert min(tab.cuts for tab in lost) >= 1
        for tab in lost:
            await _ask_both_again_and_vote(tab, ledger)
        for tab in kept:
            await ledger.cast(tab.person, await tab.person.call("view", tab.battle), "model_a")
        for task in voting:
            task.cancel()
        await asyncio.gather(*voting, return_exceptions=True)
        await vote_again(pair.url, ledger)
        await check_votes(pair.database, ledger)


async def _ask_both_again_and_vote(tab: Tab, ledger: Ledger) -> None:
    """What a person does whose answers broke off."""
    again = await tab.person.call("retry", tab.battle)
    assert again.get("state") == "streaming", again
    tab.ends.clear()
    await tab.watch()
    assert tab.ends == ["ready"]
    await ledger.cast(tab.person, await tab.person.call("view", tab.battle), "model_b")
