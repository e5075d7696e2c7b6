"""Contestants that are asked several times, in whole battles."""

import asyncio

import pytest

from arena.battle.runner import RunnerRules
from arena.models import AnswerState, BattleState, Pacing, Side
from tests.support.arena import arena, contestants
from tests.support.chat import Script

SUM = "What is 12 * 7?"


def field():
    once, thrice = contestants(1)[0], contestants(2, samples=3)[1]
    return [once, thrice]


def of(battle, name):
    side = Side.A if battle.left == name else Side.B
    return battle.turns[-1].latest(side)


@pytest.mark.parametrize("pacing", list(Pacing))
async def test_the_winning_answer_is_stored_with_the_tokens_and_requests_of_all(tmp_path, pacing):
    async with arena(tmp_path, field=field(), pacing=pacing) as it:
        it.chat.scripts = {
            "canary-left": [Script(["It ", "is 84."])],
            "canary-right": [Script(["83"]), Script(["84 it is"]), Script(["84 it is"])],
        }
        person = it.visitor()
        view = await it.ready(person, SUM)
        battle = await it.store.battle(view.battle_id)
        assert battle.state is BattleState.READY
        once, thrice = of(battle, "canary-left"), of(battle, "canary-right")
        assert (once.text, once.measured.requests) == ("It is 84.", 1)
        assert (thrice.text, thrice.measured.requests, thrice.measured.prompt_tokens) == ("84 it is", 3, 21)


async def test_with_matched_pacing_nothing_is_shown_before_the_vote_over_the_results(tmp_path):
    rules = RunnerRules(pace_cps=2000)
    async with arena(tmp_path, field=field(), pacing=Pacing.MATCHED, runner_rules=rules) as it:
        it.chat.scripts = {"canary-left": [Script(["It is 84."])], "canary-right": [Script(["84"], hang=True)]}
        person = it.visitor()
        view = (await it.service.send(person, SUM)).view
        turn = it.runner.turns.get(view.battle_id)
        with turn.subscribed():
            await asyncio.sleep(0.9)
            assert [turn.shown(side) for side in turn.sides] == ["", ""]


async def test_stop_ends_all_samples_and_counts_what_ended_before(tmp_path):
    async with arena(tmp_path, field=field(), pacing=Pacing.NATURAL) as it:
        slow = Script(["84"], hang=True)
        it.chat.scripts = {"canary-left": [Script(["It is 84."])], "canary-right": [Script(["83"]), slow, slow]}
        person = it.visitor()
        view = (await it.service.send(person, SUM)).view
        await asyncio.sleep(0.2)
        assert it.chat.running == 2
        turn = it.runner.turns.get(view.battle_id)
        with turn.subscribed():
            await it.service.stop(person, view.battle_id)
            assert it.chat.running == 0
        stopped = of(await it.store.battle(view.battle_id), "canary-right")
        assert stopped.state is not AnswerState.COMPLETE
        assert (stopped.measured.requests, stopped.measured.prompt_tokens) == (3, 21)
        assert stopped.measured.completion_tokens >= 1
