"""Everybody votes in the same moment, and many click twice."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from arena.models import Outcome
from tests.long.sizes import sizes
from tests.support.app import running_app
from tests.support.model_server import ModelServer
from tests.support.postgres import PostgresServer
from tests.support.prepared import SECRET, Ready, prepare
from tests.support.voters import Ledger, check_votes

PATIENCE = aiohttp.ClientTimeout(total=300)


async def send_vote(session: aiohttp.ClientSession, url: str, ready: Ready, outcome: Outcome) -> tuple[str, str]:
    """One click; the battle and the outcome that was acknowledged."""
    data = [ready.battle, ready.token, outcome.value, [], [], ""]
    async with session.post(f"{url}/gradio_api/run/vote", json={"data": data}, headers=ready.headers) as response:
        body = json.loads(await response.read())
    assert response.status == 200, body
    assert "outcome" in body["data"][0], body
    return ready.battle, body["data"][0]["outcome"]


async def vote_at_once(models: ModelServer, folder: Path, database: str, votes: int) -> None:
    """`votes` clicks, of which a fifth repeat another one, with an outcome of their own."""
    ready = await prepare(database, votes - votes // 5)
    field = [models.contestant(name, text="Fine, and you?") for name in ("left", "right")]
    chance = random.Random(votes)
    clicks = [*ready, *chance.sample(ready, votes // 5)]
    chance.shuffle(clicks)
    with running_app(folder, field, database_url=database, secret=SECRET, log_level="error") as arena:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as session:
            began = time.monotonic()
            told = await asyncio.gather(
                *(send_vote(session, arena.url, click, chance.choice(list(Outcome))) for click in clicks)
            )
            time.monotonic() - began
    acknowledged = {battle: outcome for battle, outcome in told}
    # Who clicked twice was told the same twice.
    assert len(set(told)) == len(acknowledged) == len(ready)
    assert Counter(Counter(battle for battle, _ in told).values()) == {1: votes - 2 * (votes // 5), 2: votes // 5}
    assert await check_votes(database, Ledger(acknowledged)) == len(ready)


@pytest.mark.parametrize("votes", sizes(small=200, full=2000))
async def test_of_votes_at_once_each_acknowledged_one_is_stored_exactly_once(
    models: ModelServer, tmp_path: Path, votes: int
) -> None:
    await vote_at_once(models, tmp_path, f"sqlite:///{tmp_path / 'arena.db'}", votes)


@pytest.mark.parametrize("votes", sizes(small=100, full=2000))
async def test_also_on_postgresql(models: ModelServer, postgres: PostgresServer, tmp_path: Path, votes: int) -> None:
    await vote_at_once(models, tmp_path, postgres.new_database(), votes)
