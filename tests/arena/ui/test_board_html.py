from __future__ import annotations

from datetime import timedelta

import pytest

from arena.analysis.board import Board, Sliced
from arena.analysis.counts import from_cells
from arena.analysis.plots import Bars
from arena.analysis.ratings import rate
from arena.ui.board_html import Names, age_text, board_html, possible_ranks, win_rate
from arena.ui.board_text import EN as SAID
from arena.ui.board_text import ZH as SAID_ZH
from arena.ui.board_text import slice_name
from arena.ui.text_en import EN
from arena.ui.text_zh import ZH
from tests.arena.ui.boards import NOW, board_of, by_rater, shown, sliced

HOSTILE = "<script>alert(1)</script>"
NAMES = Names(displays={"x": HOSTILE, "y": "Yankee"}, notices={"y": "Built with Y & Z"})


def test_a_row_has_the_ranks_rating_interval_votes_win_rate_and_failures() -> None:
    html = board_html(shown(), NAMES, EN)
    row = by_rater().ratings.find("x")
    assert f"{row.rating:.0f}" in html and f"{row.lower:.0f} – {row.upper:.0f}" in html
    assert possible_ranks(row) in html and win_rate(row) == "83.3%" and "83.3%" in html
    assert "7.5%" in html and "2.5%" in html and "Failed" in html


def test_names_are_text_and_notices_stand_beside_them() -> None:
    html = board_html(shown(), NAMES, EN)
    assert "<script" not in html and "&lt;script" in html
    assert "<small>Built with Y &amp; Z</small>" in html


def test_the_finding_is_said_in_words_with_display_names() -> None:
    assert "of Yankee" in board_html(shown(), NAMES, EN).split("</p>")[0]
    assert "比 Yankee 高" in board_html(shown(), NAMES, ZH).split("</p>")[0]


def test_what_does_not_count_is_told_with_its_reasons() -> None:
    assert "a model gave itself away: 3" in board_html(shown(), NAMES, EN)
    assert "模型暴露了身份: 3" in board_html(shown(), NAMES, ZH)


def test_the_age_of_the_intervals_is_told() -> None:
    assert "computed 5 min ago" in board_html(shown(), NAMES, EN)
    assert "完成于5 分钟前" in board_html(shown(), NAMES, ZH)
    early = board_html(shown(intervals_at=None), NAMES, EN)
    assert "preliminary" in early and "by 3 raters" not in early


def test_slices_and_style_control_say_how_they_were_made() -> None:
    html = board_html(shown(key="language:zh", stale=True, style=True, style_votes=12), NAMES, EN)
    assert "rated 5 min ago" in html and "newest 12 votes" in html
    assert 'href="./arena/leaderboard.csv?slice=language%3Azh&amp;style=1"' in html
    assert 'href="../arena/leaderboard.json?slice=all"' in board_html(shown(), NAMES, ZH)


def test_two_contestants_are_compared_over_people() -> None:
    html = board_html(shown(), NAMES, EN)
    found = sliced().sequence
    assert f"in the first visits of 16 people, {'&lt;script'}" in html and "87.5% of the time" in html
    assert f"{found.lower[-1]:.1%}" in html and f"after {found.decided} people" in html
    nobody = Sliced(boards={}, days=Bars((), ()), sequence=None)
    assert "visit has ended yet" in board_html(shown(extra=nobody), NAMES, EN)


def test_every_plot_is_there_for_wide_and_for_narrow_screens() -> None:
    html = board_html(shown(), NAMES, EN)
    assert html.count("<figure>") == 5 and html.count("<svg") == 10
    assert "2026-01-02: 7" in html


def test_what_limits_the_figures_is_said_in_the_page_s_language() -> None:
    one_rater = board_of(["ann"] * 3, ["model_a"] * 3)
    html = board_html(shown(board=one_rater), NAMES, EN)
    assert "won or lost everything" in html and "one person alone" in html
    assert "全胜或全败" in board_html(shown(board=one_rater), NAMES, ZH)
    assert "won or lost everything" not in board_html(shown(), NAMES, EN)
    apart = from_cells(["x", "v"], ["y", "w"], ["tie", "tie"], [5, 5])
    assert "2 groups" in board_html(shown(board=Board(rate(apart), apart)), NAMES, EN)


@pytest.mark.parametrize(
    ("problem", "sentence"), [("soon", "being computed"), ("too_few", "not enough votes"), ("empty", "No votes yet")]
)
def test_where_there_is_no_table_the_reason_is_said(problem: str, sentence: str) -> None:
    html = board_html(shown(board=None, problem=problem), NAMES, EN)
    assert sentence in html and "<table" not in html and "Votes that count" in html


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, "0 s"), (47, "40 s"), (60, "1 min"), (5399, "89 min"), (7300, "2 h"), (-5, "0 s")]
)
def test_ages_have_one_unit(seconds: int, said: str) -> None:
    assert age_text(NOW - timedelta(seconds=seconds), NOW, SAID) == said


def test_every_slice_has_a_name_in_both_languages() -> None:
    assert slice_name("language:zh", SAID) == "Chinese" and slice_name("language:zh", SAID_ZH) == "中文"
    assert slice_name("language:de", SAID) == "Language: de" and slice_name("language:de", SAID_ZH) == "语言：de"
    assert SAID.slices.keys() == SAID_ZH.slices.keys()
