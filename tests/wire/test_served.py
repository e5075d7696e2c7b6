"""Everything that the app serves: a short list; no identity before the vote, no path, no key, nobody else's data."""

from __future__ import annotations

import asyncio
import re
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import gradio
import httpx
import pytest
from starlette.routing import Mount, Route

from arena.abuse.watch import Watch, WatchRules
from arena.apart import run_apart
from arena.metrics import Metrics
from arena.start_board import DatabaseWork
from arena.ui.api import ENDPOINTS
from arena.ui.assembly import Parts, arena_app
from arena.ui.board_keeper import BoardKeeper
from arena.ui.direct import ShortCut
from arena.ui.web import WebRules
from tests.support.arena import arena
from tests.support.study import studies_on

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
OWN = {("GET", path) for path in ("/healthz", "/metrics", "/arena/yours", "/arena/events/none")} | {
    ("GET", f"/arena/leaderboard.{kind}") for kind in ("csv", "json")
}
OWN |= {("GET", f"/arena/study/{name}") for name in ("consent", "try", "yours")} | {
    ("POST", "/arena/study/here"), ("POST", "/operator/login"), ("POST", "/operator/none/act"),
    ("GET", "/operator"), ("GET", "/operator/none"),
}  # fmt: skip
NAMED = ("/about", "/leaderboard", "/leaderboard.csv", "/leaderboard.json")
"""Pages that name the contestants; the battle page's configuration has nothing of them."""


@asynccontextmanager
async def app_here(tmp_path):
    async with arena(tmp_path) as here:
        parts = Parts(
            service=here.service, runner=here.runner, matchmaker=here.service._matchmaker, store=here.store,
            keys=here.keys, client=here.chat, clock=here.clock, metrics=Metrics(),
            watch=Watch(here.store, here.clock, WatchRules()),
            keeper=BoardKeeper(here.store, DatabaseWork(""), run_apart, here.clock, 120.0),
            studies=studies_on(here),
        )  # fmt: skip
        yield here, arena_app(parts, WebRules(), ADMIN)


def person(app):
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://arena.test"
    )


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


async def test_only_a_short_list_of_addresses_is_open(tmp_path):
    async with app_here(tmp_path) as (_, app), person(app) as client:
        direct = [route for part in app.user_middleware if part.cls is ShortCut for route in part.kwargs["routes"]]
        known = {(m, p) for m, p in registered([*app.routes, *direct]) if m in ("GET", "POST")}
        assert len(known) > 100  # Gradio's own are among them
        assert ("POST", "/gradio_api/upload") in known
        found = set()
        for method, path in sorted(known):
            if not is_closed(await call(client, method, path)):
                found.add((method, path))
        assert found - OPEN - OWN == set()
        assert found >= OWN


def told(answer):
    return f"{answer.headers}\n{answer.text}"


async def test_nothing_that_is_served_names_a_path_a_key_a_contestant_or_somebody_else(tmp_path):
    private = [str(ROOT), str(tmp_path), sys.prefix, str(Path.home()), SECRET, ADMIN, THEIRS]
    async with app_here(tmp_path) as (here, app), person(app) as other, person(app) as client:
        await other.get("/config")
        await other.post("/gradio_api/run/send", json={"data": [THEIRS, ""]})
        await client.get("/config")
        sent = (await client.post("/gradio_api/run/send", json={"data": [MINE, ""]})).json()["data"][0]
        turn = here.runner.turns.get(sent["battle"])
        with turn.subscribed():
            await turn.until_ended(10)
        events = f"/arena/events/{sent['battle']}"
        for method, path in sorted(OPEN | OWN | {("GET", events), ("GET", "/?lang=en")}):
            answer = await call(client, method, path)
            if answer is None:
                continue
            text = told(answer)
            assert [word for word in private if word in text] == [], path
            assert "Traceback" not in text, path
            if not path.rstrip("/").endswith(NAMED):
                assert "canary" not in text.lower(), path
        assert MINE in (await client.get("/arena/yours")).text


async def test_numbers_are_the_operators_only(tmp_path):
    async with app_here(tmp_path) as (_, app), person(app) as client:
        for headers in ({}, {"Authorization": "Bearer guess"}, {"Authorization": f"Basic {ADMIN}"}):
            refused = await client.get("/metrics", headers=headers)
            assert refused.status_code == 401
            assert "arena_" not in refused.text
        shown = await client.get("/metrics", headers={"Authorization": f"Bearer {ADMIN}"})
        assert "arena_battles_opened_total 0.0" in shown.text


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
