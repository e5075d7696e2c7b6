"""Random payloads at every endpoint that the app serves: no server error, no traceback, nothing of the machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.long.sizes import sizes
from tests.support.app import App, running_app
from tests.support.model_server import ModelServer
from tests.support.pages import Page, open_page
from tests.support.study_browser import make_study

TELLTALES = ("traceback", "site-packages", str(Path(__file__).parents[2]), "sqlalchemy", "sqlite3")
HANDLERS = ["send", "view", "stop", "retry", "new_battle", "vote", "comment", "report", "erase", "current", "nobody"]
POSTED = [
    *(f"/gradio_api/{kind}/{name}" for kind in ("run", "api", "call", "call/v2") for name in HANDLERS),
    "/gradio_api/run/predict", "/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset",
    "/gradio_api/component_server", "/gradio_api/stream/x", "/gradio_api/stream/x/close",
    "/gradio_api/upload", "/gradio_api/process_recording",
    "/gradio_api/vibe-edit", "/gradio_api/undo-vibe-edit", "/gradio_api/vibe-code", "/gradio_api/run-history/connect",
    "/login", "/zh/gradio_api/run/predict", "/zh/login", "/arena/events/x", "/healthz", "/",
    "/arena/line", "/arena/study/here", "/study", "/operator", "/operator/login", "/operator/STUDY/act",
    "/operator/x/act", *(f"/{mount}gradio_api/run/{name}" for mount in ("", "zh/") for name in ("export", "wait", "x")),
]  # fmt: skip
GOT = [
    "/", "/zh/", "/leaderboard", "/examples", "/you", "/about", "/nowhere", "/config", "/healthz", "/metrics",
    "/arena/events/{}", "/arena/events/x?turn={}", "/theme.css", "/robots.txt", "/manifest.json", "/pwa_icon/{}",
    "/favicon.ico", "/assets/{}", "/static/{}", "/svelte/{}", "/monitoring", "/monitoring/{}", "/logout",
    "/study", "/study?code={}", "/study?code=CODE", "/zh/study?code={}&lang={}", "/arena/study/consent?code={}&lang={}",
    "/arena/study/consent?code=CODE&lang={}", "/arena/study/report/{}", "/arena/study/report/STUDY?lang={}",
    "/arena/study/x{}", "/operator", "/operator/{}", "/operator/STUDY", "/arena/line?lang={}", "/arena/yours",
    "/arena/leaderboard.csv?x={}", "/arena/leaderboard.json?{}",
    "/gradio_api/info", "/gradio_api/openapi.json", "/gradio_api/app_id", "/gradio_api/user", "/gradio_api/token",
    "/gradio_api/login_check", "/gradio_api/file={}", "/gradio_api/file/{}", "/gradio_api/proxy={}", "/gradio_api/runs",
    "/gradio_api/call/{}/{}", "/gradio_api/custom_component/{}/client/a/b.js",
    "/gradio_api/upload_progress?upload_id={}",
    "/gradio_api/startup-events", "/gradio_api/deep_link?session_hash={}", "/?view=api&deep_link={}",
    "/gradio_api/vibe-code",
    "/gradio_api/stream/{}/1/1/playlist.m3u8", "/gradio_api/stream/{}/1/1/x.aac", "/gradio_api/run-history/buckets",
]  # fmt: skip

FORM = "application/x-www-form-urlencoded"

words = st.one_of(
    st.sampled_from(
        ["", "tie", "a", "\ud800", "a\0b", "../../etc/passwd", "x" * 5000, "null", "BATTLE", "TOKEN", "CODE", "STUDY"]
    ),
    st.text(max_size=20),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), words),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=3)),
    max_leaves=8,
)
frames = st.fixed_dictionaries(
    {"data": st.one_of(st.lists(values, max_size=7), values)},
    optional={
        "fn_index": st.one_of(st.integers(-1, 40), values),
        "session_hash": values,
        "trigger_id": values,
        "event_data": values,
        "event_id": values,
        "batched": values,
    },
)
bodies = st.one_of(
    frames.map(lambda body: json.dumps(body).encode()),
    values.map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=60),
)
posts = st.tuples(
    st.sampled_from(POSTED), bodies, st.sampled_from(["application/json", "text/plain", "multipart/form-data", FORM])
)
gets = st.builds(
    lambda path, a: path.replace("{}", a), st.sampled_from(GOT), st.from_regex(r"[\w.%~:@=&;-]{0,30}", fullmatch=True)
)


@dataclass
class Target:
    """An arena with a study, somebody with a battle, and the loop that talks to it."""

    loop: asyncio.AbstractEventLoop
    arena: App
    page: Page
    names: dict[str, str]
    """What stands for the battle, its token, the study and a link's code in what is sent."""

    def post(self, path: str, body: bytes, kind: str) -> None:
        """Post something and look at the answer."""
        for name, value in self.names.items():
            body = body.replace(f'"{name}"'.encode(), json.dumps(value).encode())
        self._look("POST", path, data=body, headers={"Content-Type": kind})

    def get(self, path: str) -> None:
        """Get something and look at the answer."""
        self._look("GET", path)

    def _look(self, method: str, path: str, **options: Any) -> None:
        real = path
        for name, value in self.names.items():
            real = real.replace(name, value)

        async def ask() -> tuple[int, str]:
            url = self.arena.url + real
            async with self.page.session.request(method, url, allow_redirects=False, **options) as response:
                return response.status, (await response.content.read(200_000)).decode("utf-8", "replace")

        status, text = self.loop.run_until_complete(asyncio.wait_for(ask(), 70))
        assert status < 500, f"{method} {path}: {status} {text[:300]}"
        if "text/css" not in text and not path.startswith(("/assets", "/static", "/svelte")):
            assert [word for word in TELLTALES if word in text.lower()] == []


@pytest.fixture
def target(models: ModelServer, tmp_path: Path) -> Iterator[Target]:
    field = [models.contestant(name, text="Fine, and you?") for name in ("canary-one", "canary-two")]
    with running_app(tmp_path, field, pacing="natural", admin_token="an-operator-of-tests") as arena:
        study = make_study(arena, tmp_path, 2, between=("canary-one", "canary-two"))
        code = parse_qs(urlsplit(next(iter(study.links.values()))).query)["code"][0]
        loop = asyncio.new_event_loop()

        async def open_battle() -> tuple[Page, dict[str, Any]]:
            page = await open_page(arena.url)
            return page, await page.fire("send", "click", "How are you?", "")

        page, sent = loop.run_until_complete(open_battle())
        names = {"BATTLE": sent["battle-id"], "TOKEN": sent["vote-token"], "CODE": code, "STUDY": study.study}
        yield Target(loop, arena, page, names)
        loop.run_until_complete(page.close())
        loop.close()
        assert "Traceback" not in arena.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("requests", sizes(small=300, full=10_000))
def test_no_payload_breaks_an_endpoint(target: Target, requests: int) -> None:
    @settings(max_examples=requests, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(posts, posts, gets))
    def attack(request: tuple[str, bytes, str] | str) -> None:
        if isinstance(request, str):
            target.get(request)
        else:
            target.post(*request)

    attack()
    with_everything_well = asyncio.wait_for(_plays(target.arena.url), 30)
    assert target.loop.run_until_complete(with_everything_well) == "ready"


async def _plays(url: str) -> str:
    """A whole turn of somebody new."""
    page = await open_page(url)
    battle = str((await page.fire("send", "click", "Still there?", ""))["battle-id"])
    await page.follow_to_end(battle)
    state = (await page.fire("transcript", "submit", battle))["transcript"]["props"]["state"]
    await page.close()
    return str(state)
