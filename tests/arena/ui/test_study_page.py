"""What a study's page shows and offers at each step, from views alone."""

from dataclasses import replace

import pytest

from arena.errors import Refusal, UserError
from arena.study.views import Can, ClockView, ParticipantView, Pause, PeriodView, Progress, ShownTurn, Stage, StudyTexts
from arena.study_people import PeriodState
from arena.ui.study_acts import read_act
from arena.ui.study_html import Shown, panel
from arena.ui.study_routes import consent_copy, place
from arena.ui.study_text import EN, STUDY_WORDS, ZH
from arena.ui.study_view import study_state

TEXTS = StudyTexts(
    title={"en": "A <b>study</b>", "zh": "一项研究"},
    instruction={"en": "Talk."},
    consent={"en": "I agree.\n\nReally.", "zh": "我同意。"},
    contact={"en": "study@example.org"},
    suggestions={"en": ("Hello & welcome",)},
    languages=("en", "zh"),
    period_s=600.0,
    break_s=60.0,
)
CLOCK = ClockView(total_s=600.0, left_s=125.4, running=True, pause=None, warning=False, time_up=False)
PERIOD = PeriodView(
    id="p1", number=1, state=PeriodState.READY, clock=CLOCK, turns_missing=1,
    turns=(ShownTurn(prompt="Hi", text="Hello", usable=True),),
)  # fmt: skip


def view(stage, **more):
    given = {"label": "P01", "language": "en", "simulated": False, "can": frozenset({Can.WITHDRAW}), **more}
    return ParticipantView(stage=stage, texts=TEXTS, progress=Progress(done=0, total=10), **given)


def shown(stage, lang="en", **more):
    return Shown(view=view(stage, **more), words=STUDY_WORDS[lang], lang=lang, code="a b")


def talking(state=PeriodState.READY, can=(Can.SEND,), turns=PERIOD.turns, **clock):
    period = replace(PERIOD, state=state, turns=turns, clock=replace(CLOCK, **clock))
    return study_state(shown(Stage.PERIOD_1, period=period, can=frozenset({*can, Can.WITHDRAW})))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("stage", [s for s in Stage if not s.value.startswith(("period", "before", "after", "end"))])
def test_every_stage_has_a_heading_and_escapes_what_the_protocol_says(stage, lang):
    html = panel(shown(stage, lang))
    assert html.count("<h1") == 1
    assert "<b>" not in html


def test_a_text_in_another_language_is_marked_for_screen_readers():
    assert '<span lang="en">Talk.</span>' in talking_panel("zh")
    assert "<span lang" not in talking_panel("en")


def talking_panel(lang):
    fresh = replace(PERIOD, turns=(), state=PeriodState.OPEN)
    return panel(shown(Stage.PERIOD_1, lang, period=fresh)).replace("一项研究", "")


def test_suggestions_are_offered_before_the_first_message_only():
    assert "Hello &amp; welcome" in talking_panel("en")
    assert "Hello &amp; welcome" not in talking().panel


def test_the_clock_is_the_servers():
    assert 'data-left="125.4"' in talking().panel
    assert "2:05 left" in talking().panel


def test_while_an_answer_is_written_it_can_be_stopped_and_nothing_sent():
    state = talking(PeriodState.STREAMING, can=(Can.STOP,))
    assert (state.stop, state.send, state.prompt_open) == (True, False, False)


@pytest.mark.parametrize(
    ("clock", "state", "sentence"),
    [
        ({"running": False, "pause": Pause.FAILING}, PeriodState.FAILED, EN.pause[Pause.FAILING]),
        ({"running": False, "pause": Pause.AWAY}, PeriodState.READY, EN.pause[Pause.AWAY]),
        ({"left_s": 50.0, "warning": True}, PeriodState.READY, EN.last_minute),
        ({"left_s": 0.0, "warning": True, "time_up": True}, PeriodState.READY, EN.time_up_missing_one),
        ({}, PeriodState.READY, ""),
    ],
)
def test_the_page_says_why_the_clock_stands_and_when_it_ends(clock, state, sentence):
    assert talking(state, **clock).status == sentence


def test_who_may_go_on_without_the_missing_turns_has_a_button_for_it():
    assert talking(can=(Can.SEND, Can.GO_ON)).go_on
    assert not talking().go_on


def test_withdrawing_is_possible_in_a_talk_and_not_offered_where_it_is_not():
    assert 'data-act="withdraw"' in talking().panel
    assert 'data-act="withdraw"' not in panel(shown(Stage.DONE, can=frozenset()))


def test_the_break_cannot_be_left_before_its_end():
    assert 'data-act="go_on" disabled' in panel(shown(Stage.BREAK, break_left_s=20.0))
    assert 'data-act="go_on" disabled' not in panel(shown(Stage.BREAK))


def test_the_code_goes_into_addresses_quoted():
    assert "code=a%20b" in panel(shown(Stage.CONSENT))


def test_the_copy_of_the_consent_is_what_was_agreed_to():
    assert "I agree." in consent_copy(view(Stage.CONSENT, language=""), "fr")
    assert "我同意" in consent_copy(view(Stage.CONSENT, language=""), "zh")
    assert "as it was" in consent_copy(view(Stage.BEFORE, consent="as it was"), "zh")


def test_the_sign_of_life_tells_the_clock_and_nothing_of_the_talk():
    told = place(view(Stage.PERIOD_1, period=PERIOD))
    assert told == {
        "stage": "period_1", "break_left_s": 0.0, "state": "ready", "left_s": 125.4, "running": True,
        "warning": False, "time_up": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "data", [{"act": 3}, {"act": "answer", "period": True}, {"act": "answer", "value": "x" * 20_001}, {"erase": "yes"}]
)
def test_an_event_that_no_page_sends_is_refused(data):
    with pytest.raises(UserError) as refused:
        read_act(data)
    assert refused.value.refusal is Refusal.STUDY_BAD_ANSWER


def test_both_languages_fill_in_the_same_names():
    for name in EN.__slots__:
        english, chinese = getattr(EN, name), getattr(ZH, name)
        if isinstance(english, str):
            assert sorted(_names(english)) == sorted(_names(chinese))


def _names(text):
    return [part.partition("}")[0] for part in text.split("{")[1:]]
