from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ui.markup.code import LANGUAGES, MAX_CODE, MAX_LINES, code_html
from arena.ui.markup.sanitiser import sanitise
from tests.arena.ui.markup.allowed import assert_harmless

SAMPLE = 'def f(x):\n    """Doc."""\n    return x < "a&b"  # why\n\n'


def text_of(html: str) -> str:
    import html as entities
    import re

    return entities.unescape(re.sub(r"<[^>]+>", "", html)).removesuffix("\n")


@pytest.mark.parametrize("info", ["python", "py", "Python", "python3 title=x", "{python}"])
def test_a_known_language_is_coloured(info: str) -> None:
    html = code_html(SAMPLE, info)
    assert html.startswith('<pre tabindex="0"><code class="language-python"><span class="tok-keyword">def</span>')
    assert '<span class="tok-comment"># why</span>' in html


@pytest.mark.parametrize("info", ["", "brainfuck", '"><script>', "text", "../python"])
def test_an_unknown_language_is_shown_plain(info: str) -> None:
    html = code_html(SAMPLE, info)
    assert "<span" not in html
    assert "class" not in html
    assert text_of(html) == SAMPLE


@pytest.mark.parametrize("language", LANGUAGES.split())
def test_every_language_loads_and_keeps_the_code_as_it_is(language: str) -> None:
    code = "\n\n" + SAMPLE + "<b>&lt;\t{}[]();'\n\n"
    html = code_html(code, language)
    assert text_of(html) == code
    assert_harmless(html)
    assert sanitise(html).count("<span") == html.count("<span")


@given(st.sampled_from(LANGUAGES.split()), st.text(alphabet="ab<>\"'&/*#(){}[]\\`$\n\t 0=:;-", max_size=80))
def test_no_code_gets_through_or_changes(language: str, code: str) -> None:
    html = code_html(code, language)
    assert text_of(html) == code
    assert_harmless(html)


@pytest.mark.parametrize("language", LANGUAGES.split())
@pytest.mark.parametrize("unit", ["(", '"', "a", "a ", "a\n", "\n", "{{", "`"])
def test_no_lexer_is_slow_on_what_it_never_expected(language: str, unit: str) -> None:
    code = (unit * MAX_CODE)[:MAX_CODE]
    begun = time.process_time()
    code_html(code, language)
    assert time.process_time() - begun < 2


def test_very_long_code_is_shown_plain() -> None:
    assert "<span" in code_html("x = 1\n" * MAX_LINES, "python")
    assert "<span" not in code_html("x = 1\n" * (MAX_LINES + 1), "python")
    assert "<span" not in code_html("x = 1; " * MAX_CODE, "python")
