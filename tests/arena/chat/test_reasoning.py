from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.chat.reasoning import MAX_LEAD, Split, ThinkingSplitter, without_thinking

PIECES = [
    "<think>",
    "</think>",
    "<thi",
    "nk>",
    "</th",
    "ink>",
    "\n",
    " ",
    "\n\n",
    "Hello",
    "<",
    ">",
    "你好",
    "a < b",
    "/",
]


def split(chunks: Iterable[str], thinks: bool, *, separate: bool = False) -> Split:
    splitter = ThinkingSplitter(thinks)
    if separate:
        splitter.feed("", "hm")
    parts = [splitter.feed(chunk) for chunk in chunks] + [splitter.finish()]
    return Split("".join(p.thinking for p in parts), "".join(p.answer for p in parts))


@pytest.mark.parametrize(
    ("thinks", "text", "thinking", "answer"),
    [
        (False, "<think>hm</think>\n\nHi", "hm", "Hi"),
        (True, "<think>hm</think>\n\nHi", "hm", "Hi"),
        (True, "hm</think>\n\nHi", "hm", "Hi"),
        (True, "\n<think>\nhm\n</think>Hi", "\nhm\n", "Hi"),
        (True, "</think>Hi", "", "Hi"),
        (True, "<think>\n\n</think>\n\nHi", "\n\n", "Hi"),
        (True, "only thoughts, cut off", "only thoughts, cut off", ""),
        (False, "<think>never closed", "never closed", ""),
        (False, "Hi, use the <think> tag and </think>.", "", "Hi, use the <think> tag and </think>."),
        (False, "</think> closes it", "", "</think> closes it"),
        (False, "\n\nHi", "", "\n\nHi"),
        (False, "<b>Hi</b>", "", "<b>Hi</b>"),
        (False, "<thin", "", "<thin"),
        (True, "a</think>b</think>c<think>d", "a", "b</think>c<think>d"),
        (True, "a</think>\n<think>b</think>\nHi", "ab", "Hi"),
        (True, "a</think></think>Hi", "a", "Hi"),
        (True, "a</think>\n    code", "a", "    code"),
        (True, "a </thin b", "a </thin b", ""),
        (True, "a</thi", "a</thi", ""),
        (False, "", "", ""),
    ],
)
def test_border_between_thinking_and_answer(thinks: bool, text: str, thinking: str, answer: str) -> None:
    assert split([text], thinks) == Split(thinking, answer)
    assert split(text, thinks) == Split(thinking, answer)


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.booleans(), st.booleans(), st.data())
def test_any_chunking_gives_the_same_split(
    pieces: list[str], thinks: bool, separate: bool, data: st.DataObject
) -> None:
    text = "".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    chunks = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert split(chunks, thinks, separate=separate) == split([text], thinks, separate=separate)


@given(st.lists(st.sampled_from(["<think>", "</think>", "\n", " ", "Hi", "你", "<"]), max_size=14), st.booleans())
def test_nothing_but_tags_and_blank_space_is_lost(pieces: list[str], thinks: bool) -> None:
    def bare(text: str) -> str:
        return "".join(text.replace("<think>", "").replace("</think>", "").split())

    text = "".join(pieces)
    result = split(pieces, thinks)
    assert bare(result.thinking + result.answer) == bare(text)


@given(st.text(max_size=60).filter(lambda s: "</think>" not in s), st.data())
def test_no_answer_is_given_before_thinking_has_ended(thoughts: str, data: st.DataObject) -> None:
    splitter = ThinkingSplitter(thinks=True)
    cut = data.draw(st.integers(0, len(thoughts)))
    assert splitter.feed(thoughts[:cut]).answer == ""
    assert splitter.feed(thoughts[cut:]).answer == ""
    assert splitter.feed("</think>Hi").answer == "Hi"


def test_text_beside_separate_reasoning_is_answer() -> None:
    splitter = ThinkingSplitter(thinks=True)
    assert splitter.feed("", "hm") == Split("hm", "")
    assert splitter.feed("Hi", "and") == Split("and", "Hi")
    assert splitter.feed(" there, <think> is a tag") == Split("", " there, <think> is a tag")
    assert splitter.finish() == Split()


@pytest.mark.parametrize("thinks", [True, False])
@pytest.mark.parametrize("stray", ["<think></think>", "<think>\n</think>\n\n", "</think>\n\n", "\n\n"])
def test_stray_tags_and_blank_lines_beside_separate_reasoning_go(stray: str, thinks: bool) -> None:
    assert split([stray, "Hi"], thinks, separate=True).answer == "Hi"


def test_text_held_when_separate_reasoning_begins_is_not_lost() -> None:
    splitter = ThinkingSplitter(thinks=True)
    assert splitter.feed("<th") == Split()
    assert splitter.feed("Hi", "hm") == Split("<thhm", "Hi")


def test_much_blank_space_before_a_tag_makes_it_text() -> None:
    text = " " * (MAX_LEAD + 1) + "<think>x</think>"
    assert split([text], False) == Split("", text)
    assert split(text, False) == Split("", text)


def test_history_loses_the_thinking_that_an_answer_begins_with() -> None:
    assert without_thinking("<think>hm</think>\n\nHi") == "Hi"
    assert without_thinking("Hi <think> there") == "Hi <think> there"
