"""Who may be drawn for a battle, on a real database and a scripted chat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arena.battle.ballot import Ballot
from arena.contestant_parts import Price
from arena.errors import ChatError, Refusal, UserError
from arena.models import ErrorKind, Outcome
from tests.support.arena import arena, contestants
from tests.support.refusals import refused

pytestmark = pytest.mark.integration

A_WINS = Ballot(outcome=Outcome.MODEL_A)


async def test_a_contestant_that_is_down_is_not_drawn(tmp_path):
    async with arena(tmp_path, field=contestants(3)) as here:
        here.chat.down["canary-third"] = ChatError(ErrorKind.UNREACHABLE, "refused")
        await here.roster.probe_all()
        for _ in range(6):
            battle = await here.store.battle((await here.ready(here.visitor())).battle_id)
            assert "canary-third" not in (battle.left, battle.right)


async def test_with_fewer_than_two_up_the_page_says_when_to_come_back(here):
    here.chat.down["canary-left"] = ChatError(ErrorKind.UNREACHABLE, "refused")
    await here.roster.probe_all()
    with pytest.raises(UserError) as caught:
        await here.service.send(here.visitor(), "Hi")
    assert (caught.value.refusal, caught.value.details) == (Refusal.TOO_FEW_CONTESTANTS, {"seconds": 30})


async def test_a_contestant_over_its_daily_cap_is_not_drawn_until_the_next_day(tmp_path):
    left, right = contestants(2)
    dear = replace(left, price=Price(input_per_million=1e6, output_per_million=1e6, daily_cap=5.0))
    async with arena(tmp_path, field=[dear, right]) as here:
        await here.ready(here.visitor())
        assert await refused(here.service.send(here.visitor(), "Hi")) is Refusal.TOO_FEW_CONTESTANTS
        here.clock.ahead = timedelta(days=1)
        await here.ready(here.visitor())


async def test_a_paused_arena_opens_no_battle_but_lets_the_open_ones_end(here):
    me = here.visitor()
    view = await here.ready(me)
    await here.store.set_paused(True)
    assert await refused(here.service.send(here.visitor(), "Hi")) is Refusal.PAUSED
    await here.service.vote(me, view.battle_id, view.token, A_WINS)
    await here.store.set_paused(False)
    await here.ready(here.visitor())
