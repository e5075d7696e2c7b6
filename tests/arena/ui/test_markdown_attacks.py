from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ui.markdown import BlockStream, render
from arena.ui.markup.sanitiser import sanitise
from tests.arena.ui.markup.allowed import assert_harmless, visible_text

RAW_HTML = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=http://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    '<img src=x onerror="alert(1)">',
    "<img src=x onerror=alert(1)//",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<style>@import 'http://evil.example/x.css';</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<a href='javascript:alert(1)'>x</a>",
    "<base href='http://evil.example/'><meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<form action=http://evil.example><button formaction=javascript:alert(1)>x</button></form>",
    "<input autofocus onfocus=alert(1)><details open ontoggle=alert(1)><video><source onerror=alert(1)></video>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    "<math href='javascript:alert(1)'><maction actiontype='statusline#http://evil.example'>x</maction></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template><xmp><script>alert(1)</script></xmp>",
    "<!--><img src=x onerror=alert(1)>--><![CDATA[<script>alert(1)</script>]]><?php echo 1 ?>",
    "<b onmouseover=alert(1)>x</b><p id=prompt>x</p><button id=vote-a>vote</button>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<br onload=alert(1)><br/style='x'>",
]
LINKS = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](<javascript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1))",
    "[x](java%0ascript:alert(1))",
    "[x](\\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/logout)",
    "[x](?example=1)",
    "[x](#prompt)",
    "[x](https:evil)",
    "[x](http://[::1)",
    "[x](https://user:secret@evil.example)",
    "[x](https://%65vil.example)",
    "[x](mailto:)",
    "[x](blob:https://evil.example/1)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
]
TRICKS = [
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](https://a.example "title\\" onmouseover=alert(1)")',
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "![x](https://evil.example/pixel.png)",
    '![" onerror="alert(1)](https://evil.example/pixel.png)',
    "[![x](https://evil.example/pixel.png)](https://a.example)",
    '```"><script>alert(1)</script>\ncode\n```',
    "```html\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    r"$\href{javascript:alert(1)}{x}$ $\style{background:url(x)}{y}$ $\class{evil}{z}$",
    r"$\text{<img src=x onerror=alert(1)>}$",
    r"$\text{</mtext></math><script>alert(1)</script>}$",
    r"$$\text{&lt;script&gt;alert(1)&lt;/script&gt;}$$",
    r"\[\unicode{x3c}script\unicode{x3e}\]",
    r"$\color{red;background:url(x)}{x}$ $\hspace{100000px}x$ $\rule{9999em}{9999em}$",
    r"$\def\x{\x\x}\x$ $\newcommand{\y}{\y\y}\y$",
    "| <script>alert(1)</script> | x |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
    "# <script>alert(1)</script>\n\n> <iframe src=x>\n\n- <svg/onload=alert(1)>",
    "a\x00b<scr\x00ipt>alert(1)</script>",
    "evil\u202egnp.exe\u2066 \u200f and \x1b[31m red \x9b \ufeff",
    "\ud800 <script> \udfff",
    "[a]: javascript:alert(1)\n\n[a]",
    '*a*{onclick="alert(1)"} <span class="tok-keyword" onclick=alert(1)>x</span>',
]


def streamed(text: str, size: int = 3) -> str:
    stream = BlockStream()
    return "".join(stream.feed(text[i : i + size]).html for i in range(0, len(text), size)) + stream.finish()


@pytest.mark.parametrize("text", RAW_HTML + LINKS + TRICKS)
def test_attacks_come_out_harmless(text: str) -> None:
    for where in (text, f"> {text}", f"- {text}", f"Hello\n{text}\nthere", f"| a |\n|---|\n| {text} |"):
        assert_harmless(render(where))
        assert_harmless(streamed(where))


@pytest.mark.parametrize("text", RAW_HTML)
def test_html_is_shown_as_the_text_that_it_is(text: str) -> None:
    words = visible_text(render(text))
    if "&" not in text:  # character references are Markdown's own and stand for the character
        assert words.replace(" ", "") == text.replace(" ", "")
    assert "alert(1)" in words or "evil.example" in words


@pytest.mark.parametrize("text", LINKS)
def test_only_web_and_mail_addresses_become_links(text: str) -> None:
    assert "<a" not in render(text)


def test_pictures_are_shown_as_their_description_and_address() -> None:
    html = render("![a cat](https://evil.example/pixel.png)")
    assert html == "<p>a cat (https://evil.example/pixel.png)</p>\n"


def test_names_of_the_page_cannot_be_taken() -> None:
    html = sanitise('<p id="prompt" class="answer" style="x" onclick="x">a</p><div class="dock" data-x="1">b</div>')
    assert html == '<p>a</p><div class="">b</div>'


def test_the_sanitiser_alone_stops_html_that_the_parser_would_let_through() -> None:
    for attack in RAW_HTML + [f"<p>{attack}</p>" for attack in RAW_HTML]:
        assert_harmless(sanitise(attack))


@pytest.mark.parametrize(
    "text",
    [
        ">" * 1000 + " deep",
        "> " * 1000 + "deep",
        "- " * 1000 + "deep",
        "".join("  " * depth + "- level\n" for depth in range(1000)),
        "1. " * 1000 + "deep",
        "[" * 1000 + "deep" + "](https://a.example)" * 1000,
        "*" * 1000 + "deep" + "*" * 1000,
        "$" + "{" * 900 + "deep" + "}" * 900 + "$",
        "$" + r"\frac{1}{" * 200 + "deep" + "}" * 200 + "$",
    ],
)
def test_deep_nesting_is_shown_and_loses_no_words(text: str) -> None:
    html = render(text)
    assert_harmless(html)
    words = text.split()[-1].strip("[]()*{}$").removesuffix("](https://a.example)")[:4]
    assert words in visible_text(html)


@pytest.mark.parametrize(
    ("unit", "size"),
    [("x", 1_000_000), ("word ", 1_000_000), ("中", 1_000_000), ("<", 50_000), ("&", 50_000), ("|", 50_000)],
)
def test_an_endless_line_is_shown_whole(unit: str, size: int) -> None:
    text = "a" + unit * (size // len(unit)) + "z"
    html = streamed(text, 20_000)
    assert_harmless(html)
    assert visible_text(html).replace(" ", "") == text.replace(" ", "")


@given(st.text(st.characters(), max_size=200))
def test_no_text_raises_or_gets_through(text: str) -> None:
    assert_harmless(render(text))


@given(
    st.lists(st.sampled_from([*"<>\"'&=/[]()!`$\\{}|*_#-\n ", "script", "javascript:", "onerror", "x"]), max_size=60)
)
def test_no_mixture_of_signs_gets_through(parts: list[str]) -> None:
    assert_harmless(render("".join(parts)))


@pytest.mark.parametrize(
    "unit",
    ["[", "![", "*a ", "_a_", "`` ` ", "<", "\\(", "\\[a\n", "$$a\n", "$a", "- a\n", "> a\n\n", "|a", "~~a ", "&amp;"],
)
def test_no_repetition_takes_more_than_linear_time(unit: str) -> None:
    def once(size: int) -> float:
        begun = time.process_time()
        render((unit * size)[:size])
        return time.process_time() - begun

    def seconds(size: int) -> float:
        return min(once(size) for _ in range(3))  # a busy machine makes a run longer, never shorter

    render(unit)
    assert seconds(16_000) < 4 * 2.5 * seconds(4_000) + 0.1
