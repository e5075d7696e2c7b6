"""The line in front of the slots, without any battle."""

import asyncio

import pytest

from arena.battle.line import Line
from arena.errors import Refusal, StoreUnavailable, UserError


class Slots:
    """So many slots; whoever begins takes one, after the time that a database needs."""

    def __init__(self, n, *, longest=10, grace_s=30.0):
        self.free = n
        self.began = []
        self.line = Line(lambda: self.free, longest, grace_s)

    def work(self, name, error=None):
        async def begin():
            await asyncio.sleep(0.01)
            if error is not None:
                raise error
            self.free -= 1
            assert self.free >= 0, "more began than there are slots"
            self.began.append(name)
            return name

        return begin

    async def enter(self, name, error=None):
        return await self.line.enter(name, f"prompt of {name}", self.work(name, error))

    async def end(self, n=1):
        """So many turns end."""
        self.free += n
        self.line.call()
        await asyncio.sleep(0.05)


async def test_with_room_and_nobody_before_one_the_work_is_done_at_once():
    slots = Slots(1)
    assert await slots.enter("ada") == "ada"
    assert len(slots.line) == 0


async def test_many_at_once_never_begin_more_than_there_are_slots():
    slots = Slots(3)
    got = await asyncio.gather(*(slots.enter(str(i)) for i in range(8)))
    assert got == ["0", "1", "2", None, None, None, None, None]
    assert [slots.line.ticket(str(i))[0] for i in range(3, 8)] == [1, 2, 3, 4, 5]


async def test_people_are_served_in_the_order_in_which_they_came():
    slots = Slots(0)
    for name in "abcde":
        await slots.enter(name)
    await slots.end(2)
    assert slots.began == ["a", "b"]
    assert slots.line.ticket("c") == (1, "prompt of c")
    await slots.end()
    await slots.end(2)
    assert slots.began == list("abcde")


async def test_nobody_who_comes_later_takes_a_slot_that_somebody_waits_for():
    slots = Slots(0)
    await slots.enter("first")
    slots.free = 1  # a turn has ended, and the call is under way
    assert await slots.enter("late") is None
    slots.line.call()
    await asyncio.sleep(0.05)
    assert slots.began == ["first"]
    assert slots.line.ticket("late")[0] == 1


async def test_whoever_leaves_lets_the_others_move_up_and_is_never_called():
    slots = Slots(0)
    for name in "abcd":
        await slots.enter(name)
    seen = slots.line.version
    assert slots.line.leave("b")
    assert await slots.line.beyond(seen, 1)
    assert [slots.line.ticket(name)[0] for name in "acd"] == [1, 2, 3]
    await slots.end(4)
    assert slots.began == ["a", "c", "d"]
    assert not slots.line.leave("b")


async def test_leaving_and_coming_again_means_the_end_of_the_line():
    slots = Slots(0)
    for name in "ab":
        await slots.enter(name)
    slots.line.leave("a")
    await slots.enter("a")
    await slots.end(2)
    assert slots.began == ["b", "a"]


async def test_sending_again_keeps_the_place_and_the_first_prompt():
    slots = Slots(0)
    for name in "aba":
        assert await slots.enter(name) is None
    assert slots.line.ticket("a") == (1, "prompt of a")
    assert len(slots.line) == 2


async def test_the_line_is_bounded():
    slots = Slots(0, longest=2)
    await slots.enter("a")
    await slots.enter("b")
    with pytest.raises(UserError) as caught:
        await slots.enter("c")
    assert caught.value.refusal is Refusal.FULL
    assert await slots.enter("a") is None  # who has a place keeps it


async def test_a_place_that_nobody_watches_is_lost_after_the_grace():
    slots = Slots(0, grace_s=0.1)
    await slots.enter("gone")
    await slots.enter("here")
    with slots.line.watched("here"):
        await asyncio.sleep(0.2)
        assert slots.line.ticket("gone") is None
        assert slots.line.ticket("here")[0] == 1
    await asyncio.sleep(0.05)
    with slots.line.watched("here"):  # a refresh comes back in time
        await asyncio.sleep(0.2)
        assert slots.line.ticket("here")[0] == 1
    await asyncio.sleep(0.2)
    assert len(slots.line) == 0


async def test_the_grace_of_a_place_that_was_given_up_does_not_end_the_next_one():
    slots = Slots(0, grace_s=0.1)
    await slots.enter("a")
    slots.line.leave("a")
    await asyncio.sleep(0.06)
    await slots.enter("a")
    await asyncio.sleep(0.06)
    assert slots.line.ticket("a") is not None


async def test_work_in_vain_gives_its_slot_to_the_next_and_says_why():
    slots = Slots(0, grace_s=1)
    await slots.enter("a", UserError(Refusal.PAUSED))
    await slots.enter("b", StoreUnavailable("locked"))
    await slots.enter("c", RuntimeError("a defect"))
    await slots.enter("d")
    await slots.end(1)
    with slots.line.watched("d"):
        while slots.line.ticket("d") is not None:
            assert await slots.line.beyond(slots.line.version, 0.9)
    assert slots.began == ["d"]
    assert slots.line.outcome("a").refusal is Refusal.PAUSED
    assert isinstance(slots.line.outcome("b"), StoreUnavailable)
    assert slots.line.outcome("c") is None
    assert slots.line.outcome("d") == "d"
    await asyncio.sleep(1.1)
    assert slots.line.outcome("a") is None  # not kept for ever


async def test_work_in_vain_without_a_line_is_told_at_once_and_takes_no_slot():
    slots = Slots(1)
    with pytest.raises(UserError):
        await slots.enter("a", UserError(Refusal.PAUSED))
    assert await slots.enter("b") == "b"


async def test_a_caller_that_is_cancelled_in_its_work_gives_its_slot_to_the_next():
    slots = Slots(1)
    first = asyncio.create_task(slots.enter("first"))
    await asyncio.sleep(0)
    assert await slots.enter("second") is None
    first.cancel()
    await asyncio.sleep(0.05)
    assert slots.began == ["second"]


async def test_waiting_for_news_ends_with_the_news_or_with_the_time():
    slots = Slots(0)
    await slots.enter("a")
    assert not await slots.line.beyond(slots.line.version, 0.02)
    waits = [asyncio.create_task(slots.line.beyond(slots.line.version, 5)) for _ in range(3)]
    await asyncio.sleep(0.01)
    slots.line.leave("a")
    assert await asyncio.gather(*waits) == [True, True, True]


async def test_a_closed_line_calls_nobody():
    slots = Slots(0)
    await slots.enter("a")
    await slots.line.close()
    await slots.end(1)
    assert slots.began == []
    assert len(slots.line) == 0
