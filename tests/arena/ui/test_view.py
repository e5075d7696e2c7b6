"""The table of states in the design's look, line by line."""

import dataclasses

import pytest

from arena.battle.views import BattleView, Card, Speed
from arena.errors import Refusal, UserError
from arena.models import BattleState, Outcome, Side, Standing
from arena.ui.languages import TEXTS
from arena.ui.text_en import EN
from arena.ui.text_zh import ZH
from arena.ui.view import page_state, refusal_text, reveal_html, status_html

SPEED = Speed(first_text_ms=380.0, chars_per_second=41.6, seconds=9.25)


def view(state, **changes):
    return BattleView(battle_id="b1", token="t1", state=state, turns=1, **changes)


def card(display, **changes):
    given = {"name": display.lower(), "display": display, "licence": "MIT", "notice": "", "about": {}, "speed": SPEED}
    return Card(**(given | changes))


VOTED = view(
    BattleState.VOTED,
    outcome=Outcome.MODEL_B,
    counted=True,
    comment_open=True,
    cards={Side.A: card("Alpha"), Side.B: card("Beta", notice="Built with Beta")},
)


def test_the_empty_page_is_open_for_a_prompt_and_shows_no_votes():
    state = page_state(None, EN)
    assert (state.state, state.prompt_open, state.send, state.votes_shown) == ("empty", True, True, False)


def test_while_the_models_write_the_votes_are_shown_but_off_and_send_is_stop():
    state = page_state(view(BattleState.STREAMING), EN)
    assert (state.votes_shown, state.votes_on, state.stop, state.send, state.prompt_open) == (
        True, False, True, False, False,
    )  # fmt: skip
    assert state.status == "Both models are thinking"


def test_when_both_have_answered_one_may_vote_or_go_on():
    state = page_state(view(BattleState.READY), EN)
    assert (state.votes_on, state.prompt_open, state.send, state.stop) == (True, True, True, False)
    assert (state.status, state.hint) == ("Read both, then vote.", "Keys 1 to 4")


def test_a_leak_is_said_at_once_and_one_may_still_vote():
    state = page_state(view(BattleState.READY, leaked=True), EN)
    assert state.votes_on
    assert "will not count" in state.status


def test_after_the_vote_the_names_are_there_and_the_input_is_locked():
    state = page_state(VOTED, EN)
    assert (state.votes_shown, state.prompt_open, state.send, state.new_battle) == (False, False, False, "New battle")
    assert "Alpha" in state.reveal
    assert "Built with Beta" in state.reveal
    assert "0.38 s to the first word" in state.reveal
    assert state.comment_after


def test_a_vote_that_does_not_count_is_told_so():
    assert "does not count" in page_state(dataclasses.replace(VOTED, counted=False), EN).status


def test_a_vote_that_does_not_count_says_why():
    view = dataclasses.replace(VOTED, counted=False, reasons=(Standing.TOO_FAST, Standing.IDENTITY_LEAK))
    assert page_state(view, EN).status.endswith("it does not count: faster than anyone reads")


@pytest.mark.parametrize("state", [s for s in BattleState if s is not BattleState.VOTED])
def test_no_state_but_voted_reveals_anything(state):
    smuggled = view(state, cards=VOTED.cards)
    assert page_state(smuggled, EN).reveal == ""


def test_one_failed_side_can_be_asked_again_and_nobody_can_vote():
    state = page_state(view(BattleState.FAILED, failed=(Side.B,)), EN)
    assert (state.votes_on, state.retry, state.new_battle) == (False, "Ask B again", "New battle")
    assert state.status.startswith("Model B did not answer")


def test_two_failed_sides_are_asked_again_together():
    assert page_state(view(BattleState.FAILED, failed=(Side.A, Side.B)), EN).retry == "Ask both again"


def test_an_interruption_offers_both_again_or_a_new_battle():
    state = page_state(view(BattleState.INTERRUPTED), EN)
    assert (state.retry, state.new_battle, state.votes_shown) == ("Ask both again", "New battle", False)


@pytest.mark.parametrize("state", [BattleState.VOID, BattleState.ABANDONED])
def test_a_battle_that_is_over_offers_a_new_one_only(state):
    shown = page_state(view(state), EN)
    assert (shown.new_battle, shown.retry, shown.send, shown.votes_shown) == ("New battle", "", False, False)


def test_names_with_markup_are_harmless_in_the_reveal():
    hostile = dataclasses.replace(VOTED, cards={Side.A: card("<img src=x>"), Side.B: card("B")})
    html = reveal_html(hostile, EN)
    assert "<img" not in html
    assert "&lt;img" in html


def test_a_status_is_escaped():
    assert "<b>" not in status_html("<b>x</b>", "")


@pytest.mark.parametrize("text", [EN, ZH])
def test_every_refusal_has_a_sentence_with_its_numbers(text):
    details = {"length": 5000, "limit": 4000, "seconds": 30, "given": "x"}
    for refusal in Refusal:
        sentence = refusal_text(UserError(refusal, **details), text)
        assert sentence
        assert "{" not in sentence


def test_both_languages_have_the_same_placeholders():
    import string

    def fields(sentence):
        return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name)

    for field in dataclasses.fields(EN):
        en, zh = getattr(EN, field.name), getattr(ZH, field.name)
        if isinstance(en, str):
            assert fields(en) == fields(zh), field.name
        elif isinstance(en, dict):
            assert set(en) == set(zh), field.name
    assert set(TEXTS) == {"en", "zh"}
