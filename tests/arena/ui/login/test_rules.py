import pytest

from arena.ui.login.rules import MAX_WAY_BACK, Login, way_back

PAGES = {"/", "/leaderboard", "/study", "/zh/"}


def login(**changes):
    values = {"url": "https://arena.test", "provider": "https://hub.test", "client_id": "us", "client_secret": "hush"}
    return Login(**(values | changes))


@pytest.mark.parametrize("page", ["/", "/leaderboard", "/study?code=a-b&lang=zh", "/zh/"])
def test_the_way_back_is_a_page_of_ours_with_its_query(page):
    assert way_back(page, PAGES) == page


@pytest.mark.parametrize(
    "foreign",
    [
        "https://evil.test/", "//evil.test", "//evil.test/leaderboard", "///evil.test", "/\\evil.test", "\\\\evil.test",
        "https:/leaderboard", "javascript:alert(1)", "http://[", "/leaderboard/../../x", "/%2fevil.test", "evil.test",
        "/\t/evil.test", "/ /evil.test", "@evil.test", "", "/operator", "/study?" + "x" * MAX_WAY_BACK,
        "https://arena.test.evil.test/leaderboard", "https://user@evil.test/leaderboard",
    ],
)  # fmt: skip
def test_whatever_else_is_asked_for_the_way_back_is_the_first_page(foreign):
    assert way_back(foreign, PAGES) == "/"


def test_without_a_list_everybody_is_admitted_and_with_one_those_on_it():
    assert login().admits([])
    listed = login(admitted=frozenset({"alice", "good-org"}))
    assert listed.admits(["Alice"])
    assert listed.admits(["somebody", "Good-Org"])
    assert not listed.admits(["alice2", "good"])
    assert not listed.admits([])


def test_a_login_does_not_show_its_secret():
    assert "hush" not in repr(login())


def test_cookies_are_for_https_only_where_the_arena_is():
    assert login().secure
    assert not login(url="http://localhost:7860").secure
