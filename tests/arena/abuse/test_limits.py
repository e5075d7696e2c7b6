"""Limits refuse with the seconds to wait, and hold across processes on one database."""

from datetime import timedelta

import pytest

from arena.abuse.limits import Act, Limit, Limiter, ProcessCounts, SharedCounts
from arena.errors import Refusal, UserError
from storage.database import open_database
from storage.store import SqlStore
from tests.support.arena import MovableClock

LIMITS = {Act.PROMPT: Limit(rater="2/minute;3/hour", address="4/minute", everybody="6/minute")}


@pytest.fixture
def clock():
    return MovableClock()


def database_url(kind, request):
    """A new database of a kind."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'arena.db'}"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture(params=["process", "sqlite", "postgresql"])
def limiter(request, clock):
    if request.param == "process":
        yield Limiter(LIMITS, ProcessCounts(clock), clock)
        return
    store = SqlStore(open_database(database_url(request.param, request)))
    yield Limiter(LIMITS, SharedCounts(store, clock), clock)
    store.close()


async def refused(limiter, *who, **options):
    with pytest.raises(UserError) as error:
        await limiter.check(Act.PROMPT, *who, **options)
    assert error.value.refusal is Refusal.TOO_MANY
    return error.value.details["seconds"]


async def test_a_rater_is_told_when_to_come_back_and_may_then(limiter, clock):
    for _ in range(2):
        await limiter.check(Act.PROMPT, "ann")
    assert 55 <= await refused(limiter, "ann") <= 60
    clock.ahead += timedelta(seconds=61)
    await limiter.check(Act.PROMPT, "ann")


async def test_the_longer_window_holds_when_the_shorter_is_over(limiter, clock):
    for _ in range(3):
        await limiter.check(Act.PROMPT, "ann")
        clock.ahead += timedelta(seconds=61)
    assert 3300 <= await refused(limiter, "ann") <= 3600


async def test_others_are_not_touched(limiter):
    for _ in range(2):
        await limiter.check(Act.PROMPT, "ann")
    await limiter.check(Act.PROMPT, "bo")


async def test_one_network_may_ask_for_less_than_everybody(limiter):
    for n in range(4):
        await limiter.check(Act.PROMPT, f"rater {n}", "network")
    await refused(limiter, "another", "network")
    await limiter.check(Act.PROMPT, "a third", "other network")
    await limiter.check(Act.PROMPT, "a fourth", "third network")
    await refused(limiter, "a fifth", "fourth network")


async def test_looking_does_not_count(limiter):
    for _ in range(10):
        await limiter.check(Act.PROMPT, "ann", count=False)
    for _ in range(2):
        await limiter.check(Act.PROMPT, "ann")
    await refused(limiter, "ann", count=False)


async def test_who_only_looks_is_let_in_again_when_the_window_is_over(limiter, clock):
    for _ in range(2):
        await limiter.check(Act.PROMPT, "ann")
    await refused(limiter, "ann", count=False)
    clock.ahead += timedelta(hours=2)
    await limiter.check(Act.PROMPT, "ann", count=False)


async def test_an_act_without_limits_is_free(limiter):
    for _ in range(100):
        await limiter.check(Act.WORD, "ann")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_processes_on_one_database_count_together(clock, kind, request):
    url = database_url(kind, request)
    stores = [SqlStore(open_database(url)) for _ in range(2)]
    here, there = (Limiter(LIMITS, SharedCounts(store, clock), clock) for store in stores)
    await here.check(Act.PROMPT, "ann")
    await there.check(Act.PROMPT, "ann")
    await refused(here, "ann")
    for store in stores:
        store.close()


async def test_a_process_forgets_who_came_long_ago(clock):
    counts = ProcessCounts(clock)
    limiter = Limiter(LIMITS, counts, clock)
    for n in range(5):
        await limiter.check(Act.PROMPT, f"rater {n}")
    clock.ahead += timedelta(hours=2)
    await limiter.check(Act.PROMPT, "new")
    assert await counts.reset() == 3  # the new one's two windows, and everybody's
