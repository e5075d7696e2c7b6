"""The panels of a study's page as HTML, one thing at a time. Pure; every text of a protocol is escaped.

What can be clicked carries `data-act`, the name of what it does; study.js sends it on, with the fields around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from arena.study.views import Can, ClockView, ParticipantView, PeriodView, QuestionView, Stage
from arena.study_models import QuestionKind, Words
from arena.ui.study_text import StudyWords

PARTS = {
    Stage.DEVICE: 1, Stage.CONSENT: 1, Stage.BEFORE: 1, Stage.RESUME: 1, Stage.PERIOD_1: 2, Stage.AFTER_1: 2,
    Stage.BREAK: 2, Stage.PERIOD_2: 3, Stage.AFTER_2: 3, Stage.END: 4, Stage.GUESS: 4, Stage.DONE: 5,
}  # fmt: skip
"""Which of the five dots a stage belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A view with the words of a page's language; `root` is the way from the page to the app's root."""

    view: ParticipantView
    words: StudyWords
    lang: str
    root: str = "./"
    code: str = ""

    def said(self, words: Words) -> str:
        """A protocol's text, in another language where it lacks this one; escaped and marked."""
        lang = self.lang if self.lang in words else next(iter(words), self.lang)
        text = escape(words.get(lang, ""))
        return text if lang == self.lang else f'<span lang="{lang}">{text}</span>'


def panel(shown: Shown) -> str:
    """The whole panel of a stage."""
    if shown.view.period is not None:
        return talk_panel(shown, shown.view.period)
    build = {
        Stage.DEVICE: _device, Stage.CONSENT: _consent, Stage.RESUME: _resume, Stage.BREAK: _break,
        Stage.DONE: _done, Stage.CLOSED: _closed, Stage.GONE: _gone, Stage.WITHDRAWN: _withdrawn,
    }.get(shown.view.stage)  # fmt: skip
    if build is None:
        build = _question if shown.view.question else _closed
    return frame(shown, build(shown) + _more(shown))


def frame(shown: Shown, body: str) -> str:
    """A page that reads from top to bottom."""
    name = escape(f"{shown.words.page}")
    return (
        f'<div class="study-page" tabindex="0" role="region" aria-label="{name}" data-fill="yes" '
        f'data-stage="{shown.view.stage.value}" data-break="{shown.view.break_left_s:.1f}"><div class="sheet">'
        f"{_dots(shown)}{body}</div></div>"
    )


def code_panel(shown: Shown, resume_code: str) -> str:
    """The resume code, shown this once."""
    w = shown.words
    body = (
        f"{_title(w.code_title)}<p>{escape(w.code_intro)}</p>"
        f'<p class="big-code"><code>{escape(resume_code)}</code></p>{_button("look", w.code_noted)}'
    )
    return frame(shown, body)


def sentence_panel(words: StudyWords, title: str, sentence: str) -> str:
    """A page with nothing but a sentence: there is no participant to show."""
    body = f'<div class="sheet">{_title(title)}<p>{escape(sentence)}</p></div>'
    label = escape(words.page)
    return (
        f'<div class="study-page" tabindex="0" role="region" aria-label="{label}" data-fill="yes" '
        f'data-stage="none">{body}</div>'
    )


# --- the way in ---


def _device(shown: Shown) -> str:
    w, texts = shown.words, shown.view.texts
    minutes = max(1, round((2 * texts.period_s + texts.break_s) / 60) + 5)
    checks = "".join(
        f'<li data-check="{name}" data-ok=""><span class="mark" aria-hidden="true"></span>{escape(label)}</li>'
        for name, label in (("cookies", w.device_cookies), ("stream", w.device_stream), ("screen", w.device_screen))
    )
    return (
        f'{_title(w.device_title)}<p class="lead">{shown.said(texts.title)}</p><p>{escape(w.device_intro)}</p>'
        f"<p>{escape(w.device_minutes.format(minutes=minutes))}</p>"
        f'<ul class="checks">{checks}</ul><p class="verdict" role="status" data-good="{escape(w.device_good)}" '
        f'data-bad="{escape(w.device_bad)}">{escape(w.checking)}</p>'
        f"{_button('check_device', w.begin, disabled=True)}"
    )


def _consent(shown: Shown) -> str:
    w, texts = shown.words, shown.view.texts
    paragraphs = "".join(f"<p>{part}</p>" for part in shown.said(texts.consent).split("\n\n") if part.strip())
    copy = f"{shown.root}arena/study/consent?code={quote(shown.code)}&amp;lang={shown.lang}"
    return (
        f'{_title(w.consent_title)}<p class="lead">{shown.said(texts.title)}</p>'
        f'<div class="consent">{paragraphs}</div>{_contact(shown)}'
        f'<p><a href="{copy}" download>{escape(w.consent_keep)}</a></p>{_button("consent", w.agree)}'
    )


def _resume(shown: Shown) -> str:
    w = shown.words
    return (
        f"{_title(w.resume_title)}<p>{escape(w.resume_intro)}</p>"
        f'<label class="field"><span>{escape(w.resume_label)}</span><input type="text" name="resume" maxlength="64" '
        f'autocomplete="off" autocapitalize="characters" spellcheck="false"></label>'
        f"{_button('resume', w.resume_go)}{_contact(shown)}"
    )


# --- talking ---


def talk_panel(shown: Shown, period: PeriodView) -> str:
    """The head of a talk: whom with, the clock; before the first message also what to do."""
    w = shown.words
    model = w.model.format(number=period.number)
    fresh = not period.turns
    intro = _before_talking(shown) if fresh else ""
    fill = "yes" if fresh else "no"
    region = f'tabindex="0" role="region" aria-label="{escape(model)}"' if fresh else ""
    title = w.instruction_title.format(model=model) if fresh else model
    return (
        f'<div class="study-page talk" {region} data-fill="{fill}" data-stage="{shown.view.stage.value}" '
        f'data-state="{period.state.value}"><div class="sheet">'
        f'{_dots(shown)}<div class="talk-head">{_title(title)}{clock_html(period.clock, w)}</div>{intro}'
        f"{_more(shown)}</div></div>"
    )


def clock_html(clock: ClockView, words: StudyWords) -> str:
    """The clock with what the browser needs to count on: it only shows, the server counts."""
    minutes, seconds = divmod(int(clock.left_s), 60)
    left = words.left.format(minutes=minutes, seconds=f"{seconds:02d}")
    share = 0 if clock.total_s <= 0 else 100 * (1 - clock.left_s / clock.total_s)
    return (
        f'<div class="clock{" last" if clock.warning else ""}" data-left="{clock.left_s:.1f}" '
        f'data-total="{clock.total_s:.1f}" data-running="{"yes" if clock.running else "no"}" '
        f'data-words="{escape(words.left)}"><span class="left">{escape(left)}</span>'
        f'<span class="bar" aria-hidden="true"><span style="width:{share:.1f}%"></span></span></div>'
    )


def _before_talking(shown: Shown) -> str:
    texts, w = shown.view.texts, shown.words
    offered = texts.suggestions.get(shown.lang) or next(iter(texts.suggestions.values()), ())
    chips = "".join(
        f'<button type="button" class="chip" data-prompt="{escape(line)}">{escape(line)}</button>' for line in offered
    )
    some = f'<h2 class="small">{escape(w.suggestions)}</h2><div class="chips">{chips}</div>' if chips else ""
    return f'<p class="lead">{shown.said(texts.instruction)}</p>{some}'


# --- questions ---


def _question(shown: Shown) -> str:
    asked, w = shown.view.question, shown.words
    if asked is None:
        return ""
    about = w.about_model.format(model=w.model.format(number=asked.period)) if asked.period else w.question_of
    note = w.locked_note if asked.required else f"{w.optional} {w.locked_note}"
    return (
        f'<form class="question" data-question="{escape(asked.id)}" data-period="{asked.period}" '
        f'data-required="{"yes" if asked.required else "no"}"><p class="about">{escape(about)}</p>'
        f'<h1 id="asked" tabindex="-1">{shown.said(asked.text)}</h1>{_fields(shown, asked)}'
        f'<p class="fine">{escape(note)}</p>{_button("answer", w.answer)}</form>'
    )


def _fields(shown: Shown, asked: QuestionView) -> str:
    if asked.kind is QuestionKind.TEXT:
        return '<textarea name="value" rows="4" maxlength="4000" aria-labelledby="asked"></textarea>'
    if asked.kind is QuestionKind.SCALE:
        options = [(str(n), str(n)) for n in range(asked.low, asked.high + 1)]
    else:
        options = [(option.id, shown.said(option.text)) for option in asked.options]
    kind = "scale" if asked.kind is QuestionKind.SCALE else "choices"
    radios = "".join(
        f'<label><input type="radio" name="value" value="{escape(value)}"><span>{label}</span></label>'
        for value, label in options
    )
    fields = f'<div class="{kind}" role="radiogroup" aria-labelledby="asked">{radios}</div>'
    if asked.kind is QuestionKind.YES_NO_PHRASE:
        fields += (
            f'<label class="field phrase" hidden><span>{shown.said(asked.phrase)}</span>'
            '<textarea name="phrase" rows="2" maxlength="4000"></textarea></label>'
        )
    return fields


# --- break, end, leaving ---


def _break(shown: Shown) -> str:
    w, left = shown.words, shown.view.break_left_s
    wait = escape(w.break_left.format(seconds=max(1, round(left)))) if left else ""
    return (
        f'{_title(w.break_title)}<p class="lead">{escape(w.break_intro)}</p>'
        f'<p class="break-left" data-words="{escape(w.break_left)}">{wait}</p>'
        f"{_button('go_on', w.break_go, disabled=bool(left))}"
    )


def _done(shown: Shown) -> str:
    w = shown.words
    return (
        f"{_title(w.done_title)}<p>{escape(w.done_intro)}</p>"
        f'<p class="big-code"><code id="completion" aria-label="{escape(w.done_code)}">'
        f"{escape(shown.view.completion_code)}</code></p>{_contact(shown)}"
    )


def _closed(shown: Shown) -> str:
    return f"{_title(shown.words.closed_title)}<p>{escape(shown.words.closed_intro)}</p>{_contact(shown)}"


def _gone(shown: Shown) -> str:
    return f"{_title(shown.words.gone_title)}<p>{escape(shown.words.gone_intro)}</p>{_contact(shown)}"


def _withdrawn(shown: Shown) -> str:
    w = shown.words
    erase = ""
    if Can.ERASE in shown.view.can:
        erase = f"<p>{escape(w.withdrawn_kept)}</p>{_button('erase', w.withdrawn_erase)}"
    return f"{_title(w.withdrawn_title)}<p>{escape(w.withdrawn_intro)}</p>{erase}{_contact(shown)}"


def _more(shown: Shown) -> str:
    """Folded: the label, the consent again, another resume code, withdrawing."""
    view, w = shown.view, shown.words
    if Can.WITHDRAW not in view.can:
        return ""
    copy = f"{shown.root}arena/study/consent?code={quote(shown.code)}&amp;lang={shown.lang}"
    own = f"{shown.root}arena/study/yours?code={quote(shown.code)}"
    again = "" if view.stage is Stage.DONE else _button("new_code", w.new_code, quiet=True)
    return (
        f'<details class="more"><summary>{escape(w.more)}</summary>'
        f"<p>{escape(w.your_label.format(label=view.label))}</p>"
        f'<p><a href="{copy}" download>{escape(w.consent_keep)}</a></p>'
        f'<p><a href="{own}" download>{escape(w.own_keep)}</a></p>{_contact(shown)}{again}'
        f"<h2>{escape(w.withdraw_title)}</h2><p>{escape(w.withdraw_intro)}</p>"
        f'<label class="tick"><input type="checkbox" name="erase"><span>{escape(w.withdraw_erase)}</span></label>'
        f"{_button('withdraw', w.withdraw_go, quiet=True)}</details>"
    )


# --- pieces ---


def _title(text: str) -> str:
    return f'<h1 tabindex="-1">{escape(text)}</h1>'


def _contact(shown: Shown) -> str:
    contact = shown.said(shown.view.texts.contact)
    return f'<p class="fine contact">{escape(shown.words.contact).format(contact=contact)}</p>' if contact else ""


def _button(act: str, label: str, *, quiet: bool = False, disabled: bool = False) -> str:
    kind = "quiet" if quiet else "go"
    off = " disabled" if disabled else ""
    # Where study.js says what was refused; the page's status line says it to screen readers.
    said = "" if quiet else '<p class="refused" aria-hidden="true"></p>'
    return f'<button type="button" class="act {kind}" data-act="{act}"{off}>{escape(label)}</button>{said}'


def _dots(shown: Shown) -> str:
    now = PARTS.get(shown.view.stage, 0)
    if not now:
        return ""
    dots = "".join(f'<span class="{"past" if n < now else "now" if n == now else ""}"></span>' for n in range(1, 6))
    label = escape(shown.words.progress.format(now=now))
    badge = f' <span class="badge">{escape(shown.words.simulated)}</span>' if shown.view.simulated else ""
    return f'<div class="dots" role="img" aria-label="{label}">{dots}</div>{badge}'
