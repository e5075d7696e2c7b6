from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from arena.chat.calculations import asks_for_calculation
from arena.chat.prompts import clean_prompt
from arena.ui.examples import EXAMPLES, SHORT, find_example, pick

THEMES = {"feelings", "advice", "small_talk", "explaining", "planning", "playful"}
LANGS = ["en", "zh"]


@pytest.mark.parametrize("lang", LANGS)
def test_each_language_has_enough_examples_of_every_theme(lang: str) -> None:
    themes = Counter(example.theme for example in EXAMPLES[lang])
    assert set(themes) == THEMES
    assert min(themes.values()) >= 4
    assert sum(themes.values()) >= 24
    assert sum(example.short for example in EXAMPLES[lang]) >= 10


def test_ids_and_texts_are_unique_and_clean() -> None:
    examples = [example for some in EXAMPLES.values() for example in some]
    assert len({e.id for e in examples}) == len({e.text for e in examples}) == len(examples)
    for example in examples:
        assert clean_prompt(example.text) == example.text
        assert not asks_for_calculation(example.text)
        assert example in EXAMPLES[example.lang]


@pytest.mark.parametrize("lang", LANGS)
def test_chips_are_short_different_and_of_different_themes(lang: str) -> None:
    for seed in range(50):
        chips = pick(lang, 6, Random(seed))
        assert {chip.theme for chip in chips} == THEMES
        assert all(len(chip.text) <= SHORT[lang] for chip in chips)
    more = pick(lang, 9, Random(1))
    assert len(set(more)) == 9


def test_the_draw_of_chips_follows_the_generator() -> None:
    assert pick("en", 6, Random(7)) == pick("en", 6, Random(7))
    assert len({pick("en", 6, Random(seed)) for seed in range(20)}) > 10


def test_examples_are_found_by_id_and_unknown_ids_are_not() -> None:
    example = EXAMPLES["zh"][3]
    assert find_example(example.id) is example
    assert find_example("") is None
    assert find_example("en-nothing-9") is None
