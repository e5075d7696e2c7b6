"""What every store must do: votes and erasure."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from arena.errors import StateConflict
from arena.ids import new_id
from arena.models import BattleState, Outcome, Side, Standing
from arena.ports import Store
from tests.storage.sample import (
    DRAW,
    LEFT,
    MEASURED,
    NOW,
    RIGHT,
    at,
    cast,
    cells,
    ended,
    finish,
    new_rater,
    open_battle,
    ready_battle,
    reread,
    vote_on,
)


class VotesContract:
    async def test_a_vote_is_stored_and_counted(self, store: Store) -> None:
        battle = await ready_battle(store)
        vote = replace(vote_on(battle, Outcome.TIE, origin=await store.origin(), now=at(9)), comment='a, "b"\n')
        assert await store.record_vote(vote, at(9)) == vote
        after = await reread(store, battle)
        assert (after.state, after.vote, after.updated_at) == (BattleState.VOTED, vote, at(9))
        assert await cells(store) == {("plain", "warm", "tie", "counted"): 1}
        assert await store.last_vote_at() == at(9)

    async def test_voting_again_gives_back_the_first_vote(self, store: Store) -> None:
        voted = await cast(store, Outcome.MODEL_A)
        again = await store.record_vote(vote_on(voted, Outcome.MODEL_B), at(9))
        assert again == voted.vote
        assert await reread(store, voted) == voted
        assert await cells(store) == {("plain", "warm", "model_a", "counted"): 1}

    async def test_of_many_votes_at_once_one_is_stored_and_all_get_it(self, store: Store) -> None:
        battle = await ready_battle(store)
        given = [vote_on(battle, outcome, origin=await store.origin()) for outcome in Outcome for _ in range(3)]
        stored = await asyncio.gather(*(store.record_vote(vote, NOW) for vote in given))
        assert len({vote.id for vote in stored}) == 1
        assert sum((await cells(store)).values()) == 1
        assert (await reread(store, battle)).vote == stored[0]

    @pytest.mark.parametrize("state", ["streaming", "failed", "void"])
    async def test_a_battle_that_is_not_ready_takes_no_vote(self, store: Store, state: str) -> None:
        battle = await open_battle(store)
        if state == "failed":
            await finish(store, battle, failed=[Side.A])
        if state == "void":
            await store.close_battle(battle.id, BattleState.VOID, NOW)
        with pytest.raises(StateConflict):
            await store.record_vote(vote_on(battle), NOW)
        after = await reread(store, battle)
        assert (after.state.value, after.vote) == (state, None)
        assert list(await store.vote_counts()) == []

    async def test_a_vote_that_does_not_count_is_counted_under_its_first_reason(self, store: Store) -> None:
        await cast(store, reasons=(Standing.TOO_FAST,))
        await cast(store, reasons=(Standing.TOO_FAST, Standing.IDENTITY_LEAK))
        await cast(store, reasons=(Standing.IDENTITY_LEAK, Standing.RATER_EXCLUDED))
        assert await cells(store) == {
            ("plain", "warm", "model_a", "too_fast"): 1,
            ("plain", "warm", "model_a", "identity_leak"): 1,
            ("plain", "warm", "model_a", "rater_excluded"): 1,
        }

    async def test_a_vote_from_another_database_is_imported(self, store: Store) -> None:
        battle = await cast(store, reasons=(Standing.TOO_FAST,), origin="elsewhere")
        assert await cells(store) == {("plain", "warm", "model_a", "imported"): 1}
        assert battle.vote is not None
        assert battle.vote.reasons == (Standing.TOO_FAST, Standing.IMPORTED)
        assert (battle.vote.counted, battle.vote.origin) == (False, "elsewhere")
        assert await store.tokens_since(at(-1)) == {}

    async def test_left_and_right_are_counted_apart(self, store: Store) -> None:
        swapped = replace(DRAW, a=RIGHT, b=LEFT)
        battle = await finish(store, await open_battle(store, draw=swapped))
        await store.record_vote(vote_on(battle, origin=await store.origin()), NOW)
        await cast(store)
        assert await cells(store) == {
            ("plain", "warm", "model_a", "counted"): 1,
            ("warm", "plain", "model_a", "counted"): 1,
        }

    async def test_a_comment_after_the_reveal_is_kept_apart(self, store: Store) -> None:
        battle = await cast(store, comment="blind")
        await store.comment_after(battle.id, "I knew it")
        vote = (await reread(store, battle)).vote
        assert vote is not None
        assert (vote.comment, vote.comment_after) == ("blind", "I knew it")
        with pytest.raises(StateConflict):
            await store.comment_after((await ready_battle(store)).id, "too early")

    async def test_a_report_needs_a_battle(self, store: Store) -> None:
        await store.report((await ready_battle(store)).id, Side.B, "rude", NOW)
        with pytest.raises(StateConflict):
            await store.report(new_id(), Side.B, "rude", NOW)

    async def test_a_rater_sees_their_own_votes_newest_first(self, store: Store) -> None:
        rater_id = await new_rater(store)
        votes = [await cast(store, rater_id=rater_id, now=at(i)) for i in range(3)]
        await cast(store)
        await open_battle(store, rater_id, now=at(9))
        mine = await store.votes_of(rater_id, 2)
        assert [b.id for b in mine] == [votes[2].id, votes[1].id]
        assert all(b.vote and len(b.turns) == 1 for b in mine)


class ErasureContract:
    async def test_an_unknown_code_erases_nothing(self, store: Store) -> None:
        battle = await cast(store)
        assert await store.erase("no such code", NOW) is None
        assert await reread(store, battle) == battle

    async def test_texts_and_links_go_and_the_vote_stays_withdrawn(self, store: Store) -> None:
        rater_id = await new_rater(store)
        leaky = await cast(store, rater_id=rater_id, reasons=(Standing.IDENTITY_LEAK,), comment="mine")
        await store.comment_after(leaky.id, "mine too")
        assert await store.erase("code-rater", at(9)) == 1
        after = await reread(store, leaky)
        assert (after.rater_id, after.state, after.closed_at) == ("", BattleState.VOTED, at(9))
        assert after.vote is not None
        assert (after.vote.rater_id, after.vote.comment, after.vote.comment_after) == (None, "", "")
        assert after.vote.reasons == (Standing.IDENTITY_LEAK, Standing.WITHDRAWN)
        assert after.turns[0].prompt == ""
        assert [(a.text, a.thinking, a.measured) for a in after.turns[0].answers] == [("", "", MEASURED)] * 2
        assert await cells(store) == {("plain", "warm", "model_a", "withdrawn"): 1}
        with pytest.raises(StateConflict):
            await store.comment_after(leaky.id, "again")

    async def test_a_battle_stays_flagged_when_the_leak_is_erased(self, store: Store) -> None:
        rater_id = await new_rater(store)
        battle = await open_battle(store, rater_id)
        leaks = [replace(a, leak="I am Llama") if a.side is Side.A else a for a in ended(battle)]
        await store.finish_turn(battle.id, leaks, BattleState.READY, None, NOW)
        await store.erase("code-rater", NOW)
        after = await reread(store, battle)
        assert after.leaked
        assert "Llama" not in repr(after)

    async def test_the_counts_move_with_the_votes(self, store: Store) -> None:
        rater_id = await new_rater(store)
        for outcome in (Outcome.TIE, Outcome.TIE, Outcome.MODEL_B):
            await cast(store, outcome, rater_id)
        await cast(store, Outcome.TIE, rater_id, reasons=(Standing.TOO_FAST,))
        await cast(store, Outcome.TIE)
        assert await store.erase("code-rater", NOW) == 4
        assert await cells(store) == {
            ("plain", "warm", "tie", "counted"): 1,
            ("plain", "warm", "tie", "withdrawn"): 3,
            ("plain", "warm", "model_b", "withdrawn"): 1,
        }

    async def test_live_battles_end_and_their_running_texts_stay_away(self, store: Store) -> None:
        rater_id = await new_rater(store)
        battle = await open_battle(store, rater_id, prompt="my secret")
        assert await store.erase("code-rater", at(9)) == 0
        await store.save_progress([replace(a, text="more text") for a in battle.turns[0].answers])
        with pytest.raises(StateConflict):
            await store.finish_turn(battle.id, ended(battle), BattleState.READY, None, at(10))
        after = await reread(store, battle)
        assert (after.state, after.rater_id, after.closed_at) == (BattleState.VOID, "", at(9))
        assert (after.turns[0].prompt, {a.text for a in after.turns[0].answers}) == ("", {""})

    async def test_a_ready_battle_is_abandoned_and_takes_no_vote(self, store: Store) -> None:
        rater_id = await new_rater(store)
        battle = await ready_battle(store, rater_id)
        await store.erase("code-rater", NOW)
        assert (await reread(store, battle)).state is BattleState.ABANDONED
        with pytest.raises(StateConflict):
            await store.record_vote(vote_on(battle), NOW)

    async def test_afterwards_the_cookie_and_the_code_are_unknown(self, store: Store) -> None:
        rater_id = await new_rater(store)
        await cast(store, rater_id=rater_id)
        await store.erase("code-rater", NOW)
        assert await store.find_rater("cookie-rater") is None
        assert await store.erase("code-rater", NOW) is None
        assert list(await store.votes_of(rater_id, 10)) == []
        assert await new_rater(store) != rater_id

    async def test_other_people_keep_everything(self, store: Store) -> None:
        other = await cast(store)
        rater_id = await new_rater(store)
        await cast(store, rater_id=rater_id)
        await store.erase("code-rater", NOW)
        assert await reread(store, other) == other
