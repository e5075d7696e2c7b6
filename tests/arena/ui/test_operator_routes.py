"""The operator's pages: who may see them, in which language, and what is said when something cannot be done."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from arena.abuse.limits import FIXED_LIMITS, Limiter, ProcessCounts
from arena.study.operator import StudyOffice
from arena.study_models import ParticipantState, StudyState
from arena.ui.operator_door import COOKIE, OperatorDoor
from arena.ui.operator_routes import operator_routes
from arena.ui.operator_text import EN, ZH
from arena.ui.web import WebRules
from tests.support.study import LEFT, RIGHT, Lab, lab

pytestmark = pytest.mark.integration

TOKEN = "the operator's token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BROWSER = {"Accept": "text/html"}


@dataclass
class Place:
    """A study and a client at its operator's pages."""

    lab: Lab
    client: httpx.AsyncClient

    @property
    def study(self) -> str:
        return self.lab.study_id

    async def act(self, act: str, person: str = "", **more: str) -> httpx.Response:
        """Press a button and say yes."""
        form = {"act": act, "participant": person, "sure": "yes", **more}
        return await self.client.post(f"/operator/{self.study}/act", data=form, headers=BEARER | BROWSER)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with lab(tmp_path) as it, pages(it, TOKEN) as client:
        yield Place(it, client)


def pages(it: Lab, token: str) -> httpx.AsyncClient:
    app = FastAPI()
    door = OperatorDoor(token, Limiter(FIXED_LIMITS, ProcessCounts(it.clock), it.clock), WebRules())
    app.include_router(operator_routes(StudyOffice(store=it.studies, keys=it.keys, clock=it.clock), door))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arena.test")


def addresses(study: str) -> list[tuple[str, str]]:
    return [("GET", "/operator"), ("GET", f"/operator/{study}"), ("POST", f"/operator/{study}/act")]


async def test_without_a_token_in_the_settings_there_are_no_such_pages(tmp_path: Path) -> None:
    async with lab(tmp_path) as it, pages(it, "") as client:
        for method, path in [*addresses(it.study_id), ("POST", "/operator/login")]:
            for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer guess"}):
                assert (await client.request(method, path, headers=headers)).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer guess"}, {"Cookie": f"{COOKIE}=guess"}])
async def test_without_the_token_nothing_is_shown_and_nothing_is_done(here: Place, headers: dict[str, str]) -> None:
    before = await here.lab.everybody()
    for method, path in addresses(here.study):
        form = {"act": "withdraw", "participant": "P01", "sure": "yes"} if method == "POST" else None
        refused = await here.client.request(method, path, headers=headers, data=form)
        assert refused.status_code == 401
        assert here.study not in refused.text
        assert "token" in refused.text
    assert (await here.lab.everybody(), (await here.lab.study()).state) == (before, StudyState.OPEN)


async def test_a_wrong_token_is_refused_in_a_sentence_and_too_many_wait(here: Place) -> None:
    tries = [await here.client.post("/operator/login", data={"token": f"guess {n}"}) for n in range(21)]
    assert [t.status_code for t in tries] == [401] * 20 + [429]
    assert EN.wrong_token.replace("'", "&#x27;") in tries[0].text
    assert "Too many tries" in tries[-1].text
    # Neither the right token nor a bearer goes around the wait, and the wait ends.
    assert (await here.client.post("/operator/login", data={"token": TOKEN})).status_code == 429
    assert (await here.client.get("/operator", headers=BEARER)).status_code == 429
    here.lab.clock.ahead += timedelta(seconds=61)
    assert (await here.client.post("/operator/login", data={"token": TOKEN})).status_code == 303


async def test_wrong_bearers_count_as_wrong_tokens(here: Place) -> None:
    wrong = {"Authorization": "Bearer guess"}
    tries = [(await here.client.get("/operator", headers=wrong)).status_code for _ in range(21)]
    assert tries == [401] * 20 + [429]


async def test_the_token_given_once_opens_the_pages_in_this_browser(here: Place) -> None:
    came = await here.client.post("/operator/login?lang=zh", data={"token": TOKEN})
    assert (came.status_code, came.headers["location"]) == (303, "../operator?lang=zh")
    cookie = came.headers["set-cookie"]
    assert TOKEN not in cookie
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict"))
    assert here.study in (await here.client.get("/operator")).text


@pytest.mark.parametrize("lang", ["en", "zh"])
async def test_every_page_is_in_the_language_that_was_asked_for_and_leads_on_in_it(here: Place, lang: str) -> None:
    other = "zh" if lang == "en" else "en"
    query, headers = {"lang": lang}, BEARER | BROWSER
    found = [
        await here.client.get("/operator", params=query),
        await here.client.get("/operator", params=query, headers=headers),
        await here.client.get(f"/operator/{here.study}", params=query, headers=headers),
        await here.client.get("/operator/none", params=query, headers=headers),
        await here.client.post(
            f"/operator/{here.study}/act", params=query, headers=headers, data={"act": "replace", "participant": "P01"}
        ),
    ]
    for page in found:
        assert f'<html lang="{lang}">' in page.text
        leads = re.findall(r'(?:href|action)="[^"]*\?lang=(\w\w)"', page.text)
        assert leads.count(other) == 1
        assert set(leads) == {lang, other}
    chinese = [re.search(r"[\u4e00-\u9fff]", page.text.replace("中文", "").replace("一项研究", "")) for page in found]
    assert all(chinese) if lang == "zh" else not any(chinese)


async def test_a_browser_that_prefers_chinese_gets_chinese(here: Place) -> None:
    page = await here.client.get("/operator", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"})
    assert ZH.token in page.text


async def test_what_cannot_be_done_is_said_and_nothing_changes(here: Place) -> None:
    await here.act("close")
    before = await here.lab.everybody()
    refused = await here.act("replace", "P01")
    assert refused.status_code == 409
    assert "nobody can be replaced any more" in refused.text
    assert (await here.act("withdraw", "P99")).status_code == 409
    assert (await here.act("burn")).status_code == 422
    assert await here.lab.everybody() == before
    program = await here.client.post(
        f"/operator/{here.study}/act?lang=zh", data={"act": "replace", "participant": "P01", "sure": "yes"},
        headers=BEARER,
    )  # fmt: skip
    assert program.json() == {"error": f"研究 {here.study[:8]} 已经结束，不能再换人。"}


async def test_a_button_asks_before_anything_is_done(here: Place) -> None:
    page = await here.client.post(f"/operator/{here.study}/act", data={"act": "close"}, headers=BEARER)
    assert EN.sure["close"] in page.text
    assert (await here.lab.study()).state is StudyState.OPEN


async def test_the_pages_show_who_is_where_and_neither_outcomes_nor_names_before_the_close(here: Place) -> None:
    person = here.lab.person()
    await person.all_of_it()
    page = (await here.client.get(f"/operator/{here.study}", headers=BEARER)).text
    row = page[page.index('<th scope="row">P01') :].partition("</tr>")[0]
    assert "completed" in row and "2 turns" in row
    assert not any(name in page for name in (LEFT, RIGHT, "AB", "BA", "young"))
    report = await here.client.get(f"/arena/study/report/{here.study}", headers=BEARER)
    assert report.status_code == 409


async def test_replacing_withdrawing_closing_and_publishing(here: Place) -> None:
    replaced = await here.act("replace", "P01")
    assert len(re.findall(r"/study\?code=[\w-]+</code>", replaced.text)) == 1
    assert "P02 is withdrawn" in (await here.act("withdraw", "P02", erase="yes")).text
    states = {each.label: each.state for each in await here.lab.everybody()}
    assert (states["P01"], states["P02"]) == (ParticipantState.REPLACED, ParticipantState.WITHDRAWN)
    assert "is closed" in (await here.act("close")).text
    report = f"/arena/study/report/{here.study}"
    assert (await here.client.get(report)).status_code == 404
    assert "is published" in (await here.act("publish")).text
    assert (await here.client.get(report)).status_code == 200
    assert "nothing can be withdrawn" in (await here.act("withdraw", "P03")).text
