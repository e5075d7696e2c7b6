"""The page: every figure on it, in both languages, labelled, safe and self-contained, also at the edges."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from arena.study import reconstruct
from arena.study.figures import figures
from arena.study.limitations import limitations
from arena.study.report import finding, render
from arena.study.report_text import EN, ZH
from arena.study_models import (
    ParticipantState,
    Sequence,
    Sheet,
    StudyPacing,
    StudyRecord,
    StudySource,
    StudyState,
)
from tests.arena.study.sheets import PROTOCOL, X, Y, record, sheet, twelve


class Balance(HTMLParser):
    """Fails on a tag that is not closed in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def same(n: int = 12) -> StudyRecord:
    return record(
        *(sheet(i, Sequence.AB if i % 3 else Sequence.BA, guess=None, got=(X, Y), robotic=()) for i in range(n))
    )


EDGES = {
    "empty": record(),
    "invited": record(Sheet(participant="P01", state=ParticipantState.INVITED)),
    "one": same(1),
    "agreed": same(),
    "whole": record(*twelve()),
    "reconstructed": reconstruct.record(),
}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("edge", EDGES)
def test_every_study_makes_a_whole_page(edge: str, language: str) -> None:
    page = render(EDGES[edge], language)
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    shown = page.split("</style>")[1]
    assert not re.search(r"\{\w*\}|nan|None|inf\b", shown)
    assert not re.search(r"""(src|href)=|url\(|@import|<script""", page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_figures_are_on_the_page(language: str) -> None:
    study, page = record(*twelve()), render(record(*twelve()), language)
    for told in (
        "10 / 12 (83%)",
        "9 / 12 (75%)",
        "5 / 12 (42%)",
        "52 – 98%",
        ".039",
        ".289",
        ".250",
        "4.8",
        "210",
        "P07",
    ):
        assert told in page
    assert study.study.protocol_hash in page
    assert "BMJ 2019;366:l4378" in page
    assert page.count("<svg") == 5


@pytest.mark.parametrize(
    ("source", "word"), [(StudySource.SIMULATED, "simulated"), (StudySource.RECONSTRUCTED, "reconstructed")]
)
def test_what_nobody_said_is_labelled_at_every_heading(source: StudySource, word: str) -> None:
    page = render(record(*twelve(), source=source))
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert all(
        word in heading for heading in headings if "questions</h2>" not in heading and "The questions" not in heading
    )
    assert EN[word] in page
    assert f"({word})</title>" in page


def test_a_real_study_bears_no_label() -> None:
    assert 'class="badge"' not in render(record(*twelve()))


def test_an_early_close_and_an_open_study_are_labelled() -> None:
    early = record(*twelve(), closed_early=True)
    assert EN["early"] in render(early)
    still = replace(early, study=replace(early.study, state=StudyState.OPEN, closed_early=False, closed_at=None))
    assert EN["open"] in render(still)
    assert "not closed" in render(still)


def test_what_people_wrote_is_text() -> None:
    page = render(record(*twelve()))
    assert "<b>I</b>" not in page
    assert "&lt;b&gt;I&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("study", "says"),
    [
        (record(), "nobody"),
        (record(*twelve()), "more than chance explains (exact binomial p = .039)"),
        (
            record(*(sheet(i, Sequence.AB if i % 2 else Sequence.BA, (X, Y)[i % 3 == 0]) for i in range(12))),
            "Chance alone",
        ),
        (record(*(sheet(i, Sequence.AB, Y) for i in range(6))), "Mainland-Gart p = 1"),
    ],
)
def test_the_finding_says_no_more_than_the_test(study: StudyRecord, says: str) -> None:
    assert (EN.get(says) or says) in finding(figures(study), "en")


@pytest.mark.parametrize(
    ("study", "pacing", "says"),
    [
        (same(5), StudyPacing.FIXED, "no result at all can be significant"),
        (record(*twelve()), StudyPacing.FIXED, "nothing below 10 of 12 is significant"),
        (record(*twelve()), StudyPacing.NATURAL, "so speed is part of what was judged"),
        (record(*twelve(), source=StudySource.SIMULATED), StudyPacing.FIXED, "They say nothing about the models"),
        (record(*twelve(), closed_early=True), StudyPacing.FIXED, "was closed early"),
        (record(*twelve()), StudyPacing.FIXED, "hangs on few answers. Fewest that would turn it over: 1."),
        (
            record(*twelve()[:-1], sheet(12, Sequence.BA, None)),
            StudyPacing.FIXED,
            "1 of those who began gave no preference",
        ),
        (
            record(*twelve()[:-1], sheet(12, Sequence.BA, turns=1)),
            StudyPacing.FIXED,
            "1 people of the full set did not keep",
        ),
        (
            record(*(replace(s, responses=s.responses) for s in same().sheets)),
            StudyPacing.FIXED,
            "whether blinding held is not known",
        ),
        (same(), StudyPacing.FIXED, "(8 : 4)"),
        (
            record(*(sheet(i, Sequence.AB if i % 2 else Sequence.BA, guess=(X if i % 2 else Y)) for i in range(12))),
            StudyPacing.FIXED,
            "more often right than wrong (12 : 0)",
        ),
        (
            record(*(sheet(i, Sequence.AB if i % 2 else Sequence.BA, X if i % 2 else Y) for i in range(12))),
            StudyPacing.FIXED,
            "The order seems to matter",
        ),
        (
            record(*twelve(), Sheet(participant="P13", state=ParticipantState.WITHDRAWN)),
            StudyPacing.FIXED,
            "1 people withdrew",
        ),
        (
            record(*twelve()[:-1], sheet(12, Sequence.BA, X, leaked=True)),
            StudyPacing.FIXED,
            "In 1 periods a model named itself",
        ),
    ],
)
def test_a_limitation_is_there_where_the_data_ask_for_it(study: StudyRecord, pacing: StudyPacing, says: str) -> None:
    found = limitations(figures(study), pacing, "en")
    assert any(says in sentence for sentence in found)


def test_a_limitation_is_not_there_where_the_data_do_not_ask_for_it() -> None:
    found = " ".join(limitations(figures(record(*twelve())), StudyPacing.FIXED, "en"))
    for absent in (
        "simulated",
        "early",
        "withdrew",
        "no preference",
        "did not keep",
        "more often right",
        "seems to matter",
    ):
        assert absent not in found


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    assert EN.keys() == ZH.keys()
    for name in EN:
        assert set(re.findall(r"\{(\w+)", EN[name])) == set(re.findall(r"\{(\w+)", ZH[name])), name
        assert EN[name].count("|") == ZH[name].count("|"), name


def test_the_plan_is_shown_as_it_was_laid_down() -> None:
    planned = replace(PROTOCOL, analysis_plan={"en": "First this.\nThen that.", "zh": "先这个。"})
    assert "First this.<br>Then that." in render(record(*twelve(), protocol=planned))
    assert "先这个。" in render(record(*twelve(), protocol=planned), "zh")
