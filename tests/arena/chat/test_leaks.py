from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.chat.introductions.names import KNOWN, Kind, names_with
from arena.chat.leaks import _CLEANING, LONGEST_PHRASE, find_leak

LABELLED = Path(__file__).with_name("leaks_labelled.tsv")
PRECISION_FLOOR = 0.97
RECALL_FLOOR = 0.97


@dataclass(frozen=True, slots=True)
class Line:
    leaks: bool
    language: str
    text: str


def labelled() -> list[Line]:
    rows = [row for row in LABELLED.read_text(encoding="utf-8").splitlines() if row and not row.startswith("#")]
    cells = [row.split("\t") for row in rows]
    return [Line(label == "1", language, text.replace("\\n", "\n")) for label, language, _, text in cells]


def test_the_labelled_lines_are_many_and_balanced() -> None:
    counts = Counter((line.language, line.leaks) for line in labelled())
    assert set(counts) == {("en", True), ("en", False), ("zh", True), ("zh", False)}
    assert min(counts.values()) >= 150
    assert max(counts.values()) - min(counts.values()) <= 20
    assert len({line.text for line in labelled()}) == sum(counts.values())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_precision_and_recall_on_the_labelled_lines(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in labelled() if line.language == language]
    wrong = [line.text for line in lines if bool(find_leak(line.text, [])) is not line.leaks]
    found = sum(1 for line in lines if find_leak(line.text, []))
    right = sum(1 for line in lines if line.leaks and find_leak(line.text, []))
    precision, recall = right / found, right / sum(line.leaks for line in lines)
    with capsys.disabled():
        sys.stdout.write(f"\nleaks, {language}: {len(lines)} lines, precision {precision:.3f}, recall {recall:.3f}\n")
    assert precision >= PRECISION_FLOOR, wrong
    assert recall >= RECALL_FLOOR, wrong


def test_the_phrase_that_leaks_is_given_back() -> None:
    assert find_leak("Well, that is easy. **I'm Qwen**, made by Alibaba.", []) == "I'm Qwen"
    assert find_leak("你好！我是由深度求索公司开发的助手。", []) == "我是由深度求索"
    assert find_leak("", []) == ""


def test_the_contestants_own_names_are_known() -> None:
    own = ["zebra-finch-7b-instruct", "Zebra-Finch-7B-Instruct (warm)"]
    for answer in ("I am Zebra Finch, nice to meet you.", "My name is zebra-finch-7b-instruct.", "我叫 Zebra-Finch。"):
        assert find_leak(answer, own), answer
        assert not find_leak(answer, []), answer
    assert not find_leak("The zebra finch is a bird, and I am fond of it.", own)


def test_a_contestant_called_by_an_ordinary_word_leaks_only_where_it_is_said_to_be_a_name() -> None:
    own = ["plain", "warm"]
    assert not find_leak("I am warm and you are plain. I am made by warm hands.", own)
    assert not find_leak("我是warm的人", own)
    assert find_leak("My name is warm.", own)


@pytest.mark.parametrize(
    "answer",
    [
        "I'm **ChatGPT**.",
        "I'm `ChatGPT`.",
        "I’m ChatGPT.",
        "Ｉ’m ChatGPT.",
        "I'm [ChatGPT](https://a.example).",
        "I'm Chat\u200bGPT.",
        "I'm   ChatGPT.",
        "# Hello\n\n1. I'm ChatGPT.",
        "我是**通义千问**。",
        "我是 通义千问 。",
        "我是「通义千问」。",
        "我是ＣｈａｔＧＰＴ。",
        "Hello. " * 2000 + "I'm ChatGPT.",
        '"I am ChatGPT."',
    ],
)
def test_markup_and_width_hide_nothing(answer: str) -> None:
    assert find_leak(answer, [])


@pytest.mark.parametrize(
    "answer",
    [
        'The robot said: "I am ChatGPT, the wise one."',
        "她说：“我是通义千问。”",
        "```\nI am ChatGPT\n```\nThat is what the script prints.",
        "> I am ChatGPT\n\nThis line is from your letter.",
        "Print it with `say I am ChatGPT`, then press return.",
    ],
)
def test_what_is_quoted_or_code_is_somebody_elses(answer: str) -> None:
    assert not find_leak(answer, [])


@pytest.mark.parametrize(
    "answer",
    [
        "If I am ChatGPT, then you are a teapot.",
        "Imagine I am Claude for a moment.",
        "Everybody says I'm ChatGPT.",
        "I never said that I am Qwen.",
        "I doubt that I was made by OpenAI.",
        "So you think I'm Gemini?",
        "I'm ChatGPT?",
        "如果我是ChatGPT，你会怎么想？",
        "大家都说我是通义千问。",
        "我不知道我是不是Claude。",
        "他以为我是由百度开发的。",
        "我是ChatGPT吗？",
    ],
)
def test_suppositions_denials_questions_and_others_opinions_are_no_introduction(answer: str) -> None:
    assert not find_leak(answer, [])


@pytest.mark.parametrize(
    "answer", ["I'm not ChatGPT but Qwen.", "People say I'm Claude, but I'm GPT-4.", "我不是ChatGPT，而是通义千问。"]
)
def test_what_follows_a_denial_is_an_introduction(answer: str) -> None:
    assert find_leak(answer, [])


def test_a_part_that_is_played_counts_when_it_names_a_model() -> None:
    assert find_leak("Arr! I am Captain Salt, an AI assistant made by Anthropic!", [])


def test_every_well_known_name_is_recognised_as_it_is_written() -> None:
    names = names_with(frozenset())
    for kind, some in KNOWN.items():
        for name in some.split(","):
            (mention, *_) = names.find(f"({name})")
            assert (mention.start, mention.end) == (1, 1 + len(name)), name
            assert mention.kind is kind or mention.kind is Kind.MODEL, name


def test_a_version_makes_an_ambiguous_name_a_models() -> None:
    names = names_with(frozenset())
    assert [m.kind for m in names.find("Phi, Phi-3, Llama, Llama 3.1 8B Instruct")] == [
        Kind.WORD,
        Kind.MODEL,
        Kind.SHARED,
        Kind.MODEL,
    ]
    assert not list(names.find("llamas GPTs metaphor phishing applet"))


@pytest.mark.parametrize(
    "unit",
    [
        "I am ",
        "Qwen ",
        "I like Qwen ",
        "我是",
        "我喜欢通义千问，",
        "通义千问",
        "I was made, made, made and made by the Google fan ",
        "I'm an AI assistant that can help with GPT ",
        "I am an ai ai ai ai ai ai ai Claude fan ",
        "as a model made by someone else, GPT-4 is ",
        "由由由由百度",
        "作为作为Kimi",
        "我我我我我是百度",
        "的的的的的的的的GPT-4的粉丝",
        " Llama 3.3.3.3.3.3.3",
        "'",
        '"I am" ',
        "\n",
        " ",
        "*",
        "[a](",
        "```",
        "- > ",
        "a",
    ],
)
def test_a_hundred_thousand_characters_are_read_in_linear_time(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    find_leak("warm up", ["zebra"])
    begun = time.process_time()
    find_leak(text, ["zebra"])
    assert time.process_time() - begun < 4


@given(
    st.lists(
        st.sampled_from(
            ["I am ", "我是", "Qwen", "百度", "made by ", "由", "开发的", ", ", "。", '"', "\n", "not ", "x "]
        )
    )
)
def test_whatever_is_found_stands_in_the_answer(parts: list[str]) -> None:
    answer = "".join(parts)
    found = find_leak(answer, [])
    assert len(found) <= LONGEST_PHRASE
    assert " ".join(found.split()) in " ".join(answer.replace('"', "").split()) or '"' in answer


MARKS = st.sampled_from(
    ["’", "a’a", "```", "~~~", ">", "[a](b)", "*", "__", "#", "# ", "-", "- ", "•", "1", ". ", "、", '"', "“", "”",
     "「", "」", "『", "』", "\u200b", "\u2060", " ", "  ", "\t", "\u3000", "\n", "a", "我"]
)  # fmt: skip


@given(st.lists(MARKS, max_size=14).map("".join))
def test_a_pattern_has_nothing_to_do_where_its_signs_are_missing(written: str) -> None:
    text = f"\n{written}"
    for signs, pattern, plain in _CLEANING:
        if not any(sign.search(text) for sign in signs):
            assert pattern.sub(plain, text) == text
