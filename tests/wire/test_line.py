"""More people than slots, through the real app: everybody gets a place, it moves, and all are served in order."""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.support.app import running_app, visitor
from tests.support.remains import until
from tests.support.voters import voters

pytestmark = pytest.mark.integration

ADMIN = "an-operator-of-tests"
SLOTS, LONGEST = 2, 4


@pytest.fixture(scope="module")
def arena(models, tmp_path_factory):
    field = [models.contestant(name, tokens=90, rate=60.0) for name in ("canary-left", "canary-right")]
    settings = {"pacing": "natural", "grace_s": "1", "admin_token": ADMIN}
    room = {"max_live_battles": str(SLOTS), "max_waiting": str(LONGEST)}
    with running_app(tmp_path_factory.mktemp("line"), field, **settings, **room) as app:
        yield app


async def wait_in_line(person, lang="en"):
    """Follow a place to its end; the sentences that were told."""
    said = []
    async with person.session.get(f"{person.url}/arena/line?lang={lang}") as response:
        assert response.status == 200
        async for line in response.content:
            person.received.append(line)
            if line.startswith(b"data: ") and b"says" in line:
                said.append(json.loads(line[6:])["says"])
    return said


async def begun(person):
    """Wait and then follow the battle that came of it to its end."""
    said = await wait_in_line(person)
    battle = await person.call("current")
    assert battle["state"] == "streaming"
    began = asyncio.get_running_loop().time()
    async for _ in person.follow(battle["battle"]):
        pass
    return said, began


async def queue_length(person):
    _, page = await person.get("/metrics", Authorization=f"Bearer {ADMIN}")
    return next(float(line.split()[1]) for line in page.splitlines() if line.startswith("arena_queue "))


async def emptied(person):
    """Nobody runs and nobody waits."""

    async def empty():
        _, page = await person.get("/metrics", Authorization=f"Bearer {ADMIN}")
        return "arena_turns_running 0.0" in page and "arena_queue 0.0" in page

    await until(empty, within_s=10)


@asynccontextmanager
async def crowd(url, n):
    """So many visitors of an arena in which nobody runs and nobody waits."""
    async with AsyncExitStack() as stack:
        people = await voters(stack, url, n)
        await emptied(people[0])
        yield people


async def filled(people):
    """These take the slots, and watch their answers."""
    sent = [await person.call("send", "Good morning", "") for person in people]
    assert [each["state"] for each in sent] == ["streaming"] * SLOTS
    return [asyncio.create_task(_follow(*each)) for each in zip(people, [s["battle"] for s in sent], strict=True)]


async def test_two_slots_five_visitors_all_are_served_in_order(arena):
    async with crowd(arena.url, 5) as people:
        watched, waiting = await filled(people[:2]), people[2:]
        sent = [await person.call("send", "Good morning", "") for person in waiting]
        assert [(each["state"], each["place"]) for each in sent] == [("queued", 1), ("queued", 2), ("queued", 3)]
        assert await queue_length(people[0]) == 3
        waited = await asyncio.gather(*(begun(person) for person in waiting))
        assert ["1st in line" in waited[0][0][0], "2nd in line" in waited[1][0][0]] == [True, True]
        places = waited[2][0]
        assert "3rd in line" in places[0]
        assert len(places) > 1 and "3rd in line" not in places[-1], "the place has moved"
        first, _, third = (began for _, began in waited)
        assert third > first, "the third has to wait for one of the two slots"
        await asyncio.gather(*watched)
        for person in waiting:
            assert (await person.call("current"))["state"] == "ready"
            assert b"canary" not in b"".join(person.received).lower()


async def test_a_program_that_sends_and_waits_needs_to_know_nothing_of_the_line(arena):
    async with crowd(arena.url, 3) as (*people, program):
        watched = await filled(people)
        sent = await program.call("send", "Good morning", "")
        assert sent == {"battle": "", "state": "queued", "place": 1, "accepted": True}
        assert await program.call("current") == sent
        battle = await program.call("wait", sent["battle"])
        assert battle["state"] == "ready"
        assert battle["conversation"][0]["prompt"] == "Good morning"
        assert (await program.vote(battle))["outcome"] == "tie"
        await asyncio.gather(*watched)


async def test_a_closed_tab_and_stop_free_their_places_and_beyond_the_line_a_sentence_comes(arena):
    async with crowd(arena.url, 7) as (a, b, gone, left, last, more, beyond):
        watched = await filled([a, b])
        for person in (gone, left, last, more):
            assert (await person.call("send", "Good morning", ""))["state"] == "queued"
        watched += [asyncio.create_task(wait_in_line(person)) for person in (left, more)]
        followed = asyncio.create_task(wait_in_line(last, "zh"))
        assert (await beyond.call("send", "Good morning", ""))["error"] == "full"
        assert await left.call("stop", "") == {"state": "empty"}
        assert (await beyond.call("send", "Good morning", ""))["place"] == 4
        # The tab that was closed is waited for during the grace, and not longer.
        said = await asyncio.wait_for(followed, 5)
        assert ["第 3 位" in said[0], "第 1 位" in said[-1]] == [True, True]
        assert (await last.call("current"))["state"] in ("streaming", "ready")
        assert await gone.call("current") == {"state": "empty"}
        await asyncio.gather(*watched)


async def test_without_a_cookie_there_is_no_line(arena):
    async with visitor(arena.url) as person:
        person.session.cookie_jar.clear()
        status, body = await person.get("/arena/line", **{"Accept-Language": "zh"})
        assert status == 404
        assert "cookie" in body.lower()


async def test_who_has_no_place_is_told_so_at_once(arena):
    async with visitor(arena.url) as person:
        async with asyncio.timeout(5):
            assert await wait_in_line(person) == []


async def _follow(person, battle):
    async for _ in person.follow(battle):
        pass
