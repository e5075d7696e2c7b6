"""No identity on the wire in a study: every byte that a participant receives until the guess is asked."""

import asyncio
import json
from dataclasses import replace

import pytest

from tests.support.app import running_app, visitor
from tests.support.pages import Page
from tests.support.study_browser import make_study
from tests.wire.test_blindness import CANARIES, canary

pytestmark = pytest.mark.integration

SCRIPTS = {
    "plain": {},
    "thinking": {"thinking": "the canary thinks"},
    "server error": {"fault": "status", "status": 500, "message": "canary exploded"},
    "cut": {"fault": "cut_midway"},
}
NAMES = tuple(value["name"] for value in CANARIES.values())


@pytest.fixture(scope="module")
def app(models, tmp_path_factory):
    field = [replace(canary(models, which), api_key_env="") for which in ("left", "right")]
    with running_app(tmp_path_factory.mktemp("study"), field, admin_token="canary-admin-token") as app:
        yield app


class Walker:
    """A participant without a browser: the same requests as the page's."""

    def __init__(self, person, page, code):
        self.person, self.page, self.code = person, page, code
        self.panel = self.period = ""

    async def act(self, **told):
        """What a click in the panel does."""
        return await self._fire("study", "submit", [self.code], told)

    async def press(self, name, *data):
        return await self._fire(name, "click", [*data, self.code], None)

    async def look(self):
        return await self.act(act="look")

    async def _fire(self, elem_id, event, data, told):
        call = self.page._wired_to(elem_id, event)
        body = {"data": data, "fn_index": call["id"], "session_hash": "walker", "event_data": told, "trigger_id": None}
        url = f"{self.person.url}/gradio_api/run/predict"
        async with self.person.session.post(url, json=body) as response:
            raw = await self.person._keep(response)
            assert response.status == 200, raw
        changed = dict(zip(map(self.page._elem_id, call["outputs"]), json.loads(raw)["data"], strict=True))
        panel = changed.get("study")
        self.panel = panel if isinstance(panel, str) else self.panel
        told_of = (changed.get("transcript") or {}).get("props", {})
        self.period = told_of.get("battle", self.period)
        return changed

    async def answer_all(self):
        while 'class="question"' in self.panel:
            question = self.panel.partition('data-question="')[2].partition('"')[0]
            if question == "guess":
                return
            period = int(self.panel.partition('data-period="')[2].partition('"')[0])
            value = self.panel.partition('name="value" value="')[2].partition('"')[0]
            await self.act(act="answer", question=question, period=period, value=value, phrase="")

    async def talk(self):
        await self.press("send", "How are you?")
        assert self.period
        async for _ in self.person.follow(self.period):
            pass
        await self.look()

    async def here(self):
        url = f"{self.person.url}/arena/study/here"
        async with self.person.session.post(url, json={"code": self.code}) as response:
            return json.loads(await self.person._keep(response))


def canaries_in(person):
    return [chunk[:300] for chunk in person.received if b"canary" in chunk.lower()]


async def walker_at(app, tmp_path, person):
    made = await asyncio.to_thread(make_study, app, tmp_path, 2, 2.0, NAMES)
    link = made.links["P01"].removeprefix(app.url)
    _, config = await person.get("/config?page=study")
    walker = Walker(person, Page(app.url, person.session, json.loads(config)), link.partition("code=")[2])
    await person.get(link)
    return walker


@pytest.mark.parametrize("case", SCRIPTS)
async def test_no_byte_before_the_guess_names_a_contestant(case, app, models, tmp_path):
    usual = {"text": "Fine, and you?", "rate": 100.0}
    for which in ("left", "right"):
        models.script(f"canary-model-{which}", **(usual | SCRIPTS[case]))
    async with visitor(app.url) as person:
        walker = await walker_at(app, tmp_path, person)
        for path in ("/zh/study", f"/arena/study/consent?code={walker.code}", "/arena/study/try", "/operator"):
            await person.get(path)
        await walker.act(act="check_device")
        await walker.act(act="consent")
        await walker.look()
        await walker.answer_all()
        await walker.talk()
        await walker.act(act="answer", question="guess", period=0, value=NAMES[0], phrase="")
        await walker.here()
        assert canaries_in(person) == []


async def test_the_guess_is_asked_last_and_names_both(app, models, tmp_path):
    for which in ("left", "right"):
        models.script(f"canary-model-{which}", text="Fine, and you?", rate=200.0)
    async with visitor(app.url) as person:
        walker = await walker_at(app, tmp_path, person)
        await walker.act(act="check_device")
        await walker.act(act="consent")
        await walker.look()
        await walker.answer_all()
        for period in (1, 2):
            await walker.talk()
            await asyncio.sleep(2.2)
            assert not (await walker.here())["stage"].startswith("period")
            await walker.look()
            await walker.answer_all()
            if period == 1:
                await asyncio.sleep(1.1)
                await walker.act(act="go_on")
        assert 'data-question="guess"' in walker.panel
        before, guess = person.received[:-1], person.received[-1]
        assert [chunk[:300] for chunk in before if b"canary" in chunk.lower()] == []
        assert all(side["display"].encode() in guess for side in CANARIES.values())
