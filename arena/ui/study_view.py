"""What a study's page shows and enables. Pure: a participant's view in, a page state out."""

from __future__ import annotations

from dataclasses import dataclass

from arena.study.views import Can, Pause, PeriodView, Stage
from arena.study_people import PeriodState
from arena.ui.study_html import Shown, panel
from arena.ui.study_text import StudyWords

TALKS = (Stage.PERIOD_1.value, Stage.PERIOD_2.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyState:
    """Everything on a study's page that depends on the participant."""

    panel: str
    stage: str
    status: str = ""
    tone: str = ""
    period_id: str = ""
    turns: int = 0
    talk: str = "empty"
    transcript: bool = False
    prompt_open: bool = False
    placeholder: str = ""
    send: bool = False
    stop: bool = False
    retry: bool = False
    go_on: bool = False
    over: bool = False


def study_state(shown: Shown, panel_html: str = "") -> StudyState:
    """The page for a participant; with `panel_html` in place of the stage's own panel."""
    view, period = shown.view, shown.view.period
    html = panel_html or panel(shown)
    if period is None or panel_html:
        return StudyState(panel=html, stage="" if panel_html else view.stage.value)
    w = shown.words
    model = w.model.format(number=period.number)
    writing = period.state is PeriodState.STREAMING
    open_now = Can.SEND in view.can
    sentence, tone = _talk_status(shown, period, model)
    return StudyState(
        panel=html,
        stage=view.stage.value,
        status=sentence,
        tone=tone,
        period_id=period.id if period.turns else "",
        turns=len(period.turns),
        talk=period.state.value if period.turns else "empty",
        transcript=bool(period.turns),
        prompt_open=open_now,
        placeholder=_placeholder(shown, model),
        send=open_now,
        stop=writing,
        retry=Can.RETRY in view.can,
        go_on=Can.GO_ON in view.can,
    )


def _talk_status(shown: Shown, period: PeriodView, model: str) -> tuple[str, str]:
    """What is said under a talk, and how."""
    w, clock = shown.words, period.clock
    if period.state is PeriodState.STREAMING:
        return w.waiting.format(model=model), ""
    if clock.pause in (Pause.FAILING, Pause.INTERRUPTED):
        return w.pause[clock.pause], "bad"
    if clock.time_up:
        return _time_up(w, period.turns_missing), ""
    if clock.pause is not None:
        return w.pause[clock.pause], ""
    if clock.warning:
        return w.last_minute, ""
    return "", ""


def _time_up(words: StudyWords, missing: int) -> str:
    if missing == 0:
        return words.time_up
    return words.time_up_missing_one if missing == 1 else words.time_up_missing.format(n=missing)


def _placeholder(shown: Shown, model: str) -> str:
    """What the empty box says: whom one writes to, or why one cannot."""
    w, can = shown.words, shown.view.can
    if Can.SEND in can:
        return w.placeholder.format(model=model)
    return w.placeholder_retry if Can.RETRY in can else w.placeholder_locked
