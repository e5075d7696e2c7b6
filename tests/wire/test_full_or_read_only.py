"""The disk is full or the database turns read-only under the real app: people are told, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import App, Visitor, running_app, visitor
from tests.support.model_server import ModelServer
from tests.support.pages import Page
from tests.support.places import (
    Place,
    on_a_server_that_becomes_a_standby,
    on_a_small_disk,
    with_files_that_turn_read_only,
)
from tests.support.postgres import postgres_server
from tests.support.voters import Ledger, check_votes, voters

pytestmark = pytest.mark.integration

NAMES = ("left", "right")
NEWCOMER_TOLD = "This could not be saved, and nothing was lost. Please try again."
TOLD = {"": "Your vote was not saved. Please try again.", "/zh": "你的投票没有保存，请再试一次。"}
HEALTH_LOOKS = 25
"""Five times a second; it is proved again after a second."""


@pytest.fixture(params=["full disk", "read-only files", "standby"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "standby":
        with postgres_server() as server:
            yield on_a_server_that_becomes_a_standby(server)
    else:
        yield (on_a_small_disk if request.param == "full disk" else with_files_that_turn_read_only)(tmp_path)


async def press_vote(app: App, person: Visitor, battle: dict[str, Any], root: str) -> dict[str, Any]:
    """Click on "A is better" on the page of a language; what changed there."""
    _, config = await person.get(f"{root}/config")
    page = Page(f"{app.url}{root}", person.session, json.loads(config))
    return await page.fire("vote-a", "click", battle["battle"], battle["token"], [], [], "")


async def health_becomes(app: App, wanted: str) -> None:
    async with visitor(app.url) as person:
        for _ in range(HEALTH_LOOKS):
            if json.loads((await person.get("/healthz"))[1])["status"] == wanted:
                return
            await asyncio.sleep(0.2)
    raise AssertionError(f"the arena never said that it is {wanted}")


async def everything_is_refused_in_a_sentence(
    app: App, ready: list[tuple[Visitor, dict]], voted: tuple[Visitor, dict]
) -> None:
    for root, (person, battle) in zip(TOLD, ready[1:], strict=True):
        assert TOLD[root] in (await press_vote(app, person, battle, root))["status"]
    person, battle = ready[0]
    assert (await person.vote(battle, "model_a"))["error"] == "not_saved"
    async with visitor(app.url) as newcomer:
        refused = await newcomer.call("send", "Hello?", "")
    assert refused == {"error": "not_saved", "message": NEWCOMER_TOLD}
    assert (await person.call("view", battle["battle"]))["state"] == "ready"
    assert (await voted[0].call("view", voted[1]["battle"]))["outcome"] == "tie"


async def test_people_are_told_meanwhile_and_the_same_votes_are_stored_afterwards(
    place: Place, models: ModelServer, tmp_path: Path
) -> None:
    ledger = Ledger()
    field = [models.contestant(name, text="Fine, and you?", rate=200.0) for name in NAMES]
    async with AsyncExitStack() as stack:
        app = stack.enter_context(
            running_app(tmp_path, field, within=place.within, pacing="natural", database_url=place.url)
        )
        *people, early, running = await voters(stack, app.url, 5)
        first, *others = await asyncio.gather(*(person.turn("How are you?") for person in (early, *people)))
        await ledger.cast(early, first, "tie")
        for name in NAMES:
            models.script(name, tokens=60, rate=15.0)
        sent = await running.call("send", "And you?", "")
        with place.broken(app):
            await everything_is_refused_in_a_sentence(app, list(zip(people, others, strict=True)), (early, first))
            await health_becomes(app, "down")
        for person, battle in zip(people, others, strict=True):
            await ledger.cast(person, battle, "model_a")
        ends = [event.data["state"] async for event in running.follow(sent["battle"]) if event.kind == "end"]
        assert ends == ["ready"], "an answer that was running is kept"
        await ledger.cast(running, await running.call("view", sent["battle"]), "both_bad")
        await health_becomes(app, "ok")
        assert await check_votes(place.stored(app), ledger) == len(ledger.acknowledged) == 5
    assert "Traceback" not in app.log.read_text()
