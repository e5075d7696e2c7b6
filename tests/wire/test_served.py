"""Everything that the app serves: a short list; no identity before the vote, no path, no key, nobody else's data."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
from contextlib import asynccontextmanager, closing
from pathlib import Path

import gradio
import httpx
import pytest
from starlette.routing import Mount, Route

from arena.abuse.watch import Watch, WatchRules
from arena.apart import run_apart
from arena.keys import COOKIE_NAME
from arena.metrics import Metrics
from arena.start_board import DatabaseWork
from arena.study.acts import Given
from arena.study.making import new_study
from arena.ui.api import ENDPOINTS
from arena.ui.assembly import Parts, arena_app
from arena.ui.board_keeper import BoardKeeper
from arena.ui.direct import ShortCut
from arena.ui.web import WebRules
from storage.study_store import SqlStudyStore
from tests.arena.ui.login.place import login_at
from tests.support.arena import arena, contestants
from tests.support.openid_provider import (
    ACCESS,
    ALICE,
    BOB,
    CLIENT_ID,
    CLIENT_SECRET,
    OpenIdProvider,
    log_in,
)
from tests.support.study import ANSWERS, PROTOCOL, studies_on

pytestmark = pytest.mark.integration

ADMIN = "canary-admin-token"
ROOT = Path(__file__).parents[2]
ASSET = next((Path(gradio.__file__).parent / "templates/frontend/assets").glob("index-*.js")).name
SECRET = "a secret of this test only"
MINE, THEIRS = "my-own-prompt-only", "somebody-elses-prompt"
SAMPLES = {"study_id": "none", "api_name": "current", "path": ASSET, "conversation": "none", "size": "16"}

OPEN = {
    ("GET", path)
    for mount in ("", "/zh")
    for path in (
        *(f"{mount}/{page}" for page in ("about", "examples", "leaderboard", "study", "you")),
        f"{mount}/",
        *(f"{mount}/{page}/" for page in ("about", "examples", "leaderboard", "study", "you")),
        f"{mount}/assets/{ASSET}",
        f"{mount}/static/{ASSET}",
        *(
            f"{mount}/{name}"
            for name in ("config", "favicon.ico", "manifest.json", "pwa_icon", "robots.txt", "theme.css")
        ),
        f"{mount}/gradio_api/info",
        f"{mount}/gradio_api/queue/data",
        f"{mount}/gradio_api/heartbeat/1",
    )
} | {("POST", f"{mount}/gradio_api/{path}") for mount in ("", "/zh") for path in ("run/current", "queue/join")}
OPEN |= {("POST", f"/gradio_api/run/{name}") for name in ENDPOINTS}
OWN = {("GET", path) for path in ("/healthz", "/metrics", "/arena/yours", "/arena/line", "/arena/events/none")} | {
    ("GET", f"/arena/leaderboard.{kind}") for kind in ("csv", "json")
}
OWN |= {("GET", f"/arena/study/{name}") for name in ("consent", "try", "yours")} | {
    ("POST", "/arena/study/here"), ("POST", "/operator/login"), ("POST", "/operator/none/act"),
    ("GET", "/operator"), ("GET", "/operator/none"),
}  # fmt: skip
LOGIN = {("GET", "/login/huggingface"), ("GET", "/login/callback"), ("GET", "/logout"), ("POST", "/logout")}
"""Served where there is a login, also to who has not logged in."""
JSON = {"content-type": "application/json"}
NAMED = ("/about", "/leaderboard", "/leaderboard.csv", "/leaderboard.json")
"""Pages that name the contestants; the battle page's configuration has nothing of them."""


@asynccontextmanager
async def app_here(tmp_path, rules=None, login=None):
    async with arena(tmp_path) as here:
        studies = studies_on(here)
        parts = Parts(
            service=here.service, runner=here.runner, matchmaker=here.service._matchmaker, store=here.store,
            keys=here.keys, client=here.chat, clock=here.clock, metrics=Metrics(),
            watch=Watch(here.store, here.clock, WatchRules()),
            keeper=BoardKeeper(here.store, DatabaseWork(""), run_apart, here.clock, 120.0),
            studies=studies,
        )  # fmt: skip
        try:
            yield here, arena_app(parts, rules or WebRules(), ADMIN, login)
        finally:
            await studies.runner.turns.close()


@pytest.fixture(params=["", "password", "login"])
def entrance(request):
    """How people get in: the rules, the login and the provider."""
    if request.param != "login":
        yield WebRules(password="canary-password" if request.param else ""), None, None
        return
    with OpenIdProvider("http://arena.test/login/callback") as provider:
        yield WebRules(), login_at(provider), provider


async def enter(client, provider, who):
    """Log in, where there is a login."""
    if provider is not None:
        provider.who = who
        assert (await log_in(client)).status_code == 303


def person(app, password=""):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url="http://arena.test",
        auth=("anybody", password) if password else None,
    )


async def running_study(here):
    """A study of two people in this arena: the first has said something. The links' codes, and all that is theirs."""
    kept, service = SqlStudyStore(here.store), studies_on(here).service
    made = new_study(PROTOCOL, contestants(), here.keys, 7, here.clock.now())
    await kept.create_study(made.new)
    theirs, mine = [invitation.code for invitation in made.invitations][:2]
    browser = here.visitor()
    await service.check_device(browser, theirs)
    consented = await service.consent(browser, theirs, "en")
    view = consented.view
    while view.question is not None:
        answer = Given(question=view.question.id, period=view.question.period, value=ANSWERS[view.question.id])
        view = await service.answer(browser, theirs, answer)
    sent = await service.send(browser, theirs, THEIRS)
    assert sent.view.period is not None
    return mine, [theirs, consented.resume_code, browser], [made.new.study.id, sent.view.period.id]


def registered(routes, prefix=""):
    """Every method and path that is registered anywhere in the app, with samples for parameters."""
    for route in routes:
        if isinstance(route, Mount):
            yield from registered(route.routes, prefix + route.path)
        elif hasattr(route, "original_router"):  # an included router, as FastAPI keeps it
            yield from registered(route.original_router.routes, prefix)
        elif isinstance(route, Route):
            path = re.sub(r"{(\w+)(:\w+)?}", lambda found: SAMPLES.get(found[1], "1"), prefix + route.path)
            yield from ((method, path) for method in route.methods or ())


async def call(client, method, path):
    """The answer, or None from a stream that has nothing to say."""
    try:
        async with asyncio.timeout(3):
            return await client.request(method, path, params={"session_hash": "none"})
    except TimeoutError:
        return None


def is_closed(answer):
    return answer is not None and answer.status_code == 404 and "nothing at this address" in answer.text


@pytest.mark.parametrize("entrance", ["", "login"], indirect=True)
async def test_only_a_short_list_of_addresses_is_open(tmp_path, entrance):
    rules, login, provider = entrance
    async with app_here(tmp_path, rules, login) as (_, app), person(app, rules.password) as client:
        await enter(client, provider, ALICE)
        direct = [route for part in app.user_middleware if part.cls is ShortCut for route in part.kwargs["routes"]]
        known = {(m, p) for m, p in registered([*app.routes, *direct]) if m in ("GET", "POST")}
        assert len(known) > 100  # Gradio's own are among them
        assert ("POST", "/gradio_api/upload") in known
        found = set()
        for method, path in sorted(known):
            if not is_closed(await call(client, method, path)):
                found.add((method, path))
        assert found - OPEN - OWN == (LOGIN if login else set())
        assert found >= OWN


def told(answer):
    """All that a browser receives."""
    return f"{answer.headers}\n{answer.text}"


async def test_nothing_that_is_served_names_a_path_a_key_a_contestant_or_somebody_else(tmp_path, entrance):
    rules, login, provider = entrance
    opened = app_here(tmp_path, rules, login)
    async with opened as (here, app), person(app, rules.password) as other, person(app, rules.password) as me:
        await enter(other, provider, BOB)
        await enter(me, provider, ALICE)
        my_code, of_theirs, ids = await running_study(here)
        private = [str(ROOT), str(tmp_path), sys.prefix, str(Path.home()), SECRET, ADMIN, THEIRS, *of_theirs]
        private += [CLIENT_SECRET, ACCESS, BOB.sub, ALICE.sub, "Realname"]
        await other.get("/config")
        await other.post("/gradio_api/run/send", json={"data": [THEIRS, ""]})
        private.append(other.cookies[COOKIE_NAME])
        await me.get("/config")
        sent = (await me.post("/gradio_api/run/send", json={"data": [MINE, ""]})).json()["data"][0]
        turn = here.runner.turns.get(sent["battle"])
        with turn.subscribed():
            await turn.until_ended(10)
        also = [f"/arena/events/{sent['battle']}", "/?lang=en", f"/study?code={my_code}", "/zh/study?lang=zh"]
        also += [f"/arena/study/consent?code={code}" for code in (my_code, of_theirs[0])]
        also += [path.format(i) for i in ids for path in ("/arena/study/report/{}", "/operator/{}", "/arena/events/{}")]
        ways_out = {("POST", "/logout")}
        for method, path in sorted(OPEN | OWN | (LOGIN if login else set()) - ways_out | {("GET", p) for p in also}):
            answer = await call(me, method, path)
            if answer is None:
                continue
            text = told(answer)
            found = [word for word in private if word in text and not (word in path and word not in answer.text)]
            assert found == [], path
            assert "Traceback" not in text, path
            assert answer.headers["x-content-type-options"] == "nosniff", path
            assert not {"server", "x-powered-by"} & set(answer.headers), path
            if not path.rstrip("/").endswith(NAMED):
                assert "canary" not in text.lower(), path
        assert MINE in (await me.get("/arena/yours")).text


async def test_with_a_password_nothing_but_the_health_is_told_without_it(tmp_path):
    async with app_here(tmp_path, WebRules(password="canary-password")) as (_, app), person(app) as stranger:
        for method, path in sorted(OPEN | OWN):
            answer = await call(stranger, method, path)
            assert answer is not None, path
            if path == "/healthz":
                assert answer.json() == {"status": "ok"}
            else:
                assert answer.status_code == 401, path
                assert "set-cookie" not in answer.headers, path
                assert len(answer.content) < 300, path


async def test_with_a_login_nothing_but_the_health_and_the_way_to_it_is_told_without_it(tmp_path):
    with OpenIdProvider("http://arena.test/login/callback") as provider:
        opened = app_here(tmp_path, login=login_at(provider))
        async with opened as (_, app), person(app) as stranger:
            for method, path in sorted(OPEN | OWN):
                for accept in ("*/*", "text/html"):
                    stranger.headers["accept"] = accept
                    answer = await call(stranger, method, path)
                    assert answer is not None, path
                    if path == "/healthz":
                        assert answer.json() == {"status": "ok"}
                        continue
                    assert answer.status_code == 401, path
                    assert "set-cookie" not in answer.headers, path
                    assert "canary" not in answer.text.replace(CLIENT_ID, "").lower(), path
                    if "text/html" not in answer.headers["content-type"]:
                        assert len(answer.content) < 300, path
            for _, path in sorted(LOGIN):
                assert "canary" not in (await stranger.get(path)).text.lower()


async def test_an_account_sees_its_own_votes_in_another_browser_and_a_way_out(tmp_path):
    with OpenIdProvider("http://arena.test/login/callback") as provider:
        opened = app_here(tmp_path, login=login_at(provider))
        async with opened as (here, app), person(app) as first, person(app) as second, person(app) as other:
            await enter(first, provider, ALICE)
            sent = (await first.post("/gradio_api/run/send", json={"data": [MINE, ""]})).json()["data"][0]
            with here.runner.turns.get(sent["battle"]).subscribed():
                await here.runner.turns.get(sent["battle"]).until_ended(10)
            await enter(second, provider, ALICE)
            await enter(other, provider, BOB)
            assert MINE in (await second.get("/arena/yours")).text
            assert MINE not in (await other.get("/arena/yours")).text
            for mount, word in (("", "Log out"), ("/zh", "退出登录")):
                assert word in (await second.get(f"{mount}/you")).text
    with closing(sqlite3.connect(tmp_path / "arena.db")) as database:
        kept = "\n".join(database.iterdump())
    assert MINE in kept
    assert not {word for word in (ALICE.sub, f"'{ALICE.name}'", ACCESS, "Realname") if word in kept}


async def test_numbers_are_the_operators_only(tmp_path):
    async with app_here(tmp_path) as (_, app), person(app) as client:
        for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": f"Basic {ADMIN}"}):
            refused = await client.get("/metrics", headers=headers)
            assert refused.status_code == 401
            assert "arena_" not in refused.text
        shown = await client.get("/metrics", headers={"Authorization": f"Bearer {ADMIN}"})
        assert "arena_battles_opened_total 0.0" in shown.text


async def test_a_call_that_a_programs_endpoint_cannot_take_is_refused(tmp_path):
    odd = ['{"data": []}', '{"data": {}}', '{"data": [{}, [], 1, null]}', '{"data": ["a"], "data": [1]}', "[]", "NaN"]
    by_number = [
        f'{{"data": {json.dumps(["x"] * size)}, "fn_index": {number}}}' for size in range(5) for number in range(30)
    ]
    async with app_here(tmp_path) as (_, app), person(app) as client:
        await client.get("/config")
        for name in ENDPOINTS:
            for body in odd + by_number:
                answer = await client.post(f"/gradio_api/run/{name}", content=body, headers=JSON)
                takes_nothing = (name, body) == ("current", odd[0])
                assert answer.status_code in ((200,) if takes_nothing else (404, 422)), f"{name} {body}"


async def test_what_else_stands_in_a_call_is_passed_over(tmp_path):
    more = '"note": NaN, "size": 123456789012345678901234567890, "deep": ' + "[" * 200 + "]" * 200
    async with app_here(tmp_path) as (_, app), person(app) as client:
        await client.get("/config")
        body = f'{{"data": ["Hello", ""], {more}}}'
        answer = await client.post("/gradio_api/run/send", content=body, headers=JSON)
    assert answer.json()["data"][0]["state"] == "streaming"


async def test_the_log_has_no_prompt_and_no_address(tmp_path, capfd):
    async with app_here(tmp_path) as (_, app), person(app) as client:
        await client.get("/config", headers={"x-forwarded-for": "8.8.4.4"})
        await client.post("/gradio_api/run/send", json={"data": [MINE, ""]}, headers={"x-forwarded-for": "8.8.4.4"})
        await client.post("/gradio_api/run/erase", json={"data": ["AAAAA-BBBBB"]})
    said = "".join(capfd.readouterr())
    assert "battle_opened" in said
    assert MINE not in said
    assert "8.8.4.4" not in said
    assert "AAAAA" not in said
