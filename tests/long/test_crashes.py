"""The arena is killed at random moments while people vote: nothing that was acknowledged is lost."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.long.sizes import sizes
from tests.support.app import App, running_app
from tests.support.model_server import ModelServer
from tests.support.postgres import PostgresServer
from tests.support.voters import Ledger, check_votes, vote_again, vote_until_gone, voters

PEOPLE = 8


async def vote_and_be_killed(arena: App, ledger: Ledger, stack: AsyncExitStack, chance: random.Random) -> None:
    """People vote; some time after the first vote the arena dies as by a power cut."""
    await vote_again(arena.url, ledger)
    people = await voters(stack, arena.url, PEOPLE)
    ledger.told.clear()
    voting = [asyncio.create_task(vote_until_gone(person, ledger)) for person in people]
    await asyncio.wait_for(ledger.told.wait(), 30)
    await asyncio.sleep(chance.uniform(0.0, 1.0))
    os.kill(arena.pid, signal.SIGKILL)
    await asyncio.gather(*voting)


async def kill_many_times(models: ModelServer, folder: Path, url: str, kills: int) -> tuple[int, int]:
    """How many votes are stored after so many kills, and how many of them had no answer at first."""
    field = [models.contestant(name, text="Fine, and you?") for name in ("left", "right")]
    ledger, chance, unanswered = Ledger(), random.Random(kills), 0
    settings = {"pacing": "natural", "database_url": url, "secret": "a secret of this test only", "log_level": "error"}
    async with AsyncExitStack() as stack:
        for _ in range(kills):
            with running_app(folder, field, **settings) as arena:
                await vote_and_be_killed(arena, ledger, stack, chance)
            unanswered += len(ledger.unanswered)
            await check_votes(url, ledger)
        with running_app(folder, field, **settings) as arena:
            await vote_again(arena.url, ledger)
        stored = await check_votes(url, ledger)
    assert stored == len(ledger.acknowledged)
    return stored, unanswered


@pytest.mark.parametrize("kills", sizes(small=3, full=50))
async def test_no_acknowledged_vote_is_lost_when_the_arena_is_killed(
    models: ModelServer, tmp_path: Path, kills: int
) -> None:
    stored, _unanswered = await kill_many_times(models, tmp_path, f"sqlite:///{tmp_path / 'arena.db'}", kills)
    assert stored >= kills


@pytest.mark.parametrize("kills", [pytest.param(10, marks=pytest.mark.long)])
async def test_nor_on_postgresql(models: ModelServer, postgres: PostgresServer, tmp_path: Path, kills: int) -> None:
    stored, _unanswered = await kill_many_times(models, tmp_path, postgres.new_database(), kills)
    assert stored >= kills
