"""The line in front of the slots, as battles use it: on a real database and a scripted chat."""

from contextlib import asynccontextmanager

import pytest

from arena.battle.ballot import Ballot
from arena.battle.runner import RunnerRules
from arena.battle.service import Queued
from arena.errors import ChatError, Refusal, UserError
from arena.models import BattleState, ErrorKind, Outcome
from tests.support.arena import arena
from tests.support.chat import Script
from tests.support.remains import until

pytestmark = pytest.mark.integration

CUT = ChatError(ErrorKind.CUT, "gone")
A_WINS = Ballot(outcome=Outcome.MODEL_A)
LONG = Script(["word "] * 500, pause_s=0.02)


async def refused(work):
    with pytest.raises(UserError) as caught:
        await work
    return caught.value.refusal


@asynccontextmanager
async def crowded(tmp_path, **rules):
    """An arena with one slot, taken by somebody who watches two models that do not stop."""
    async with arena(tmp_path, runner_rules=RunnerRules(max_live=1, pace_cps=2000, **rules)) as here:
        here.chat.scripts = {n: [LONG, Script()] for n in ("canary-left", "canary-right")}
        first = here.visitor()
        sent = await here.service.send(first, "Hi")
        turn = here.runner.turns.get(sent.view.battle_id)
        with turn.subscribed():
            yield here, turn


async def called(here, digest):
    """What the person's turn in the line has brought."""

    async def known():
        return here.service.called(digest) is not None

    await until(known, within_s=3)
    return here.service.called(digest)


async def test_beyond_its_slots_a_prompt_gets_a_place_and_is_sent_when_its_turn_comes(tmp_path):
    async with crowded(tmp_path) as (here, turn):
        me = here.visitor()
        queued = await here.service.send(me, "Me too")
        assert queued == Queued(place=1, prompt="Me too", accepted=True)
        assert await here.service.current(me) is None
        assert here.service.called(me) is None
        turn.stop()
        sent = await called(here, me)
        assert sent.accepted
        assert here.service.waiting(me) is None
        battle = await here.store.battle(sent.view.battle_id)
        assert battle.turns[0].prompt == "Me too"
        assert (await here.settled(me, sent.view)).state is BattleState.READY


async def test_beyond_the_lines_length_people_are_refused_with_a_sentence(tmp_path):
    async with crowded(tmp_path, max_waiting=1) as (here, _):
        await here.service.send(here.visitor(), "Hi")
        assert await refused(here.service.send(here.visitor(), "Hi")) is Refusal.FULL


async def test_a_place_says_nothing_of_who_will_meet_because_nobody_has_been_drawn(tmp_path):
    async with crowded(tmp_path) as (here, _):
        queued = await here.service.send(here.visitor(), "Me too")
        assert "canary" not in repr(queued).lower()
        with here.store.database.read() as connection:
            assert connection.exec_driver_sql("select count(*) from battle").scalar() == 1


async def test_another_turn_and_a_retry_wait_in_the_same_line(tmp_path):
    async with arena(tmp_path, runner_rules=RunnerRules(max_live=1, pace_cps=2000)) as here:
        talker, unlucky = here.visitor(), here.visitor()
        ready = await here.ready(talker)
        here.chat.scripts["canary-left"] = [Script([CUT]), Script([CUT]), LONG, Script()]
        failed = await here.ready(unlucky)
        assert failed.state is BattleState.FAILED
        sent = await here.service.send(here.visitor(), "Hi")
        turn = here.runner.turns.get(sent.view.battle_id)
        with turn.subscribed():
            assert (await here.service.retry(unlucky, failed.battle_id)).place == 1
            assert (await here.service.send(talker, "And then?", ready.battle_id)).place == 2
            turn.stop()
            again = await called(here, unlucky)
        assert (await here.settled(unlucky, again.view)).state is BattleState.READY
        more = await called(here, talker)
        assert (await here.settled(talker, more.view)).turns == 2


async def test_sending_twice_is_one_place_and_another_prompt_is_not_taken(tmp_path):
    async with crowded(tmp_path) as (here, _):
        me = here.visitor()
        await here.service.send(here.visitor(), "Before me")
        for prompt, accepted in (("Me too", True), ("Me too", True), ("Something else", False)):
            assert await here.service.send(me, prompt) == Queued(place=2, prompt="Me too", accepted=accepted)


async def test_who_has_a_battle_open_is_shown_it_and_does_not_wait(tmp_path):
    async with arena(tmp_path, runner_rules=RunnerRules(max_live=1, pace_cps=2000)) as here:
        me = here.visitor()
        view = await here.ready(me, "mine")
        here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
        await here.service.send(here.visitor(), "Hi")
        sent = await here.service.send(me, "in another tab")
        assert (sent.view.battle_id, sent.accepted) == (view.battle_id, False)
        assert len(here.service.line) == 0


async def test_a_paused_arena_lets_nobody_wait_and_tells_those_who_do_when_their_turn_comes(tmp_path):
    async with crowded(tmp_path) as (here, turn):
        me = here.visitor()
        await here.service.send(me, "Me too")
        await here.store.set_paused(True)
        assert await refused(here.service.send(here.visitor(), "Hi")) is Refusal.PAUSED
        turn.stop()
        with here.service.line.watched(me):
            while here.service.waiting(me) is not None:
                assert await here.service.line.beyond(here.service.line.version, 3)
        with pytest.raises(UserError) as caught:
            here.service.called(me)
        assert caught.value.refusal is Refusal.PAUSED


async def test_a_vote_and_a_new_battle_give_up_the_place_for_the_next_turn(tmp_path):
    async with arena(tmp_path, runner_rules=RunnerRules(max_live=1, pace_cps=2000)) as here:
        voter, leaver = here.visitor(), here.visitor()
        voted, left = await here.ready(voter), await here.ready(leaver)
        here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
        await here.service.send(here.visitor(), "Hi")
        await here.service.send(voter, "And then?", voted.battle_id)
        await here.service.send(leaver, "And then?", left.battle_id)
        await here.service.vote(voter, voted.battle_id, voted.token, A_WINS)
        await here.service.new_battle(leaver, left.battle_id)
        assert len(here.service.line) == 0


async def test_a_turn_that_nobody_watches_frees_its_slot_for_the_line(tmp_path):
    rules = RunnerRules(max_live=1, pace_cps=2000, grace_s=0.3)
    async with arena(tmp_path, runner_rules=rules) as here:
        here.chat.scripts = {n: [LONG, Script()] for n in ("canary-left", "canary-right")}
        me = here.visitor()
        await here.service.send(here.visitor(), "Hi")
        await here.service.send(me, "Me too")
        with here.service.line.watched(me):
            await called(here, me)
