"""People close their tabs in every state of a battle: nothing of them is left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.long.sizes import sizes
from tests.support.app import App, running_app
from tests.support.model_server import ModelServer
from tests.support.pages import Page, open_page
from tests.support.remains import ADMIN_TOKEN, remains_of, until

GRACE_S = 5.0
ABORT_S = 3.0
"""How long after the grace the model servers' work may go on; a second, and this machine's own slowness."""
TASKS_S = 30.0
"""Gradio's heartbeats sleep up to fifteen seconds before their tasks end."""
AT_ONCE = 25
LONG_TALK = {"tokens": 4000, "rate": 15.0}
MODELS = {
    "talks": LONG_TALK,
    "is silent": {"fault": "hang_first"},
    "thinks": {"thinking_tokens": 4000, "rate": 15.0},
    "answers": {"text": "Fine, and you?"},
    "fails": {"fault": "status", "status": 500},
}


async def send(page: Page, prompt: str = "How are you?") -> str:
    """Click Send; the battle's id."""
    changed = await page.fire("send", "click", prompt, "")
    battle = str(changed["battle-id"])
    assert battle, changed
    return battle


async def watch_until(page: Page, battle: str, state: str) -> None:
    """Wait for the end of the turn with the page's stream open, and ask what came of it, as the page does."""
    await page.follow_to_end(battle)
    changed = await page.fire("transcript", "submit", battle)
    assert changed["transcript"]["props"]["state"] == state, changed["transcript"]


async def only_looking(_page: Page) -> None:
    """The page is open, and nothing has been sent."""


async def streaming(page: Page) -> None:
    """Answers are on their way."""
    page.stay(f"/arena/events/{await send(page)}")


async def not_yet_following(page: Page) -> None:
    """Closed between the click and the stream."""
    await send(page)


async def answered(page: Page) -> None:
    """Both answers are there."""
    await watch_until(page, await send(page), "ready")


async def voted(page: Page) -> None:
    """The names are shown."""
    battle = await send(page)
    changed = await page.fire("transcript", "submit", battle)
    await watch_until(page, battle, "ready")
    changed = await page.fire("vote-tie", "click", battle, changed["vote-token"], [], [], "")
    assert changed["transcript"]["props"]["state"] == "voted", changed


async def failed(page: Page) -> None:
    """A side has no answer."""
    await watch_until(page, await send(page), "failed")


States = list[tuple[str, Callable[[Page], Awaitable[None]]]]
STATES: States = [
    ("talks", only_looking),
    ("talks", streaming),
    ("talks", not_yet_following),
    ("is silent", streaming),
    ("thinks", streaming),
    ("answers", answered),
    ("answers", voted),
    ("fails", failed),
]


@pytest.fixture
async def arena(models: ModelServer, tmp_path: Path) -> AsyncIterator[App]:
    field = [models.contestant(name, **MODELS["answers"]) for name in ("left", "right")]
    settings = {"pacing": "natural", "admin_token": ADMIN_TOKEN, "log_level": "error", "max_live_battles": "2000"}
    with running_app(tmp_path, field, **settings) as app:
        yield app


async def open_tabs(arena: App, models: ModelServer, tabs: int) -> list[Page]:
    """So many tabs, spread over all states; state by state, because a model does one thing at a time."""
    pages: list[Page] = []
    for number, (script, act) in enumerate(STATES):
        for name in ("left", "right"):
            models.script(name, **MODELS[script])
        wanted = len(range(number, tabs, len(STATES)))
        for begin in range(0, wanted, AT_ONCE):
            opened = [await open_page(arena.url) for _ in range(min(AT_ONCE, wanted - begin))]
            pages += opened
            await asyncio.gather(*(act(page) for page in opened))
    return pages


@pytest.mark.parametrize("tabs", sizes(small=40, full=1000))
async def test_closed_tabs_leave_nothing_behind(arena: App, models: ModelServer, tabs: int) -> None:
    database = f"sqlite:///{arena.data / 'arena.db'}"
    before = await remains_of(arena, database)
    pages = await open_tabs(arena, models, tabs)
    held = await remains_of(arena, database)
    assert held.sessions >= tabs * 0.5
    assert held.turns >= tabs // len(STATES)
    await asyncio.gather(*(page.close() for page in pages))

    async def no_work() -> bool:
        asked = await asyncio.to_thread(models.log)
        return all(r.ended is not None or r.disconnected is not None for r in asked if r.path.endswith("completions"))

    async def as_before() -> bool:
        now = await remains_of(arena, database)
        return now.tasks <= before.tasks and replace(now, tasks=before.tasks) == before

    await until(no_work, GRACE_S + ABORT_S + tabs * 0.01)
    await until(as_before, TASKS_S)
