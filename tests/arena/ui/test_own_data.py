"""A person's own data has what they wrote and what they said, and names only where the vote is stored."""

import json

import pytest

from arena.battle.ballot import Ballot
from arena.errors import Refusal, UserError
from arena.models import Outcome
from arena.ui.own_data import own_data
from tests.support.arena import arena

pytestmark = pytest.mark.integration


async def exported(here, digest):
    return own_data(await here.service.export(here.keys.erasure_code(digest)))


async def test_names_are_in_it_only_after_the_vote(tmp_path):
    async with arena(tmp_path) as here:
        ann, bo = here.visitor(), here.visitor()
        await here.ready(bo, "a prompt of somebody else")
        view = await here.ready(ann, "what I wrote")
        before = json.dumps(await exported(here, ann))
        assert "what I wrote" in before
        assert "canary" not in before
        assert "somebody else" not in before
        await here.service.vote(ann, view.battle_id, view.token, Ballot(outcome=Outcome.TIE, comment="my reason"))
        (battle,) = (await exported(here, ann))["battles"]
        assert {battle["model_a"], battle["model_b"]} == {"canary-left", "canary-right"}
        assert (battle["vote"]["outcome"], battle["vote"]["comment"]) == ("tie", "my reason")


async def test_a_code_that_nobody_has_opens_nothing(tmp_path):
    async with arena(tmp_path) as here:
        await here.ready(here.visitor())
        with pytest.raises(UserError) as refused:
            await here.service.export("AAAAA-AAAAA-AAAAA-AAAAA")
        assert refused.value.refusal is Refusal.BAD_CODE
