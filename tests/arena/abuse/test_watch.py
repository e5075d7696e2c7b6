"""The periodic work: new votes are looked at once, and what is too old is erased."""

from datetime import timedelta

import pytest

from arena.abuse.rules import Thresholds
from arena.abuse.watch import Watch, WatchRules
from arena.battle.ballot import Ballot
from arena.ids import new_id
from arena.models import Outcome, Standing
from tests.support.arena import arena

pytestmark = pytest.mark.integration


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request, tmp_path):
    """URLs of new databases of each kind."""

    def make():
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path / new_id()}.db"
        return request.getfixturevalue("postgres").new_database()

    return make


async def vote(here, digest, prompt="Good morning", **options):
    view = await here.ready(digest, prompt)
    here.clock.ahead += timedelta(seconds=10)
    ballot = Ballot(outcome=Outcome.MODEL_A)
    voted = await here.service.vote(digest, view.battle_id, view.token, ballot, **options)
    await here.service.new_battle(digest, view.battle_id)
    return voted


async def test_votes_are_marked_and_then_left_alone_until_somebody_votes(tmp_path, new_url):
    async with arena(tmp_path, url=new_url()) as here:
        watch = Watch(here.store, here.clock, WatchRules(thresholds=Thresholds(same_prompts=2)))
        ann = here.visitor()
        assert await watch.check() == 0
        for _ in range(4):
            assert (await vote(here, ann)).counted
        assert await watch.check() == 2
        assert await watch.check() == 0
        await vote(here, ann)
        assert await watch.check() == 1
        marked = [battle.vote.reasons for battle in await here.service.votes(ann)]
        assert marked == [(Standing.SAME_PROMPT,)] * 3 + [()] * 2


async def test_without_checks_nothing_is_marked(tmp_path, new_url):
    async with arena(tmp_path, url=new_url()) as here:
        watch = Watch(here.store, here.clock, WatchRules(checks=False, thresholds=Thresholds(same_prompts=1)))
        ann = here.visitor()
        for _ in range(3):
            await vote(here, ann)
        assert await watch.check() == 0


async def test_texts_go_when_their_time_is_over_and_stay_where_no_time_is_set(tmp_path, new_url):
    async with arena(tmp_path, url=new_url()) as here:
        ann = here.visitor()
        await vote(here, ann, "what I wrote")
        here.clock.ahead += timedelta(days=31)
        assert await Watch(here.store, here.clock, WatchRules()).forget() == 0
        assert await Watch(here.store, here.clock, WatchRules(texts_kept=timedelta(days=30))).forget() == 1
        (battle,) = await here.service.votes(ann)
        assert battle.turns[0].prompt == ""
        assert battle.vote.counted


async def test_a_vote_as_quick_as_no_hand_is_stored_and_does_not_count(tmp_path, new_url):
    async with arena(tmp_path, url=new_url()) as here:
        ann = here.visitor()
        view = await here.ready(ann)
        voted = await here.service.vote(ann, view.battle_id, view.token, Ballot(outcome=Outcome.TIE))
        assert (voted.counted, voted.reasons) == (False, (Standing.TOO_FAST,))


async def test_addresses_are_kept_where_they_are_checked_and_nowhere_else(tmp_path, new_url):
    for checked, expected in ((True, "hash"), (False, "")):
        async with arena(tmp_path, url=new_url(), check_addresses=checked) as here:
            await vote(here, here.visitor(), address="hash")
            (trace,) = await here.store.vote_traces(here.clock.now() - timedelta(days=1))
            assert trace.address == expected
