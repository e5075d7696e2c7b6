from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.ui.markdown import LONGEST_BLOCK, SPARE_WORK, WORK_PER_CHARACTER, BlockStream, render
from tests.arena.ui.markup.allowed import assert_harmless, visible_text

ANSWER = """\
## A plan for Sunday

First **sleep in**. Then walk to the market, it costs $5 or $10,
and buy `bread`.

1. Get up
2. Make tea
   - green
   - black

3. Read

| what | when |
|:-----|-----:|
| tea  | 9:00 |

```python
def tea(cups):

    return "ready" * cups


tea(2)
```

> Slowly.

$$
E = mc^2
$$

---

今天就慢慢来吧。
"""

PIECES = [
    *(
        "# Head\n",
        "### Lower\n",
        "Some words. ",
        "A line\n",
        "\n",
        "\n\n",
        "- item\n",
        "1. one\n",
        "2) two\n",
        "  - in\n",
    ),
    *(
        "    far in\n",
        "> quote\n",
        "```py\nx = 1\n\ny = 2\n```\n",
        "~~~\nraw\n~~~\n",
        "```\n",
        "  ```\n",
        "$$\nx^2\n$$\n",
    ),
    *(
        "$x$",
        "\\(a\\)",
        "---\n",
        "| a | b |\n|---|---|\n",
        "| 1 | 2 |\n",
        "**bold**",
        "*",
        "_",
        "`c`",
        "`",
        "<br>",
        "<b>",
    ),
    *(
        "[l](http://x.y)",
        "你好。",
        "  ",
        "\t",
        "===\n",
        "+ x\n",
        "10. ten\n",
        "\\",
        "#",
        "-",
        "1.",
        "=",
        "|",
        "$5",
        "\r\n",
        "\r",
    ),
]


def grown(chunks: list[str]) -> str:
    """What a browser has been sent of a growing answer, after checks of each step."""
    stream, html, tail = BlockStream(), "", ""
    for chunk in chunks:
        growth = stream.feed(chunk)
        if not growth.html:
            assert growth.tail == tail + growth.added
        html, tail = html + growth.html, growth.tail
    return html + stream.finish()


def cut(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(0, len(text), size)]


# --- whole answers ---


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Hello **there**", "<p>Hello <strong>there</strong></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("~~no~~ *yes*", "<p><s>no</s> <em>yes</em></p>"),
        ("text\n---\nmore", "<p>text</p>\n<hr>\n<p>more</p>"),
        ("3. three\n4. four", '<ol start="3">\n<li>three</li>\n<li>four</li>\n</ol>'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("`a<b`", "<p><code>a&lt;b</code></p>"),
        ("", ""),
        ("\n \n", ""),
        ("[1]: https://a.example\n", "<p>[1]: https://a.example</p>"),
        ("one<br>two<BR />three", "<p>one<br>\ntwo<br>\nthree</p>"),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    assert render(text).strip() == html


def test_links_open_elsewhere_and_carry_nothing_along() -> None:
    assert render("[x](https://a.example/?b=1&c=2)") == (
        '<p><a href="https://a.example/?b=1&amp;c=2" target="_blank" rel="noopener nofollow noreferrer ugc">x</a></p>\n'
    )


@pytest.mark.parametrize("text", ["[](https://a.example)", "<https://a.example>"])
def test_a_link_without_a_text_shows_its_address(text: str) -> None:
    assert visible_text(render(text)) == "https://a.example"


def headings(text: str) -> list[str]:
    return re.findall(r"<(h\d)>", render(text))


def test_headings_stay_below_the_page_and_leave_no_gaps() -> None:
    assert headings("# A\n## B\n### C\n#### D\n##### E\n## F") == ["h3", "h4", "h5", "h6", "h6", "h4"]
    assert headings("### A\n### B\n# C\n### D") == ["h3", "h3", "h3", "h4"]


def test_empty_headings_and_empty_head_cells_are_not_announced() -> None:
    assert headings("#\n\ntext\n\n## \n") == []
    assert render("|   | b |\n|---|---|\n| 1 | 2 |").count("<th") - 1 == 1


def test_tables_and_code_scroll_by_themselves_and_take_the_focus() -> None:
    html = render(ANSWER)
    assert '<div class="table-wrap" tabindex="0"><table>' in html
    assert '<pre tabindex="0"><code class="language-python">' in html
    assert '<td class="align-right">9:00</td>' in html


def test_control_and_direction_characters_do_not_reach_the_page() -> None:
    assert render("a\x00\x1b\u202eb\ufeff\r\nc\ud800") == "<p>ab<br>\nc\ufffd</p>\n"


# --- growing answers ---


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
def test_a_grown_answer_equals_the_whole(size: int) -> None:
    assert grown(cut(ANSWER, size)) == render(ANSWER)


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.data())
def test_any_chunking_gives_the_same_html(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    borders = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    chunks = [text[a:b] for a, b in zip([0, *borders], [*borders, len(text)], strict=True)]
    html = grown(chunks)
    assert html == render(text)
    assert_harmless(html)


@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_what_is_shown_while_growing_is_all_that_has_come(pieces: list[str]) -> None:
    stream, given_out, came = BlockStream(), "", ""
    for piece in pieces:
        came += piece
        growth = stream.feed(piece)
        given_out += growth.html
        letters = re.sub(r"[^A-Za-z你好]", "", re.sub(r"https?://x.y|```py|[<]b[r]?>", "", came))
        seen = re.sub(
            r"[^A-Za-z你好]", "", re.sub(r"https?://x.y|```py|[<]b[r]?>", "", visible_text(given_out) + growth.tail)
        )
        assert seen == letters


def test_blocks_are_finished_when_the_next_has_begun() -> None:
    stream = BlockStream()
    assert stream.feed("Hello **you**\n\n").html == ""
    growth = stream.feed("A")
    assert (growth.html, growth.tail) == ("<p>Hello <strong>you</strong></p>\n", "A")


def test_lists_stay_open_while_they_may_go_on() -> None:
    stream = BlockStream()
    for delta in ("1. one\n", "\n", "2. two\n", "\n", "   still two\n", "\n", "3"):
        assert stream.feed(delta).html == ""
    assert stream.feed(". three\n\nThen").html.count("<li>") == 3


def test_an_open_code_fence_stays_text_until_it_is_closed() -> None:
    stream = BlockStream()
    assert stream.feed("```py\nx = 1\n\ny = 2\n\n# not a heading\n\nz = 3\n").html == ""
    assert stream.feed("```\n").html == ""
    assert stream.feed("So").html.count("<pre") == 1


def test_an_unfinished_line_is_not_taken_for_a_block() -> None:
    stream = BlockStream()
    assert stream.feed("- one\n\n# Title\n#").html.count("<ul>") == 1
    assert stream.feed("tag").html == ""
    assert stream.finish() == "<h3>Title</h3>\n<p>#tag</p>\n"


def test_characters_cut_in_half_are_put_together() -> None:
    assert grown(["a\r", "\nb", "\ud83d", "\ude00", "\r"]) == "<p>a<br>\nb😀</p>\n"
    assert BlockStream().feed("a\r").tail == "a"


def test_an_html_of_nothing_is_never_sent_for_something_cut() -> None:
    stream = BlockStream()
    growth = stream.feed("#\nA\n")
    assert growth.tail == "A\n"
    assert growth.html


# --- bounded work ---


@pytest.mark.parametrize(
    "unit",
    [
        ANSWER,
        "Some words here. " * 20 + "\n\n",
        "word ",
        "x",
        "- item\n",
        "- item\n\n",
        "```\ncode\n",
        "a\n\n    b\n\n",
        "> a\n\n",
        "# a\n",
        "\n",
        "$$a\n",
        "\\[\n",
        "- a\n  ```\n  b\n\nxyz\n\n",
        "1. a\n\nb\n\n",
        "| a |\n|---|\n",
        "今天天气很好。\n\n",
    ],
)
def test_work_stays_in_proportion_to_the_text(unit: str) -> None:
    text = (unit * 40_000)[:40_000]
    stream = BlockStream()
    longest = max(len(stream.feed(delta).tail) for delta in cut(text, 5))
    stream.finish()
    assert stream.work <= SPARE_WORK + WORK_PER_CHARACTER * len(text) + 2 * LONGEST_BLOCK
    assert longest <= LONGEST_BLOCK + 5


def test_ordinary_answers_are_parsed_little_more_than_once() -> None:
    stream = BlockStream()
    for delta in cut(ANSWER * 100, 4):
        stream.feed(delta)
    assert stream.work < 1.5 * 100 * len(ANSWER)


def test_a_huge_code_block_is_given_out_in_parts_and_goes_on_as_code() -> None:
    lines = [f"value_{i} = {i}\n" for i in range(3000)]
    stream = BlockStream()
    html = "".join(stream.feed(line).html for line in ["```python\n", *lines])
    assert html.count('<code class="language-python">') > 1
    html += stream.feed("```\n\nDone.\n").html + stream.finish()
    assert visible_text(html) == " ".join("".join(lines).split()) + " Done."
    assert html.endswith("<p>Done.</p>\n")


def test_a_huge_paragraph_is_given_out_in_parts_between_words() -> None:
    text = "Word " * 10_000
    html = "".join(BlockStream().feed(text).html)
    assert html.count("<p>") >= 2
    assert set(visible_text(html).split()) == {"Word"}
