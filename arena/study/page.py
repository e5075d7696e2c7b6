"""The parts of a study's HTML pages: self-contained, printed on A4, and every text escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from arena.analysis.report import STYLE

EXTRA = """
td,th{vertical-align:top}th,.prose td{white-space:normal}
thead th{min-width:2.1em}tbody th{font-weight:400;min-width:7em}
td:first-child,th:first-child{text-align:left}
.asked{font-size:14px}.asked th,.asked td{padding-left:5px;padding-right:5px}.asked tbody th{min-width:10em}
.prose td,.prose th{text-align:left}.prose th{min-width:5em}
caption{text-align:left;color:var(--muted);font-size:15px;padding-bottom:4px;
position:sticky;left:0;max-width:calc(100vw - 40px)}
.badge{display:inline-block;border:2px solid var(--ink);border-radius:4px;padding:0 8px;font-size:15px;font-weight:600}
h2 .badge{margin-left:8px;border-width:1px;font-weight:400;font-size:13px}
.hash{font-family:ui-monospace,monospace;font-size:13px;overflow-wrap:anywhere}
blockquote{margin:8px 0;padding-left:12px;border-left:3px solid var(--line)}
.plot .join,.plot .box{stroke:var(--line)}.plot .box{fill:none}
.plot .curve{fill:none;stroke:var(--ink);stroke-width:2}
.plot .full{fill:var(--ink)}.plot .hollow{fill:none;stroke:var(--ink)}
.plot text.on-full{fill:var(--paper)}
@media screen and (max-width:640px){thead th{word-break:keep-all}
.prose thead{display:none}.prose tr,.prose th,.prose td{display:block}.prose th,.prose td{border:0;padding:2px 0}
.prose tr{border-bottom:1px solid var(--line);padding:8px 0}.prose tbody th{font-weight:600}
.prose td::before{content:attr(data-column);display:block;color:var(--muted);font-size:13px}}
@media print{h2{break-after:avoid}.wide{overflow:visible}svg.plot{min-width:0}}
"""


def page(name: str, body: Iterable[str], language: str) -> str:
    """The whole page."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{_safe(name)}</title>'
    start = f'<!doctype html><html lang="{language}"><head>{head}<style>{STYLE}{EXTRA}</style></head>'
    return f"{start}<body><main>{''.join(body)}</main></body></html>"


def title(text: str, labels: Iterable[str]) -> str:
    """The page's heading, and under it what must be said first."""
    said = "".join(f"<p>{label(name)}</p>" for name in labels)
    return f"<h1>{_safe(text)}</h1>{said}"


def heading(text: str, badge: str = "") -> str:
    """A section's heading, with what must be said everywhere."""
    return f"<h2>{_safe(text)}{f' {label(badge)}' if badge else ''}</h2>"


def label(text: str) -> str:
    """A framed word."""
    return f'<span class="badge">{_safe(text)}</span>'


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph; line breaks in the text stay."""
    shown = "<br>".join(map(_safe, text.splitlines()))
    return f'<p class="{kind}">{shown}</p>' if kind else f"<p>{shown}</p>"


def bullets(texts: Iterable[str]) -> str:
    """A list."""
    return f"<ul>{''.join(f'<li>{_safe(text)}</li>' for text in texts)}</ul>"


def quote(text: str) -> str:
    """Somebody's words."""
    return f"<blockquote>{_safe(text)}</blockquote>"


def figure(svg: str, caption: str) -> str:
    """A plot with what to see in it."""
    return f'<figure><div class="wide" tabindex="0">{svg}</div><figcaption>{_safe(caption)}</figcaption></figure>'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", *, kind: str = "") -> str:
    """A table; the first column names its rows. `prose` is for texts, which stand under each other on a phone."""
    head = "".join(f'<th scope="col">{_safe(name)}</th>' for name in columns)
    body = "".join(_row(columns, row) for row in rows)
    said = f"<caption>{_safe(caption)}</caption>" if caption else ""
    whole = f"{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="wide" tabindex="0"><table class="{kind}">{whole}</table></div>'


def _row(columns: Sequence[str], row: Sequence[str]) -> str:
    first, *others = map(_safe, row)
    cells = zip(columns[1:], others, strict=True)
    told = "".join(f'<td data-column="{_safe(column)}">{cell}</td>' for column, cell in cells)
    return f'<tr><th scope="row">{first}</th>{told}</tr>'


def _safe(text: str) -> str:
    return html.escape(text)
