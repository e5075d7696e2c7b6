"""A person's own data from battles: seen, and erased."""

import pytest

from arena.battle.ballot import Ballot
from arena.errors import Refusal
from arena.models import BattleState, Outcome, Standing
from tests.support.chat import LONG
from tests.support.refusals import refused

pytestmark = pytest.mark.integration

A_WINS = Ballot(outcome=Outcome.MODEL_A)


async def test_a_person_sees_their_own_votes_and_nobody_elses(here):
    me = here.visitor()
    view = await here.ready(me)
    await here.service.vote(me, view.battle_id, view.token, A_WINS)
    assert [b.id for b in await here.service.votes(me)] == [view.battle_id]
    assert list(await here.service.votes(here.visitor())) == []
    assert list(await here.service.votes(None)) == []


async def test_erasing_by_code_removes_texts_and_keeps_the_vote_as_withdrawn(here):
    me = here.visitor()
    view = await here.ready(me, "something personal")
    await here.service.vote(me, view.battle_id, view.token, A_WINS)
    assert await here.service.erase(here.keys.erasure_code(me).lower()) == 1
    battle = await here.store.battle(view.battle_id)
    assert "personal" not in repr(battle)
    assert [(c.standing, c.n) for c in await here.store.vote_counts() if c.n] == [(Standing.WITHDRAWN, 1)]
    assert await refused(here.service.erase("AAAAA-BBBBB-CCCCC-DDDDD")) is Refusal.BAD_CODE


async def test_erasing_while_the_models_write_ends_the_turn_and_stores_nothing_more(here):
    me = here.visitor()
    here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
    sent = await here.service.send(me, "something personal")
    turn = here.runner.turns.get(sent.view.battle_id)
    with turn.subscribed():
        await turn.beyond(turn.version, 1)
        await here.service.erase(here.keys.erasure_code(me))
        turn.stop()
        assert await turn.until_ended(3)
    battle = await here.store.battle(sent.view.battle_id)
    assert (battle.state, battle.turns[0].prompt) == (BattleState.VOID, "")
    assert all(a.text == "" for a in battle.turns[0].answers)
