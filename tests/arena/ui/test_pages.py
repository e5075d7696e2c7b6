"""The pages that are made of one piece of HTML."""

from datetime import UTC, datetime

from arena.models import (
    Battle,
    BattleState,
    Contestant,
    Outcome,
    Pacing,
    Standing,
    Turn,
    Vote,
)
from arena.ui.about_page import about_html
from arena.ui.examples import EXAMPLES
from arena.ui.examples_page import examples_html
from arena.ui.text_en import EN
from arena.ui.text_zh import ZH
from arena.ui.you_page import votes_html

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


def battle(prompt, reasons=()):
    vote = Vote(
        id="v", battle_id="b", rater_id="r", outcome=Outcome.MODEL_B, created_at=NOW, left="x", right="y",
        reasons=reasons,
    )  # fmt: skip
    return Battle(
        id="b", rater_id="r", state=BattleState.VOTED, left="x", right="y", left_hash="", right_hash="",
        probability=0.5, pacing=Pacing.MATCHED, created_at=NOW, updated_at=NOW, vote=vote,
        turns=(Turn(id="t", index=0, prompt=prompt, created_at=NOW),),
    )  # fmt: skip


def test_own_votes_are_listed_with_the_code_and_without_markup_of_their_own():
    html = votes_html([battle(HOSTILE, (Standing.IDENTITY_LEAK,))], "ABCDE", {"x": "X"}, EN)
    assert "B is better" in html
    assert "a model gave itself away" in html
    assert "ABCDE" in html
    assert "<script" not in html


def test_who_has_not_voted_sees_no_code():
    assert "ABCDE" not in votes_html([], "ABCDE", {}, EN)


def test_long_prompts_are_cut():
    assert "x" * 121 not in votes_html([battle("x" * 500)], "", {}, EN)


def test_the_about_page_promises_equal_pace_only_where_it_is_kept():
    field = [
        Contestant(name="x", display=HOSTILE, base_url="", model="m", notice="Built with X", about={"en": "Small."})
    ]
    matched, natural = about_html(field, Pacing.MATCHED, EN), about_html(field, Pacing.NATURAL, EN)
    assert "same pace" in matched
    assert "same pace" not in natural
    assert "Built with X" in natural
    assert "<script" not in natural


def test_every_example_is_on_the_page_under_its_theme():
    for text in (EN, ZH):
        html = examples_html(text)
        assert html.count("?example=") == len(EXAMPLES[text.lang])
