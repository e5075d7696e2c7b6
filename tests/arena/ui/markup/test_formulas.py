from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ui.markdown import render
from arena.ui.markup.formulas import MAX_FORMULA, formula_html
from tests.arena.ui.markup.allowed import assert_harmless, visible_text


@pytest.mark.parametrize(
    "text",
    [
        "$x$",
        "$x^2 + y^2 = z^2$",
        "So $n$, $k$ and $2n+1$ are odd.",
        "其中$x$为未知数。",
        "the $n$-th and the $x_i$s",
        "$5x$",
        "$3.14$",
        "$10 - 3 = 7$",
        r"\(a < b\)",
        r"\[ \sum_{i=1}^n i \]",
        r"$\text{speed} = 3$",
        r"$5 \times 3$",
        "- item with $x$",
        "> $x$",
        "**$x$**",
    ],
)
def test_formulas_become_mathml(text: str) -> None:
    html = render(text)
    assert "<math" in html
    assert "$" not in visible_text(html)


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "$5",
        "$5-$10",
        "US$5 against HK$20",
        "between $1,000 and $2,000 (or $3,000)",
        "$20/month, or $200 a year",
        "I have $20 in cash, $5 of it in coins",
        "from $HOME/bin:$PATH on",
        "echo $HOME and $USER",
        r"it is \$5 or 5\$",
        "a $ b $ c",
        "100$ and 200$",
        "$$",
        "$ $",
        "Pay $10 now or pay 20$ later.",
    ],
)
def test_money_and_shell_variables_stay_text(text: str) -> None:
    html = render(text)
    assert "<math" not in html
    assert visible_text(html) == text.replace(r"\$", "$")


@pytest.mark.parametrize(
    "text",
    [
        "$$\nx^2\n$$",
        "$$x^2$$",
        "\\[\nx^2\n\\]",
        "The sum is:\n$$\nx^2\n$$\nwhere x is big.",
        "1. First\n\n   $$\n   x^2\n   $$\n\n2. Second",
        "> $$\n> x^2\n> $$",
        "$$\nx\n= 1\n$$",
        "\\[ x\n- y \\]",
    ],
)
def test_formulas_on_lines_of_their_own_are_displayed(text: str) -> None:
    html = render(text)
    assert '<div class="formula" tabindex="0"><math display="block">' in html
    assert_harmless(html)


def test_a_displayed_formula_within_a_line_scrolls_by_itself_too() -> None:
    html = render(r"So \[ x^2 \] it is.")
    assert html.startswith('<p>So <span class="formula" tabindex="0"><math display="block">')
    assert html.endswith("</math></span> it is.</p>\n")


@pytest.mark.parametrize("text", ["$$\nx\n\ny\n$$", "\\[\nno end", "$$ never closed\n\nNext.", "$$\n# Head\n$$"])
def test_a_formula_does_not_swallow_what_follows(text: str) -> None:
    assert "<math" not in render(text)


def test_a_boxed_result_keeps_its_box() -> None:
    assert '<mrow class="boxed"><mrow><mn>42</mn></mrow></mrow>' in render(r"$\boxed{42}$")


@pytest.mark.parametrize(
    "source", [r"\frac{1}", r"\left( x", r"\begin{matrix} a", "x^", "}{", r"\def\x{\x\x}\x", "{" * 50]
)
def test_a_formula_that_cannot_be_read_is_shown_as_its_source(source: str) -> None:
    html = formula_html(source, "$")
    if "<math" not in html:
        assert visible_text(html) == f"${source}$"
    assert_harmless(html)


def test_macros_are_never_expanded() -> None:
    bomb = r"\newcommand{\a}{xx}" + "".join(
        rf"\newcommand{{\{b}}}{{\{a}\{a}}}" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert formula_html(bomb + r"\i", "$").startswith("<code>")
    assert formula_html(r"\newcommand{\a}{xx}\a", "$").startswith("<code>")
    assert formula_html(r"\def\a{xx}\a", "$").startswith("<code>")


def test_text_in_formulas_cannot_become_tags() -> None:
    html = formula_html(r"\text{<img src=x> &lt;b&gt;} < \mathrm{\&amp;}", "$")
    assert "<img" not in html
    assert "<b>" not in html
    assert_harmless(html)


def test_addresses_styles_and_sizes_do_not_get_into_formulas() -> None:
    html = formula_html(
        r"\href{https://a.example}{x} \style{color:red}{y} \color{red}{z} \hspace{99999em} \rule{999em}{999em}", "$"
    )
    assert "a.example" not in html
    assert "color" not in html
    assert "999" not in html
    assert_harmless(html)


SIGNS = [r"\frac", "{", "}", "x", "^", "_", "1", r"\left(", r"\right)", r"\begin{matrix}", r"\end{matrix}", "&", r"\\"]
SIGNS += [
    r"\sqrt",
    r"\text{<a>}",
    r"\color",
    r"\overset",
    r"\sum",
    r"\href",
    r"\boxed",
    "<",
    ">",
    '"',
    "'",
    " ",
    r"\hspace",
]
SIGNS += [r"\genfrac", r"\begin{array}{cc}", r"\unicode", r"\operatorname", r"\substack", r"\tag", "%", "#", "~", "中"]


@given(st.lists(st.sampled_from(SIGNS), max_size=12))
def test_no_formula_raises_or_gets_through(signs: list[str]) -> None:
    assert_harmless(formula_html("".join(signs), "$$"))


@pytest.mark.parametrize("unit", ["$", "$a", "$$a\n", "\\(", "\\[", "\\[a\n", "$x$ ", "$5 "])
def test_many_openings_take_no_time(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    begun = time.process_time()
    render(text)
    assert time.process_time() - begun < 3


def test_a_formula_longer_than_allowed_stays_text() -> None:
    assert "<math" not in render("$" + "x+" * MAX_FORMULA + "x$")
