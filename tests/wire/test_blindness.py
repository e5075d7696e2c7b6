"""No identity on the wire: canary names, and every byte that a visitor receives until the vote is stored."""

import dataclasses
import statistics

import pytest

from tests.support.app import running_app, visitor

pytestmark = pytest.mark.integration

KEY = "canary-key-1b2c3d4e"
CANARIES = {
    "left": {"name": "canary-name-one", "display": "Canary Display One", "licence": "Canary-Licence-1"},
    "right": {"name": "canary-name-two", "display": "Canary Display Two", "licence": "Canary-Licence-2"},
}


def canary(models, which, **script):
    """A contestant whose name, display, model id, notice, licence and key variable are all canaries."""
    contestant = models.contestant(f"canary-model-{which}", **({"text": "Fine, and you?", "rate": 100.0} | script))
    notice = f"Built with Canary {which}"
    return dataclasses.replace(contestant, notice=notice, api_key_env="CANARY_KEY_VARIABLE", **CANARIES[which])


@pytest.fixture(scope="module")
def natural(models, tmp_path_factory):
    field = [canary(models, "left"), canary(models, "right")]
    folder = tmp_path_factory.mktemp("natural")
    settings = {"first_token_timeout_s": "1", "idle_timeout_s": "1", "admin_token": "canary-admin-token"}
    with running_app(folder, field, {"CANARY_KEY_VARIABLE": KEY}, pacing="natural", **settings) as app:
        yield app


@pytest.fixture(scope="module")
def matched(models, tmp_path_factory):
    field = [canary(models, "left"), canary(models, "right")]
    with running_app(tmp_path_factory.mktemp("matched"), field, {"CANARY_KEY_VARIABLE": KEY}) as app:
        yield app


def found(received, models):
    """The canaries in what was received: any part of a name, the key, and where the model server is."""
    text = b"\n".join(received).decode("utf-8", "replace").lower()
    return [needle for needle in ("canary", KEY, str(models.port), "/v1") if needle in text]


SCRIPTS = {
    "plain": ({}, {}),
    "thinking": ({"thinking": "the canary thinks"}, {"thinking": "so does the other canary", "thinking_as": "tags"}),
    "fast and slow": ({"rate": 400.0}, {"rate": 8.0, "first_s": 0.8}),
    "server error": ({"fault": "status", "status": 500, "message": "canary exploded"}, {}),
    "wrong key": ({"fault": "status", "status": 401, "message": "canary key is wrong"}, {}),
    "not found": ({"fault": "status", "status": 404, "message": "canary-model is unknown"}, {}),
    "redirect": ({"fault": "redirect"}, {}),
    "silence": ({"fault": "hang_first"}, {}),
    "cut": ({"fault": "cut_midway"}, {}),
    "error in mid-answer": ({"fault": "error_midway", "message": "canary ran out of memory"}, {}),
}


# The matched arena has the usual, long timeouts, so the faults that wait for one are shown with natural pacing only.
MATCHED = ("plain", "thinking", "server error")


@pytest.mark.parametrize(
    ("pacing", "case"), [("natural", case) for case in SCRIPTS] + [("matched", case) for case in MATCHED]
)
async def test_no_byte_before_the_vote_names_a_contestant(case, pacing, models, natural, matched):
    app = {"natural": natural, "matched": matched}[pacing]
    usual = {"text": "Fine, and you?", "rate": 100.0}
    for which, script in zip(("left", "right"), SCRIPTS[case], strict=True):
        models.script(f"canary-model-{which}", **(usual | script))
    async with visitor(app.url) as person:
        for path in ("/", "/zh/", "/config", "/gradio_api/info", "/healthz", "/arena/events/nonsense"):
            await person.get(path)
        battle = await person.turn("How are you?")
        await person.call("vote", battle["battle"], "a wrong token", "tie", [], [], "")
        await person.call("current")
        await person.get("/")
        assert found(person.received, models) == []
        if battle["state"] == "ready":
            voted = await person.vote(battle)
            assert {side["name"] for side in voted["reveal"].values()} == {"canary-name-one", "canary-name-two"}


async def test_health_details_need_the_operators_token(natural):
    async with visitor(natural.url) as person:
        _, public = await person.get("/healthz")
        _, wrong = await person.get("/healthz", Authorization="Bearer guess")
        _, details = await person.get("/healthz", Authorization="Bearer canary-admin-token")
    assert public == wrong == '{"status":"ok"}'
    assert "canary-name-one" in details
    assert KEY not in details


async def test_the_log_has_neither_prompts_nor_keys(natural):
    async with visitor(natural.url) as person:
        await person.turn("a prompt that is nobody's business")
    log = natural.log.read_text()
    assert "nobody's business" not in log
    assert KEY not in log


@dataclasses.dataclass
class Pace:
    """How one battle's sides grew: first text, and characters a second together and after the shorter side's end."""

    first_gap_s: float
    uneven_events: int
    together_cps: float
    alone_cps: float
    longer_is_fast: bool


async def pace_of(app, models, longer_is_fast):
    fast = {"rate": 200.0, "first_s": 0.05, "tokens": 90 if longer_is_fast else 45}
    slow = {"rate": 18.0, "first_s": 0.7, "tokens": 45 if longer_is_fast else 90}
    models.script("canary-model-left", **fast)
    models.script("canary-model-right", **slow)
    async with visitor(app.url) as person:
        sent = await person.call("send", "Tell me a story", "")
        grown = {"a": [], "b": []}
        async for event in person.follow(sent["battle"]):
            if event.kind in ("delta", "snapshot"):
                sides = event.data if event.kind == "delta" else event.data["turns"][-1]
                for side in ("a", "b"):
                    grown[side].append((event.at, len(sides.get(side, {}).get("add", "")), sides))
    first = {side: next(at for at, chars, _ in events if chars) for side, events in grown.items()}
    chars = {side: sum(n for _, n, _ in events) for side, events in grown.items()}
    shorter, longer = sorted(chars, key=chars.get)
    end = max(at for at, n, _ in grown[shorter] if n)
    both = [(a[1], b[1]) for a, b in zip(grown["a"], grown["b"], strict=True) if a[0] < end]
    return Pace(
        first_gap_s=abs(first["a"] - first["b"]),
        uneven_events=sum(a != b for a, b in both),
        together_cps=_rate([e for e in grown[longer] if first[longer] < e[0] < end]),
        alone_cps=_rate([e for e in grown[longer] if e[0] > end]),
        longer_is_fast=longer_is_fast,
    )


def _rate(events):
    grown = [(at, n) for at, n, _ in events if n]
    return sum(n for _, n in grown[1:]) / (grown[-1][0] - grown[0][0])


async def test_with_pacing_matched_the_times_of_arrival_do_not_tell_the_fast_model(matched, models):
    paces = [await pace_of(matched, models, longer_is_fast) for longer_is_fast in (True, False) * 3]
    assert max(p.first_gap_s for p in paces) == 0
    assert max(p.uneven_events for p in paces) == 0
    change = {
        fast: statistics.mean(p.alone_cps / p.together_cps for p in paces if p.longer_is_fast is fast)
        for fast in (True, False)
    }
    assert change[True] == pytest.approx(change[False], abs=0.12)
