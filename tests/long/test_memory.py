"""Two thousand battles: the arena's memory stays what it was."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.app import App, running_app
from tests.support.model_server import ModelServer
from tests.support.pages import open_page
from tests.support.remains import memory_mb

AT_ONCE = 10
WARM_UP = 0.25
"""The share of the battles after which caches are full and pools are grown; what comes after has to be flat."""
MAY_GROW_MB = 15.0


async def whole_battle(url: str) -> None:
    """One person's visit in a page of their own: prompt, answers, vote, new battle, gone."""
    page = await open_page(url)
    try:
        battle = str((await page.fire("send", "click", "How are you today?", ""))["battle-id"])
        await page.follow_to_end(battle)
        changed = await page.fire("transcript", "submit", battle)
        changed = await page.fire("vote-a", "click", battle, changed["vote-token"], [], [], "")
        assert changed["transcript"]["props"]["state"] == "voted", changed["transcript"]
        await page.fire("new-battle", "click", battle)
    finally:
        await page.close()


async def memory_over(arena: App, battles: int) -> list[tuple[int, float]]:
    """The arena's memory in MB after so many battles, twenty times."""
    measured, step = [], max(AT_ONCE, battles // 20)
    for done in range(step, battles + 1, step):
        for _ in range(step // AT_ONCE):
            await asyncio.gather(*(whole_battle(arena.url) for _ in range(AT_ONCE)))
        measured.append((done, memory_mb(arena.pid)))
    return measured


@pytest.mark.long
@pytest.mark.parametrize("battles", [2000])
async def test_memory_is_flat_over_many_battles(models: ModelServer, tmp_path: Path, battles: int) -> None:
    field = [models.contestant(name, tokens=40) for name in ("left", "right")]
    with running_app(tmp_path, field, pacing="natural", log_level="error") as arena:
        measured = await memory_over(arena, battles)
    settled = next(mb for done, mb in measured if done >= battles * WARM_UP)
    assert measured[-1][1] - settled < MAY_GROW_MB
