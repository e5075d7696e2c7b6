from __future__ import annotations

import re
import string
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from arena.analysis.agreement import Agreement
from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.fragility import fragility
from arena.analysis.ratings import rate
from arena.analysis.report import Material, finding, render, votes_per_day
from arena.analysis.report_text import EN, ZH, Language
from arena.analysis.results import Ci, Method, Options
from tests.arena.analysis.samples import simulated


class Tags(HTMLParser):
    """Checks that every tag is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(language: Language, **options: object) -> str:
    counts = reduce_votes(simulated(12, 4), raters=True)
    days = pd.Series(["2026-01-01", "2026-01-03", "2026-01-03"])
    return render(Material(rate(counts, Options(**options)), counts, days=days), language)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", list(Language))
def test_a_page_is_whole_and_needs_nothing_from_outside(language: Language) -> None:
    tags = Tags()
    text = page(language, method=Method.DAVIDSON, position=True)
    tags.feed(text)
    assert not tags.open and not tags.links
    assert "url(" not in text and "@import" not in text and "<script" not in text
    assert text.count("<svg") == 5 and f'lang="{language.value}"' in text


def test_names_cannot_break_the_page() -> None:
    evil = '<img src=x onerror="alert(1)">'
    counts = from_cells([evil, "b"], ["b", evil], ["model_a", "model_a"], [5, 3])
    text = render(Material(rate(counts), counts))
    assert "<img" not in text and "&lt;img" in text


def test_both_languages_say_the_same_things() -> None:
    assert EN.keys() == ZH.keys()
    for key in EN:
        fields = [sorted(name for _, name, _, _ in string.Formatter().parse(words[key]) if name) for words in (EN, ZH)]
        assert fields[0] == fields[1], key
        assert EN[key].count("|") == ZH[key].count("|"), key


def test_the_finding_says_whether_the_lead_is_clear() -> None:
    def said(wins: int, losses: int, ci: Ci = Ci.SANDWICH) -> str:
        counts = from_cells(["x", "x"], ["y", "y"], ["model_a", "model_b"], [wins, losses])
        return finding(rate(counts, Options(ci=ci)), Language.EN)

    gap = round(400 * np.log10(3))
    assert said(90, 30).startswith(f"x is first: {gap} Elo points ahead of y (95% interval ")
    assert "do not settle who is better" in said(6, 4)
    assert "no interval" in said(90, 30, Ci.NONE)
    assert said(5, 5).startswith("x and y are level, with a 95% interval from ")
    assert said(5, 5, Ci.NONE) == "x and y are level; no interval was computed."


def test_what_does_not_count_is_said() -> None:
    counts = reduce_votes(simulated(6, 2).assign(counted=lambda t: t.index > 3))
    assert "4 votes did not count." in render(Material(rate(counts), counts))


def test_days_without_votes_stay_in_the_row() -> None:
    bars = votes_per_day(pd.Series(["2026-01-01", "2026-01-03", "2026-01-03"]))
    assert bars.labels == ("2026-01-01", "2026-01-02", "2026-01-03")
    assert bars.counts == (1.0, 0.0, 2.0)


def test_side_colours_are_used_for_nothing_but_sides() -> None:
    text = page(Language.EN)
    assert not re.search(r"class=\"[^\"]*\bside", text)
    assert "var(--a)" not in text and "var(--b)" not in text


@pytest.mark.parametrize("language", list(Language))
def test_how_firm_the_result_is_is_said_in_words(language: Language) -> None:
    counts = reduce_votes(simulated(12, 4), raters=True)
    ratings = rate(counts, Options(quasi=True))
    found, agreement = fragility(counts), Agreement(alpha=0.25, items=7, votes=19)
    text = render(Material(ratings, counts, fragility=found, agreement=agreement), language)
    words = EN if language is Language.EN else ZH
    assert words["firm"] in text and words["quasi"] in text and "alpha = 0.25" in text
    for number in (found.votes_first, found.votes_clarity, found.raters_first, found.raters_clarity):
        assert number is not None
        assert re.search(rf"\b{number}\b", text)


def test_how_often_answers_failed_or_named_their_model_is_shown_where_it_is_known() -> None:
    counts = from_cells(["x"], ["y"], ["model_a"], [9])
    ratings = rate(counts)
    assert "Named itself" not in render(Material(ratings, counts))
    leaks, errors = {"x": (1, 4), "y": (0, 4)}, {"x": (0, 4), "y": (2, 4)}
    text = render(Material(ratings, counts, leaks=leaks, errors=errors))
    assert "Named itself" in text and "25.0% (" in text and "50.0% (" in text
