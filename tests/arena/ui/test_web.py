import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from arena.keys import COOKIE_NAME, Keys
from arena.ui.web import WebGuard, WebRules, preferred_language

KEYS = Keys("a secret of this test only")


def client(**rules):
    async def echo(request):
        return PlainTextResponse(request.cookies.get(COOKIE_NAME, "none"))

    routes = [Route(path, echo, methods=["GET", "POST"]) for path in ("/", "/zh/", "/config", "/assets/x.js", "/post")]
    app = WebGuard(Starlette(routes=routes), KEYS, WebRules(**rules), {"/", "/zh/"})
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
    response = client().post("/post", headers={"origin": origin})
    assert response.status_code == 403
    assert "other sites" in response.json()["error"]


@pytest.mark.parametrize("headers", [{}, {"origin": "http://arena.test"}, {"origin": "https://friend.test"}])
def test_a_post_from_here_from_a_program_or_from_a_friend_is_let_in(headers):
    assert client(allowed_origins=("https://friend.test",)).post("/post", headers=headers).status_code == 200


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
