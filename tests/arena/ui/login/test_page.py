import json
import re

import pytest

from arena.ui.login.page import ended_script, login_page, said_page
from arena.ui.login.rules import Login
from arena.ui.login.text import EN, ZH


def login(**changes):
    values = {"url": "https://arena.test", "provider": "https://hub.test", "client_id": "us", "client_secret": "hush"}
    return Login(**(values | changes))


@pytest.mark.parametrize(("first", "words"), [("en", (EN, ZH)), ("zh", (ZH, EN))])
def test_both_languages_are_there_and_the_persons_own_comes_first(first, words):
    html = login_page(login(), "/", new_tab=False, first=first)
    assert html.index(words[0].kept) < html.index(words[1].kept)
    assert f'<html lang="{first}">' in html
    assert html.count("<h1>") == html.count("<h2>") == 1


def test_what_came_in_the_address_is_no_html():
    html = login_page(login(), '/study?code="><script>alert(1)</script>', new_tab=False, first="en")
    assert "<script" not in html
    assert 'code="' not in html


def test_the_page_says_whom_it_is_for_and_nobodys_name():
    listed = login_page(login(admitted=frozenset({"alice"})), "/", new_tab=False, first="en")
    assert EN.for_invited in listed
    assert "alice" not in listed
    assert EN.for_whom in login_page(login(), "/", new_tab=False, first="en")


def test_pages_tell_nothing_of_the_client():
    for html in (login_page(login(), "/", new_tab=True, first="en"), said_page(login(), lambda w: w.not_saved, "zh")):
        assert not {word for word in ("hush", "hub.test") if word in html}


def test_an_address_cannot_end_the_script():
    script = ended_script(login(url="https://arena.test/</script><b>"), EN)
    assert script.count("</script>") == 1
    told = re.search(r"const WORDS = (.*);\n", script)
    assert told is not None
    assert json.loads(told[1])["href"] == "https://arena.test/</script><b>/login/huggingface"
