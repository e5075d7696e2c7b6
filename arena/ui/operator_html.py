"""The operator's pages as plain HTML: the studies, one study's people, the token's form. Pure; no script, no names."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from arena.study.operator import PersonStatus, StudyStatus
from arena.study_models import ParticipantState, Study, StudyState

_STYLE = """
:root{--ink:#14181F;--paper:#FBFAF7;--muted:#5B6470;--line:#8A919C;--soft:#E4E1DA}
@media (prefers-color-scheme:dark){:root{--ink:#E8EAED;--paper:#12151B;--muted:#9AA3AF;--line:#5D6674;--soft:#2A303A}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:24px}h1{font-size:26px;line-height:1.3;margin:0 0 12px}
a{color:inherit}.hash{color:var(--muted);font-size:13px;overflow-wrap:anywhere}.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:8px 12px 8px 0;text-align:left;
border-bottom:1px solid var(--soft);white-space:nowrap}thead th{font-weight:400;color:var(--muted)}
form.act{display:inline-block;margin:0 8px 8px 0}td form.act{margin:0 4px 0 0}label{display:block;margin:8px 0}
button,input{font:inherit;padding:6px 14px;border-radius:8px;
border:1px solid var(--line);background:transparent;color:inherit}
button{cursor:pointer}
"""
_REPLACEABLE = frozenset({ParticipantState.INVITED, ParticipantState.IN_PROGRESS, ParticipantState.WITHDRAWN})
_COLUMNS = ("Who", "State", "Step", "Talk 1", "Talk 2", "Failures", "Leaks", "Last seen (UTC)", "What to do")


def token_page(wrong: bool) -> str:
    """Asks for the operator's token."""
    said = _paragraph("This is not the operator's token.") if wrong else ""
    form = (
        '<form method="post" action="operator/login"><label>Operator\'s token '
        '<input type="password" name="token" autocomplete="current-password" required></label>'
        "<button>Open</button></form>"
    )
    return _page("Studies", [said, form])


def studies_page(studies: Sequence[Study]) -> str:
    """All studies, newest first."""
    if not studies:
        body = _paragraph("No studies yet. Make one with: python -m scripts.study create naturalness")
    else:
        items = "".join(
            f'<li><a href="operator/{study.id}">{escape(_title(study))}</a> · {study.state.value} · '
            f"{study.source.value} · {study.created_at:%Y-%m-%d}</li>"
            for study in reversed(studies)
        )
        body = f"<ul>{items}</ul>"
    return _page("Studies", [body])


def study_page(status: StudyStatus, said: str = "", link: str = "") -> str:
    """One study: who is where, what can be done, and after the close the reports."""
    study = status.study
    facts = (
        f"{study.state.value}{', closed early' if study.closed_early else ''} · {study.source.value} · "
        f"places {status.places}, given {status.places_given} · completed {status.completed} · "
        f"withdrawn {status.withdrawn} · replaced {status.replaced}"
    )
    balance = " · ".join(f"{order}: {n}" for order, n in status.balance.items())
    body = [
        '<p><a href="../operator">All studies</a></p>',
        _paragraph(said) if said else "",
        f"<p><code>{escape(link)}</code></p>" if link else "",
        _paragraph(facts),
        _paragraph(f"Order of the models: {balance}" if balance else "The order of the models: after the close."),
        f'<p class="hash">Study {study.id} · protocol {study.protocol_hash}</p>',
        _people(status),
        _acts(study),
    ]  # fmt: skip
    return _page(_title(study), body)


def _title(study: Study) -> str:
    return study.protocol.title.get("en") or next(iter(study.protocol.title.values()), study.id)


def _people(status: StudyStatus) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    rows = "".join(_row(status.study, person) for person in status.people)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(study: Study, person: PersonStatus) -> str:
    talks = {talk.period: f"{talk.turns} turns, {talk.active_s:.0f} s" for talk in person.talks}
    cells = (
        person.state.value,
        person.step,
        talks.get(1, "–"),
        talks.get(2, "–"),
        str(sum(talk.failures for talk in person.talks)),
        str(sum(talk.leaks for talk in person.talks)),
        f"{person.last_seen:%m-%d %H:%M}" if person.last_seen else "–",
    )
    who = person.label + (f" for {person.replaces}" if person.replaces else "")
    buttons = ""
    if study.state is StudyState.OPEN and person.state in _REPLACEABLE:
        buttons += _button(study, "replace", "Replace", person.label)
    if study.state is not StudyState.PUBLISHED and person.state is not ParticipantState.WITHDRAWN:
        buttons += _button(study, "withdraw", "Withdraw", person.label)
    row = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(who)}</th>{row}<td>{buttons}</td></tr>'


def _acts(study: Study) -> str:
    if study.state is StudyState.OPEN:
        peek = _reports(study) if study.protocol.peek else ""
        note = _paragraph("Outcomes can be looked at once the study is closed.")
        return f"{note}{_button(study, 'close', 'Close the study')}{peek}"
    published = study.state is StudyState.PUBLISHED
    return _reports(study) + ("" if published else _button(study, "publish", "Publish: withdrawals end here"))


def _reports(study: Study) -> str:
    at = f"../arena/study/report/{study.id}"
    return f'<p>Report: <a href="{at}?lang=en">English</a> · <a href="{at}?lang=zh" lang="zh">中文</a></p>'


def _button(study: Study, act: str, label: str, person: str = "") -> str:
    """A form with one button; asks again on the page that comes, before anything is done."""
    hidden = f'<input type="hidden" name="participant" value="{escape(person)}">' if person else ""
    return (
        f'<form class="act" method="post" action="../operator/{study.id}/act">'
        f'<input type="hidden" name="act" value="{act}">{hidden}<button>{escape(label)}</button></form>'
    )


def sure_page(study: Study, act: str, person: str) -> str:
    """Asks before something is done that cannot be undone."""
    whom = f" {person}" if person else ""
    sentence = {
        "replace": f"Give the place of{whom} to somebody new? The old link stops working.",
        "withdraw": f"Withdraw{whom}? Their data are left out of report and export.",
        "close": "Close the study? It takes no more answers from then on.",
        "publish": "Say that the report is published? From then on nothing can be withdrawn.",
    }[act]
    erase = (
        '<label><input type="checkbox" name="erase" value="yes"> Also erase all texts and answers, for good</label>'
        if act == "withdraw"
        else ""
    )
    form = (
        f'<form method="post" action="../../operator/{study.id}/act"><input type="hidden" name="act" value="{act}">'
        f'<input type="hidden" name="participant" value="{escape(person)}">'
        f'<input type="hidden" name="sure" value="yes">{erase}<button>Yes</button></form>'
        f'<p><a href="../../operator/{study.id}">No, go back</a></p>'
    )
    return _page(_title(study), [_paragraph(sentence), form])


def _page(title: str, body: Sequence[str]) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    main = f"<main><h1>{escape(title)}</h1>{''.join(body)}</main>"
    return f'<!doctype html><html lang="en"><head>{head}<style>{_STYLE}</style></head><body>{main}</body></html>'


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
