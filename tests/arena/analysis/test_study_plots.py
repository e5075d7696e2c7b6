"""The drawings of a study: everything that is in the numbers is on the picture, and escaped."""

from __future__ import annotations

import re

import pytest

from arena.analysis.study_plots import Cell, Curve, Rows, Steps, draw_curve, draw_rows, draw_steps


def test_every_row_has_its_label_and_marks() -> None:
    cells = ((Cell("A → B"), Cell("B", "hollow", "prefers B")), (Cell("–"), Cell("A", "full")))
    data = Rows(("order", "prefers"), ("P01", "<P02>"), cells, (False, True))
    svg = draw_rows(data, "answers")
    assert ">P01<" in svg
    assert ">&lt;P02&gt;<" in svg
    assert (svg.count('class="hollow"'), svg.count('class="full"')) == (1, 1)
    assert "<title>prefers B</title>" in svg
    assert 'class="muted" x="4.0"' in svg  # who is in no analysis


def test_nobody_is_an_empty_picture() -> None:
    assert draw_rows(Rows((), (), (), ()), "nothing").startswith("<svg")


def test_every_step_has_a_box_for_each_order() -> None:
    svg = draw_steps(Steps(("AB", "BA"), (("six", "five"), ("4 & 5", "3")), "12 invited"), "flow")
    for said in ("12 invited", "AB", "BA", "six", "five", "4 &amp; 5", "3"):
        assert f">{said}<" in svg
    assert (svg.count('class="box"'), svg.count('class="join"')) == (7, 6)


@pytest.mark.parametrize(("x", "y", "place"), [(50.0, 0.0, "60.0,230.0"), (100.0, 100.0, "690.0,10.0")])
def test_points_of_a_curve_are_where_their_numbers_say(x: float, y: float, place: str) -> None:
    svg = draw_curve(Curve((x,), (y,), 80.0, "true", "power"), "power")
    assert re.search(rf'points="{place}"', svg)
    assert 'y1="54.0"' in svg  # the level of 80%
