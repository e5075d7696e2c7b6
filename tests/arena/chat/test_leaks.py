"""Precision and recall on a labelled file, the contract's own examples, and bounded work."""

import time
from pathlib import Path

import pytest

from arena.chat.leaks import find_leak

LABELLED = Path(__file__).parent / "leaks_labelled.tsv"
FLOOR = 0.97


def labelled():
    for line in LABELLED.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            label, language, _set, text = line.split("\t")
            yield label == "1", language, text.replace("\\n", "\n")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_precision_and_recall_stay_above_their_floor(language):
    found = [(is_leak, bool(find_leak(text, ()))) for is_leak, lang, text in labelled() if lang == language]
    right = sum(is_leak and told for is_leak, told in found)
    precision = right / sum(told for _, told in found)
    recall = right / sum(is_leak for is_leak, _ in found)
    assert len(found) >= 100
    assert min(precision, recall) >= FLOOR, f"precision {precision:.3f}, recall {recall:.3f}"


@pytest.mark.parametrize(
    "text",
    ["I am Llama 3, made by Meta.", "我是通义千问，由阿里云开发。", "As an AI made by OpenAI, I cannot.", "我叫豆包。"],
)
def test_a_model_that_names_itself_or_its_maker_is_found(text):
    assert find_leak(f"Hello! {text} What about you?", ())


@pytest.mark.parametrize(
    "text", ["Meta was founded in 2004.", "Meta开发了Llama。", "I am a fan of OpenAI.", "I am talking about Qwen.", ""]
)
def test_talking_about_a_company_is_no_leak(text):
    assert find_leak(text, ()) == ""


def test_the_contestants_own_names_are_known():
    assert find_leak("Hi, I am Zorblax-7, your helper.", ("zorblax-7",))
    assert find_leak("Hi, I am Zorblax-7, your helper.", ()) == ""


@pytest.mark.parametrize("piece", ["I am ", "我是", "by OpenAI ", "a ", "\n"])
def test_the_work_grows_with_the_text_and_not_with_its_square(piece):
    def took(chars):
        begun = time.process_time()
        find_leak(piece * (chars // len(piece)), ("x",))
        return time.process_time() - begun

    took(1000)
    short, long = min(took(20_000) for _ in range(3)), took(100_000)
    assert long < 15 * short + 0.05
