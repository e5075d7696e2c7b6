"""Names are found by a pattern that is sorted by first signs, for speed only."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arena.chat.introductions.names import KNOWN, Kind, Mention, _by_first_sign, _pattern, names_with

SIGNS = "aAbBsSſkK\N{KELVIN SIGN}éÉß千问1.(-_ "
written = st.text(SIGNS, min_size=1, max_size=5).filter(lambda name: any(sign not in "-_ " for sign in name))
"""Names of signs that have two cases, three, one or none, and of signs that mean something in a pattern."""


def spans(pattern: str, text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(pattern, text, re.IGNORECASE)]


@given(names=st.lists(written, min_size=1, max_size=8), between=st.lists(st.sampled_from(SIGNS), max_size=8))
@example(names=["ſabc", "sabcd", "sab"], between=[])
def test_sorted_by_first_signs_the_same_is_found_as_by_the_plain_alternation(
    names: list[str], between: list[str]
) -> None:
    patterns = sorted(map(_pattern, names), key=len, reverse=True)
    text = "".join(name + sign for name, sign in zip(names, [*between, *" " * len(names)], strict=False))
    for seen in (text, text.swapcase(), text[::-1]):
        assert spans(_by_first_sign(patterns), seen) == spans("|".join(patterns), seen)


def test_every_known_name_is_found_by_the_arenas_own_pattern() -> None:
    names = names_with(frozenset())
    for kind, some in KNOWN.items():
        for name in some.split(","):
            (found,) = names.find(f"({name})")
            assert (found.start, found.end) == (1, 1 + len(name))
            assert found.kind is kind or kind in (Kind.SHARED, Kind.WORD, Kind.MAKER)


@pytest.mark.parametrize("text", ["Deep-Seek", "deepseek", "DEEP SEEK"])
def test_spaces_and_cases_are_free(text: str) -> None:
    assert list(names_with(frozenset()).find(text)) == [Mention(Kind.MODEL, 0, len(text))]
