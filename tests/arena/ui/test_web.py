import base64
import re

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from arena.abuse.limits import FIXED_LIMITS, Limiter, ProcessCounts
from arena.clock import SystemClock
from arena.keys import COOKIE_NAME, Keys
from arena.ui.doors import Doors
from arena.ui.web import ADDRESS, WebGuard, WebRules, preferred_language

KEYS = Keys("a secret of this test only")


def client(**rules):
    async def echo(request):
        return PlainTextResponse(request.cookies.get(COOKIE_NAME, "none"))

    async def address(request):
        return PlainTextResponse(getattr(request.state, ADDRESS))

    async def reflecting(request):
        return PlainTextResponse("", headers={"Access-Control-Allow-Origin": request.headers.get("origin", "")})

    paths = ("/", "/zh/", "/config", "/assets/x.js", "/gradio_api/run/send", "/gradio_api/upload", "/healthz", "/own")
    routes = [Route(path, echo, methods=["GET", "POST"]) for path in paths]
    routes += [Route("/address", address), Route("/zh/config", reflecting)]
    clock = SystemClock()
    limiter = Limiter(FIXED_LIMITS, ProcessCounts(clock), clock)
    pages = {"/", "/zh/"}
    doors = Doors(pages, [re.compile(p) for p in ("/own", "/address", "/healthz")])
    app = WebGuard(
        Starlette(routes=routes), keys=KEYS, rules=WebRules(**rules), doors=doors, pages=pages, clock=clock,
        limiter=limiter,
    )  # fmt: skip
    return TestClient(app, base_url="http://arena.test", follow_redirects=False)


def test_a_new_visitor_gets_a_cookie_that_scripts_cannot_read():
    response = client().get("/")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(COOKIE_NAME)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert KEYS.rater_digest(response.cookies[COOKIE_NAME])


def test_a_known_visitor_keeps_the_cookie():
    response = client().get("/", headers={"cookie": f"{COOKIE_NAME}={KEYS.new_cookie()}"})
    assert "set-cookie" not in response.headers


def test_a_forged_cookie_is_replaced():
    response = client().get("/", headers={"cookie": f"{COOKIE_NAME}=mine.mine"})
    assert KEYS.rater_digest(response.cookies[COOKIE_NAME])


def test_a_program_gets_its_cookie_with_the_config():
    assert COOKIE_NAME in client().get("/config").cookies


def test_assets_set_no_cookie():
    assert "set-cookie" not in client().get("/assets/x.js").headers


def test_inside_a_frame_the_cookie_is_partitioned():
    cookie = client(in_frame=True).get("/").headers["set-cookie"]
    assert "SameSite=None; Secure; Partitioned" in cookie


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "http://arena.test.evil.test", "https://arena.test:99"])
def test_a_post_from_another_site_is_refused(origin):
    response = client().post("/gradio_api/run/send", headers={"origin": origin})
    assert response.status_code == 403
    assert "other sites" in response.json()["error"]


@pytest.mark.parametrize("headers", [{}, {"origin": "http://arena.test"}, {"origin": "https://friend.test"}])
def test_a_post_from_here_from_a_program_or_from_a_friend_is_let_in(headers):
    assert (
        client(allowed_origins=("https://friend.test",)).post("/gradio_api/run/send", headers=headers).status_code
        == 200
    )


def test_a_chinese_browser_is_led_to_the_chinese_pages():
    response = client().get("/", headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert (response.status_code, response.headers["location"]) == (307, "/zh/")


def test_who_chose_english_stays_there():
    chosen = client().get("/?lang=en", headers={"accept-language": "zh-CN"})
    assert chosen.status_code == 200
    assert chosen.cookies["arena_lang"] == "en"
    again = client().get("/", headers={"accept-language": "zh-CN", "cookie": "arena_lang=en"})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "en"),
        ("fr", "en"),
        ("en-US,zh;q=0.5", "en"),
        ("zh-TW", "zh"),
        ("en;q=0.3,zh;q=0.7", "zh"),
        ("zh;q=x", "en"),
    ],
)
def test_the_browsers_preference_is_read(accept, expected):
    assert preferred_language(accept) == expected


def test_pages_may_load_nothing_from_outside():
    policy = client().get("/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/gradio_api/proxy=x", "/nothing"]
)
def test_what_nobody_needs_is_not_there(path):
    for method in ("GET", "POST"):
        response = client().request(method, path)
        assert response.status_code == 404
        assert "nothing at this address" in response.json()["error"]
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("path", ["/zh/config", "/gradio_api/run/send", "/"])
def test_scripts_of_other_sites_may_read_nothing(path):
    evil = {"origin": "http://evil.test"}
    assert not [h for h in client().get(path, headers=evil).headers if h.startswith("access-control")]
    asked = client().options(path, headers=evil | {"access-control-request-method": "POST"})
    assert asked.status_code == 403
    assert not [h for h in asked.headers if h.startswith("access-control")]


def test_a_friends_scripts_may_read():
    friend = {"origin": "https://friend.test"}
    here = client(allowed_origins=("https://friend.test",))
    assert here.get("/zh/config", headers=friend).headers["access-control-allow-origin"] == "https://friend.test"
    assert here.options("/zh/config", headers=friend).status_code == 204


def test_every_answer_has_the_security_headers():
    for path in ("/", "/assets/x.js", "/nothing"):
        headers = client().get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]


def with_password(password):
    return {"authorization": "Basic " + base64.b64encode(f"anybody:{password}".encode()).decode()}


def test_a_password_is_asked_for_everywhere_but_by_monitoring():
    here = client(password="öpen sesame")
    for path in ("/", "/config", "/assets/x.js", "/own"):
        refused = here.get(path)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert "set-cookie" not in refused.headers
        assert here.get(path, headers=with_password("öpen sesame")).status_code == 200
        assert here.get(path, headers=with_password("guess")).status_code == 401
    assert here.get("/healthz").status_code == 200


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer open", "", "Basic \xff"])
def test_a_header_without_a_password_is_no_password(header):
    assert client(password="open").get("/", headers={"authorization": header.encode("latin-1")}).status_code == 401


def test_guessing_ends_after_twenty_tries_also_with_the_right_one():
    here = client(password="open")
    for _ in range(20):
        assert here.get("/", headers=with_password("guess")).status_code == 401
    for guess in ("guess", "open"):
        refused = here.get("/", headers=with_password(guess))
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 60


def test_without_a_password_nobody_is_asked():
    assert client().get("/").status_code == 200


def test_a_request_carries_the_hash_of_its_address_and_nothing_of_the_address():
    here = client(proxies=1)
    told = here.get("/address", headers={"x-forwarded-for": "6.6.6.6, 8.8.8.8"}).text
    assert len(told) == 32
    assert told == here.get("/address", headers={"x-forwarded-for": "8.8.8.77"}).text
    assert client().get("/address", headers={"x-forwarded-for": "8.8.8.8"}).text == ""
