"""What every store must do: raters, turns, and how battles end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from arena.errors import ArenaPaused, LiveBattleExists, StateConflict
from arena.ids import new_id
from arena.models import AnswerState, Battle, BattleState, ErrorKind, Pacing, Rater, Side
from arena.ports import RaterDigests, Store
from tests.storage.sample import (
    DRAW,
    LEFT,
    MEASURED,
    NOW,
    RIGHT,
    at,
    cast,
    ended,
    finish,
    lease,
    new_rater,
    new_turn,
    open_battle,
    ready_battle,
    reread,
)


async def open_as(store: Store, cookie: str, now: datetime) -> Battle:
    who = RaterDigests(cookie, f"code of {cookie}")
    return await store.create_battle(new_id(), who, DRAW, Pacing.MATCHED, new_turn(), lease(), now)


class RatersContract:
    async def test_the_same_cookie_is_the_same_rater(self, store: Store) -> None:
        first = await finish(store, await open_as(store, "digest", NOW))
        await store.close_battle(first.id, BattleState.ABANDONED, at(5))
        again = await open_as(store, "digest", at(9))
        rater = await store.find_rater("digest")
        assert rater == Rater(id=first.rater_id, excluded=False)
        assert again.rater_id == first.rater_id

    async def test_finding_an_unknown_cookie_makes_no_rater(self, store: Store) -> None:
        assert await store.find_rater("digest") is None
        assert await store.find_rater("digest") is None

    async def test_a_new_cookie_that_comes_many_times_at_once_is_one_rater(self, store: Store) -> None:
        opened = await asyncio.gather(*(open_as(store, "digest", NOW) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(result, LiveBattleExists) for result in opened) == 7

    async def test_a_battle_is_found_by_its_own_rater_only(self, store: Store) -> None:
        battle = await open_as(store, "digest", NOW)
        await open_as(store, "another", NOW)
        assert await store.own_battle("digest", battle.id) == await store.battle(battle.id)
        assert await store.own_battle("another", battle.id) is None
        assert await store.own_battle("unknown", battle.id) is None
        assert await store.own_battle("digest", "no-such-battle") is None

    async def test_origin_and_secret_stay_the_same(self, store: Store) -> None:
        assert await store.origin() == await store.origin() != ""
        assert await store.secret() == await store.secret()
        assert len(await store.secret()) >= 32

    async def test_a_paused_arena_stays_paused_until_it_goes_on(self, store: Store) -> None:
        assert not await store.paused()
        await store.set_paused(True)
        await store.set_paused(True)
        assert await store.paused()
        with pytest.raises(ArenaPaused):
            await open_as(store, "digest", NOW)
        assert await store.find_rater("digest") is None
        await store.set_paused(False)
        assert not await store.paused()

    async def test_a_ping_keeps_nothing_and_can_be_repeated(self, store: Store) -> None:
        await store.ping()
        await store.ping()
        assert not await store.paused()
        assert list(await store.vote_counts()) == []


class TurnsContract:
    async def test_a_new_battle_streams_its_first_turn_on_both_sides(self, store: Store) -> None:
        turn, who = new_turn("你好 🙂"), RaterDigests("digest", "code")
        battle = await store.create_battle(new_id(), who, DRAW, Pacing.NATURAL, turn, lease(), NOW)
        rater = await store.find_rater("digest")
        assert rater is not None
        assert (battle.left, battle.right, battle.probability) == ("plain", "warm", 0.25)
        assert (battle.left_hash, battle.right_hash) == (LEFT.snapshot_hash, RIGHT.snapshot_hash)
        assert (battle.state, battle.rater_id, battle.pacing) == (BattleState.STREAMING, rater.id, Pacing.NATURAL)
        assert (battle.owner, battle.lease_until) == ("process-1", at(6))
        assert battle.turns[0].prompt == "你好 🙂"
        assert {a.side: a.id for a in battle.turns[0].answers} == turn.answer_ids
        assert all(a.state is AnswerState.STREAMING and a.attempt == 1 for a in battle.turns[0].answers)
        assert await store.battle(battle.id) == battle

    async def test_an_unknown_battle_is_none_whatever_its_id(self, store: Store) -> None:
        assert await store.battle(new_id()) is None
        assert await store.battle("' OR 1=1 --") is None
        assert await store.battle("x" * 500) is None

    async def test_a_finished_turn_is_kept_as_it_ended(self, store: Store) -> None:
        battle = await open_battle(store)
        texts = {Side.A: 'line\n\n"quote", =cmd() 🙂', Side.B: "二"}
        after = await finish(store, battle, texts, now=at(3))
        assert (after.state, after.ready_at, after.updated_at) == (BattleState.READY, at(3), at(3))
        assert (after.pace_cps, after.owner, after.lease_until) == (42.5, "", None)
        for answer in after.turns[0].answers:
            assert (answer.state, answer.text) == (AnswerState.COMPLETE, texts[answer.side])
            assert (answer.thinking, answer.finish_reason, answer.measured) == ("let me see", "stop", MEASURED)
            assert answer.created_at == NOW

    async def test_a_failed_turn_is_not_ready_and_keeps_its_error(self, store: Store) -> None:
        after = await finish(store, await open_battle(store), failed=[Side.B])
        assert (after.state, after.ready_at) == (BattleState.FAILED, None)
        failed = after.turns[0].latest(Side.B)
        assert failed is not None
        assert (failed.state, failed.error_kind, failed.text) == (AnswerState.FAILED, ErrorKind.CUT, "half an")

    async def test_a_turn_ends_once(self, store: Store) -> None:
        battle = await open_battle(store)
        after = await finish(store, battle)
        with pytest.raises(StateConflict):
            await store.finish_turn(battle.id, ended(battle), BattleState.FAILED, None, at(9))
        assert await reread(store, battle) == after

    async def test_an_end_with_an_answer_of_another_battle_changes_nothing(self, store: Store) -> None:
        battle, other = await open_battle(store), await open_battle(store)
        mixed = [ended(battle)[0], ended(other)[1]]
        with pytest.raises(StateConflict):
            await store.finish_turn(battle.id, mixed, BattleState.READY, None, NOW)
        assert await reread(store, battle) == battle
        assert await reread(store, other) == other

    async def test_another_turn_starts_from_ready_only(self, store: Store) -> None:
        battle = await ready_battle(store)
        again = await store.begin_turn(battle.id, new_turn("and then?"), lease(), at(9))
        assert (again.state, again.ready_at, again.updated_at) == (BattleState.STREAMING, None, at(9))
        assert [(t.index, t.prompt) for t in again.turns] == [(0, "hello"), (1, "and then?")]
        assert await reread(store, battle) == again
        with pytest.raises(StateConflict):
            await store.begin_turn(battle.id, new_turn(), lease(), at(10))
        assert await reread(store, battle) == again

    async def test_two_next_turns_at_once_are_one(self, store: Store) -> None:
        battle = await ready_battle(store)
        begun = await asyncio.gather(
            *(store.begin_turn(battle.id, new_turn(), lease(), NOW) for _ in range(6)), return_exceptions=True
        )
        assert sum(isinstance(result, StateConflict) for result in begun) == 5
        assert len((await reread(store, battle)).turns) == 2

    async def test_a_retry_adds_an_attempt_for_the_side_that_failed(self, store: Store) -> None:
        battle = await finish(store, await open_battle(store), failed=[Side.B])
        retried = await store.begin_retry(battle.id, {Side.B: new_id()}, lease(), at(20))
        assert retried.state is BattleState.STREAMING
        assert [(a.attempt, a.side, a.state) for a in retried.turns[0].answers] == [
            (1, Side.A, AnswerState.COMPLETE),
            (1, Side.B, AnswerState.FAILED),
            (2, Side.B, AnswerState.STREAMING),
        ]
        assert await reread(store, battle) == retried
        after = await finish(store, retried)
        assert after.state is BattleState.READY
        latest = after.turns[0].latest(Side.B)
        assert latest is not None
        assert (latest.attempt, latest.text) == (2, "answer b")

    async def test_a_retry_starts_from_failed_or_interrupted_only(self, store: Store) -> None:
        battle = await ready_battle(store)
        with pytest.raises(StateConflict):
            await store.begin_retry(battle.id, {Side.A: new_id()}, lease(), NOW)
        assert await reread(store, battle) == battle

    async def test_progress_is_kept_while_an_answer_runs_and_not_after(self, store: Store) -> None:
        battle = await open_battle(store)
        running = [replace(a, text="so far", thinking="hm", measured=MEASURED) for a in battle.turns[0].answers]
        await store.save_progress(running)
        shown = (await reread(store, battle)).turns[0].answers
        assert [(a.state, a.text, a.measured) for a in shown] == [(AnswerState.STREAMING, "so far", MEASURED)] * 2
        after = await finish(store, battle)
        await store.save_progress(running)
        await store.save_progress([])
        assert await reread(store, battle) == after


class EndingsContract:
    async def test_only_the_owner_prolongs_a_lease(self, store: Store) -> None:
        battle = await open_battle(store)
        await store.renew_leases([battle.id, new_id()], lease("process-2", 60))
        assert (await reread(store, battle)).lease_until == at(6)
        await store.renew_leases([battle.id], lease("process-1", 12))
        assert (await reread(store, battle)).lease_until == at(12)
        ready = await finish(store, battle)
        await store.renew_leases([battle.id], lease("process-1", 24))
        assert await reread(store, battle) == ready

    async def test_a_battle_whose_lease_ran_out_is_interrupted_with_its_answers(self, store: Store) -> None:
        battle = await open_battle(store)
        await store.save_progress([replace(a, text="so far") for a in battle.turns[0].answers])
        assert await store.interrupt_expired(at(5)) == 0
        assert await store.interrupt_expired(at(7)) == 1
        assert await store.interrupt_expired(at(7)) == 0
        after = await reread(store, battle)
        assert (after.state, after.owner, after.lease_until) == (BattleState.INTERRUPTED, "", None)
        assert [(a.state, a.text) for a in after.turns[0].answers] == [(AnswerState.INTERRUPTED, "so far")] * 2
        with pytest.raises(StateConflict):
            await store.finish_turn(battle.id, ended(battle), BattleState.READY, None, at(8))

    async def test_one_expired_battle_can_be_interrupted_alone(self, store: Store) -> None:
        one, other = await open_battle(store), await open_battle(store)
        assert await store.interrupt_expired(at(7), one.id) == 1
        assert (await reread(store, one)).state is BattleState.INTERRUPTED
        assert await reread(store, other) == other

    async def test_what_nobody_came_back_to_ends(self, store: Store) -> None:
        forgotten, fresh = await ready_battle(store), await ready_battle(store, now=at(100))
        failed = await finish(store, await open_battle(store), failed=[Side.A])
        interrupted = await open_battle(store)
        await store.interrupt_expired(at(7), interrupted.id)
        running = await open_battle(store)
        assert await store.expire(at(50), at(50), at(200)) == 3
        states = [(await reread(store, b)).state for b in (forgotten, fresh, failed, interrupted, running)]
        assert states == [
            BattleState.ABANDONED,
            BattleState.READY,
            BattleState.VOID,
            BattleState.VOID,
            BattleState.STREAMING,
        ]
        assert (await reread(store, forgotten)).closed_at == at(200)
        assert await store.current_battle(forgotten.rater_id) is None

    async def test_each_kind_of_forgotten_battle_has_its_own_time(self, store: Store) -> None:
        ready = await ready_battle(store)
        failed = await finish(store, await open_battle(store), failed=[Side.A])
        assert await store.expire(at(-1), at(1), at(200)) == 1
        assert (await reread(store, ready)).state is BattleState.READY
        assert (await reread(store, failed)).state is BattleState.VOID

    async def test_closing_a_live_battle_ends_it(self, store: Store) -> None:
        battle = await open_battle(store)
        await store.close_battle(battle.id, BattleState.VOID, at(5))
        after = await reread(store, battle)
        assert (after.state, after.closed_at, after.lease_until) == (BattleState.VOID, at(5), None)
        assert {a.state for a in after.turns[0].answers} == {AnswerState.INTERRUPTED}
        assert await store.current_battle(battle.rater_id) is None

    async def test_closing_a_voted_battle_keeps_its_vote(self, store: Store) -> None:
        battle = await cast(store)
        assert await store.current_battle(battle.rater_id) == battle
        await store.close_battle(battle.id, None, at(5))
        await store.close_battle(battle.id, None, at(6))
        assert await reread(store, battle) == replace(battle, closed_at=at(5))
        assert await store.current_battle(battle.rater_id) is None

    async def test_closing_as_the_wrong_kind_is_a_conflict(self, store: Store) -> None:
        live, voted, ready = await open_battle(store), await cast(store), await ready_battle(store)
        with pytest.raises(StateConflict):
            await store.close_battle(live.id, None, NOW)
        with pytest.raises(StateConflict):
            await store.close_battle(live.id, BattleState.ABANDONED, NOW)
        with pytest.raises(StateConflict):
            await store.close_battle(ready.id, BattleState.VOID, NOW)
        with pytest.raises(StateConflict):
            await store.close_battle(voted.id, BattleState.ABANDONED, NOW)
        with pytest.raises(StateConflict):
            await store.close_battle(new_id(), None, NOW)
        assert await reread(store, live) == live
        assert await reread(store, voted) == voted
        assert await reread(store, ready) == ready

    async def test_a_rater_has_one_live_battle(self, store: Store) -> None:
        battle = await open_battle(store)
        with pytest.raises(LiveBattleExists):
            await open_battle(store, battle.rater_id)
        assert await store.current_battle(battle.rater_id) == battle

    async def test_of_many_battles_opened_at_once_by_one_rater_one_exists(self, store: Store) -> None:
        rater_id = await new_rater(store)
        opened = await asyncio.gather(*(open_battle(store, rater_id) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(result, LiveBattleExists) for result in opened) == 7
        (battle,) = (result for result in opened if not isinstance(result, BaseException))
        assert await store.current_battle(rater_id) == battle

    async def test_a_new_battle_takes_the_voted_one_off_the_page(self, store: Store) -> None:
        voted = await cast(store)
        battle = await open_battle(store, voted.rater_id, now=at(50))
        assert (await reread(store, voted)).closed_at == at(50)
        assert await store.current_battle(voted.rater_id) == battle

    async def test_contestants_that_left_are_known_by_their_hash(self, store: Store) -> None:
        battle = await open_battle(store)
        cards = await store.contestant_cards([battle.left_hash, battle.right_hash, "unknown"])
        assert cards == {LEFT.snapshot_hash: LEFT.snapshot, RIGHT.snapshot_hash: RIGHT.snapshot}

    async def test_tokens_are_summed_by_name_from_a_time_on(self, store: Store) -> None:
        await ready_battle(store, now=at(-100))
        await ready_battle(store)
        await ready_battle(store, now=at(100))
        assert await store.tokens_since(at(-1)) == {"plain": (42, 110), "warm": (42, 110)}
        assert await store.tokens_since(at(101)) == {}
