"""Marked votes leave the counts in the transaction that marks them, and come back when the operator clears them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from arena.models import Battle, Finding, Outcome, Standing, Verdict
from storage import checks
from storage.findings import read_audit
from storage.store import SqlStore
from storage.tables import VoteAddressRow, VoteCheckRow, VoteRow
from tests.storage.conftest import OpenStore
from tests.storage.sample import NOW, at, cast, cells, new_rater, ready_battle, reread, vote_on


def finding(battle: Battle, rule: Standing = Standing.ONE_SIDED, verdict: Verdict = Verdict.FAILED) -> Finding:
    assert battle.vote is not None
    return Finding(vote_id=battle.vote.id, rule=rule, verdict=verdict, details="30 of 30")


async def lift(store: SqlStore, *battles: Battle) -> int:
    with store.database.write() as connection:
        return checks.lift(connection, store.database.origin, [b.vote.id for b in battles if b.vote], at(60))


async def counts_are_a_recount(store: SqlStore) -> bool:
    kept = {(key[2], key[3]): n for key, n in (await cells(store)).items()}
    with store.database.read() as connection:
        rows = connection.execute(
            select(VoteRow.outcome, VoteRow.standing, func.count()).group_by(VoteRow.outcome, VoteRow.standing)
        )
        return kept == {(outcome.value, standing.value): n for outcome, standing, n in rows}


class ChecksContract:
    async def test_a_vote_that_fails_a_check_stays_and_does_not_count(self, store: SqlStore) -> None:
        battle, other = await cast(store), await cast(store)
        assert await store.apply_findings([finding(battle)], NOW) == 1
        assert (await reread(store, battle)).vote.reasons == (Standing.ONE_SIDED,)
        assert (await reread(store, other)).vote.counted
        assert await cells(store) == {
            ("plain", "warm", "model_a", "counted"): 1,
            ("plain", "warm", "model_a", "one_sided"): 1,
        }
        assert await counts_are_a_recount(store)

    async def test_finding_the_same_twice_marks_once(self, store: SqlStore, open_store: OpenStore, url: str) -> None:
        battle, second = await cast(store), open_store(url)
        found = [finding(battle), finding(battle, Standing.SAME_PROMPT)]
        done = await asyncio.gather(*(s.apply_findings(found, NOW) for s in (store, second, store, second)))
        assert sum(done) == 1
        assert (await reread(store, battle)).vote.reasons == (Standing.ONE_SIDED, Standing.SAME_PROMPT)
        assert await counts_are_a_recount(store)

    async def test_what_could_not_be_checked_is_noted_and_counts(self, store: SqlStore) -> None:
        battle = await cast(store)
        unknown = finding(battle, Standing.SAME_ADDRESS, Verdict.UNKNOWN)
        assert await store.apply_findings([unknown], NOW) == 0
        assert (await reread(store, battle)).vote.counted
        with store.database.read() as connection:
            audit = read_audit(connection)
        assert audit.could_not_check == {"same_address": 1}
        assert (audit.not_counted, audit.votes) == ({}, [])
        assert await store.apply_findings([finding(battle, Standing.SAME_ADDRESS)], NOW) == 1  # now it could
        assert (await reread(store, battle)).vote.reasons == (Standing.SAME_ADDRESS,)

    async def test_a_cleared_vote_counts_again_and_is_left_alone(self, store: SqlStore) -> None:
        battle = await cast(store)
        await store.apply_findings([finding(battle)], NOW)
        assert await lift(store, battle) == 1
        assert (await reread(store, battle)).vote.counted
        assert await cells(store) == {("plain", "warm", "model_a", "counted"): 1}
        assert await store.apply_findings([finding(battle)], at(90)) == 0
        assert (await reread(store, battle)).vote.counted
        (trace,) = await store.vote_traces(NOW - timedelta(hours=1))
        assert trace.cleared == {Standing.ONE_SIDED}
        with store.database.read() as connection:
            assert read_audit(connection).cleared == {"one_sided": 1}

    async def test_a_leak_that_was_none_can_be_cleared_too(self, store: SqlStore) -> None:
        battle = await cast(store, reasons=(Standing.IDENTITY_LEAK,))
        assert await lift(store, battle) == 1
        assert (await reread(store, battle)).vote.counted

    async def test_clearing_does_not_undo_what_a_person_or_an_import_did(self, store: SqlStore) -> None:
        imported = await cast(store, origin="elsewhere", reasons=(Standing.TOO_FAST,))
        await lift(store, imported)
        assert (await reread(store, imported)).vote.reasons == (Standing.IMPORTED,)
        assert await cells(store) == {("plain", "warm", "model_a", "imported"): 1}

    async def test_an_excluded_raters_votes_do_not_count_and_do_when_taken_back(self, store: SqlStore) -> None:
        rater_id = await new_rater(store, "ann")
        before = await cast(store, rater_id=rater_id)
        await store.close_battle(before.id, None, NOW)
        with store.database.write() as connection:
            assert checks.set_excluded(connection, store.database.origin, rater_id, True, NOW) == 1
            assert checks.set_excluded(connection, store.database.origin, "nobody", True, NOW) is None
        after = await cast(store, Outcome.TIE, rater_id=rater_id)
        assert (await reread(store, before)).vote.reasons == (Standing.RATER_EXCLUDED,)
        assert after.vote.reasons == (Standing.RATER_EXCLUDED,)
        assert await counts_are_a_recount(store)
        with store.database.write() as connection:
            assert checks.set_excluded(connection, store.database.origin, rater_id, False, NOW) == 2
        assert (await reread(store, after)).vote.counted
        assert await counts_are_a_recount(store)

    async def test_findings_and_address_of_a_vote_are_stored_with_it_once(self, store: SqlStore) -> None:
        battle = await ready_battle(store)
        vote = vote_on(battle, origin=await store.origin())
        unknown = Finding(vote_id=vote.id, rule=Standing.TOO_FAST, verdict=Verdict.UNKNOWN, details="")
        for _ in range(2):
            await store.record_vote(vote, NOW, [unknown], "hash")
        (trace,) = await store.vote_traces(NOW)
        assert (trace.address, trace.prompt, trace.vote_id) == ("hash", "hello", vote.id)
        with store.database.read() as connection:
            assert connection.scalar(select(func.count()).select_from(VoteCheckRow)) == 1

    async def test_traces_are_of_votes_given_here_by_somebody_who_is_still_known(self, store: SqlStore) -> None:
        await cast(store, origin="elsewhere")
        await cast(store, rater_id=await new_rater(store, "ann"))
        assert len(await store.vote_traces(NOW)) == 1
        assert await store.vote_traces(at(1)) == []
        await store.erase("code-ann", NOW)
        assert await store.vote_traces(NOW) == []

    async def test_addresses_go_after_their_time_and_with_their_person(self, store: SqlStore) -> None:
        for name, now in (("ann", NOW), ("bo", at(100)), ("cy", at(200))):
            battle = await ready_battle(store, await new_rater(store, name), now=now)
            await store.record_vote(vote_on(battle, origin=await store.origin(), now=now), now, (), name)
        await store.forget(None, at(50), at(300))
        await store.erase("code-cy", at(300))
        with store.database.read() as connection:
            assert connection.scalars(select(VoteAddressRow.address)).all() == ["bo"]

    async def test_old_texts_are_erased_and_votes_stay_and_count(self, store: SqlStore) -> None:
        old = await cast(store, comment="my comment")
        new = await cast(store, now=at(100))
        live = await ready_battle(store)
        assert await store.forget(at(50), NOW, at(200)) == 1
        assert await store.forget(at(50), NOW, at(200)) == 0
        erased = await reread(store, old)
        assert [turn.prompt for turn in erased.turns] == [""]
        assert {a.text + a.thinking for t in erased.turns for a in t.answers} == {""}
        assert (erased.vote.comment, erased.vote.counted) == ("", True)
        assert (await reread(store, new)).turns[0].prompt == (await reread(store, live)).turns[0].prompt == "hello"
        assert (await cells(store)) == {("plain", "warm", "model_a", "counted"): 2}

    async def test_a_person_finds_all_their_battles_by_their_code(self, store: SqlStore) -> None:
        rater_id = await new_rater(store, "ann")
        voted = await cast(store, rater_id=rater_id)
        ready = await ready_battle(store, rater_id, now=at(5))
        await cast(store)
        found = await store.battles_of("code-ann")
        assert [battle.id for battle in found] == [ready.id, voted.id]
        assert await store.battles_of("code-nobody") is None
