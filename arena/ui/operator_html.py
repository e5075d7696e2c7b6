"""The operator's pages as plain HTML: the studies, one study's people, the token's form. Pure; no script, no names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape

from arena.study.operator import NONE, PersonStatus, StudyStatus, TalkStatus, talk_cells
from arena.study_models import ParticipantState, Study, StudyState
from arena.study_people import Step
from arena.ui.operator_text import OperatorWords
from arena.ui.plain_style import STYLE

_REPLACEABLE = frozenset({ParticipantState.INVITED, ParticipantState.IN_PROGRESS, ParticipantState.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a page is and in which language. `up`: the way from its address to the arena's root; `here`: its path."""

    words: OperatorWords
    up: str = ""
    here: str = "operator"

    def to(self, path: str, lang: str = "") -> str:
        """An address, in this page's language."""
        return f"{self.up}{path}?lang={lang or self.words.lang}"


def token_page(desk: Desk, *, wrong: bool) -> str:
    """Asks for the operator's token."""
    w = desk.words
    form = (
        f'<form method="post" action="{desk.to("operator/login")}"><label>{escape(w.token)}'
        '<input type="password" name="token" autocomplete="current-password" required autofocus></label>'
        f'<p class="fine">{escape(w.token_note)}</p><button class="go">{escape(w.enter)}</button></form>'
    )
    return _page(desk, w.studies, [_said(w.wrong_token, bad=True) if wrong else "", form])


def said_page(desk: Desk, sentence: str) -> str:
    """A page with nothing but a sentence, and the way back."""
    return _page(desk, desk.words.studies, [_said(sentence, bad=True), _way_back(desk)])


def studies_page(desk: Desk, studies: Sequence[Study]) -> str:
    """All studies, newest first."""
    w = desk.words
    if not studies:
        return _page(desk, w.studies, [_paragraph(w.none_yet)])
    head = (w.studies, w.state, w.source, w.places, w.created)
    rows = [
        (
            f'<a href="{desk.to(f"operator/{study.id}")}">{escape(_title(desk, study))}</a>',
            escape(_state(w, study)),
            escape(w.sources[study.source]),
            str(study.protocol.participants),
            f"{study.created_at:%Y-%m-%d}",
        )
        for study in reversed(studies)
    ]
    return _page(desk, w.studies, [_table(head, rows)])


def study_page(desk: Desk, status: StudyStatus, said: str = "", link: str = "") -> str:
    """One study: who is where, what can be done, and after the close the reports."""
    study, w = status.study, desk.words
    told = _said(said, link) if said else ""
    body = [
        _way_back(desk),
        told,
        _facts(w, status),
        _table(w.columns, [_row(desk, study, person) for person in status.people]),
        _acts(desk, study),
        f'<p class="hash">{escape(w.study_id)} {study.id} · {escape(w.protocol)} {study.protocol_hash}</p>',
    ]
    return _page(desk, _title(desk, study), body)


def sure_page(desk: Desk, study: Study, act: str, person: str) -> str:
    """Asks before something is done that cannot be undone."""
    w = desk.words
    erase = ""
    if act == "withdraw":
        erase = f'<label><input type="checkbox" name="erase" value="yes">{escape(w.erase)}</label>'
    form = (
        f'<form method="post" action="{desk.to(f"operator/{study.id}/act")}">'
        f'<input type="hidden" name="act" value="{act}">'
        f'<input type="hidden" name="participant" value="{escape(person)}">'
        f'<input type="hidden" name="sure" value="yes">{erase}'
        f'<button class="go">{escape(w.yes[act].format(person=person))}</button></form>'
        f'<p><a href="{desk.to(f"operator/{study.id}")}">{escape(w.no)}</a></p>'
    )
    return _page(desk, _title(desk, study), [_paragraph(w.sure[act].format(person=person)), form])


def _facts(w: OperatorWords, status: StudyStatus) -> str:
    study = status.study
    balance = " · ".join(f"{order}: {n}" for order, n in status.balance.items())
    facts = (
        (w.state, _state(w, study)),
        (w.source, w.sources[study.source]),
        (w.places, w.places_said.format(given=status.places_given, places=status.places)),
        (w.completed, str(status.completed)),
        (w.withdrawn, str(status.withdrawn)),
        (w.replaced, str(status.replaced)),
        (w.order, balance or (w.order_later if study.state is StudyState.OPEN else NONE)),
        (w.created, f"{study.created_at:%Y-%m-%d}"),
    )
    return f"<dl>{''.join(f'<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>' for k, v in facts)}</dl>"


def _row(desk: Desk, study: Study, person: PersonStatus) -> tuple[str, ...]:
    w = desk.words
    who = w.replaces.format(label=person.label, other=person.replaces) if person.replaces else person.label
    cells = (who, w.people[person.state], w.steps[Step(person.step)], *talk_cells(person, partial(_talk, w)))
    return (*map(escape, cells), _buttons(desk, study, person))


def _talk(w: OperatorWords, talk: TalkStatus) -> str:
    return w.talk.format(turns=talk.turns, seconds=f"{talk.active_s:.0f}")


def _buttons(desk: Desk, study: Study, person: PersonStatus) -> str:
    buttons = ""
    if study.state is StudyState.OPEN and person.state in _REPLACEABLE:
        buttons += _button(desk, study, "replace", person.label)
    if study.state is not StudyState.PUBLISHED and person.state is not ParticipantState.WITHDRAWN:
        buttons += _button(desk, study, "withdraw", person.label)
    return buttons


def _acts(desk: Desk, study: Study) -> str:
    if study.state is StudyState.OPEN:
        peek = _reports(desk, study) if study.protocol.peek else _paragraph(desk.words.outcomes_later)
        return f"{peek}{_button(desk, study, 'close')}"
    published = study.state is StudyState.PUBLISHED
    return _reports(desk, study) + ("" if published else _button(desk, study, "publish"))


def _reports(desk: Desk, study: Study) -> str:
    at = f"arena/study/report/{study.id}"
    english, chinese = desk.to(at, "en"), desk.to(at, "zh")
    return (
        f'<p>{escape(desk.words.report)} · <a href="{english}" lang="en">English</a> · '
        f'<a href="{chinese}" lang="zh">中文</a></p>'
    )


def _button(desk: Desk, study: Study, act: str, person: str = "") -> str:
    """A form with one button; asks again on the page that comes, before anything is done."""
    hidden = f'<input type="hidden" name="participant" value="{escape(person)}">' if person else ""
    name = f' aria-label="{escape(desk.words.acts[act])} {escape(person)}"' if person else ""
    return (
        f'<form class="act" method="post" action="{desk.to(f"operator/{study.id}/act")}">'
        f'<input type="hidden" name="act" value="{act}">{hidden}<button{name}>{escape(desk.words.acts[act])}</button>'
        "</form>"
    )


def _title(desk: Desk, study: Study) -> str:
    titles = study.protocol.title
    return titles.get(desk.words.lang) or next(iter(titles.values()), study.id)


def _state(w: OperatorWords, study: Study) -> str:
    return f"{w.states[study.state]} · {w.early}" if study.closed_early else w.states[study.state]


def _way_back(desk: Desk) -> str:
    return f'<p><a href="{desk.to("operator")}">{escape(desk.words.back)}</a></p>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML already; the first column names its rows."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return f'<div class="wide" tabindex="0"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table></div>'


def _said(sentence: str, link: str = "", *, bad: bool = False) -> str:
    code = f"<code>{escape(link)}</code>" if link else ""
    return f'<div class="said" role="status"><p{" class=bad" if bad else ""}>{escape(sentence)}</p>{code}</div>'


def _page(desk: Desk, title: str, body: Sequence[str]) -> str:
    w = desk.words
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
    )
    other = f'<a href="{desk.to(desk.here, w.other_lang)}" hreflang="{w.other_lang}" lang="{w.other_lang}">'
    top = f"<header><b>Blindfold</b>{other}{escape(w.other_name)}</a></header>"
    main = f"<main><h1>{escape(title)}</h1>{''.join(body)}</main>"
    return f'<!doctype html><html lang="{w.lang}"><head>{head}</head><body>{top}{main}</body></html>'


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
