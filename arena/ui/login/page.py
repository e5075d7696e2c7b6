"""The pages around a login as plain HTML, each in both languages, as none has been chosen yet. Pure; no script."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from arena.ui.login.rules import BEGIN, LOGOUT, Login
from arena.ui.login.text import LOGIN_WORDS, LoginWords
from arena.ui.plain_style import STYLE

_ENDED = Path(__file__).parent / "ended.js"
_MORE_STYLE = (
    "main{max-width:640px}section{margin:0 0 40px}h2{font-size:26px;line-height:1.3;margin:0 0 16px}"
    "a.go{display:inline-block;padding:8px 16px;border-radius:10px;background:var(--ink);color:var(--paper);"
    "font-weight:600;text-decoration:none}"
)


def page_headers(*, in_frame: bool) -> Mapping[str, str]:
    """The headers of these pages."""
    ancestors = "*" if in_frame else "'self'"
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {ancestors}"
        ),
    }


def login_page(login: Login, way_back: str, *, new_tab: bool, first: str) -> str:
    """Asks for the login. `way_back`: where the person was going; `first`: the language that comes first."""
    begin = f"{login.url}{BEGIN}?{urlencode({'next': way_back})}"
    tab = ' target="_blank" rel="noopener"' if new_tab else ""

    def body(words: LoginWords) -> str:
        sentences = [words.for_invited if login.admitted else words.for_whom, words.kept]
        sentences += [words.own_tab] if new_tab else []
        # A link, not a form: browsers hold a form's redirects to form-action too.
        link = f'<p><a class="go" href="{escape(begin)}"{tab}>{escape(words.begin)}</a></p>'
        return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences) + link

    return _page(body, first)


def said_page(login: Login, said: Callable[[LoginWords], str], first: str) -> str:
    """A sentence, and the way to the arena, which asks for the login where there is none."""

    def body(words: LoginWords) -> str:
        link = f'<p><a href="{escape(login.url)}/">{escape(words.to_arena)}</a></p>'
        return f'<div class="said" role="status"><p>{escape(said(words))}</p></div>{link}'

    return _page(body, first)


def logout_page(first: str) -> str:
    """Asks whether to log out; a link alone could be hidden in another site's page."""

    def body(words: LoginWords) -> str:
        return (
            f'<p>{escape(words.logged_in)}</p><form method="post" action=".{LOGOUT}">'
            f'<button class="go">{escape(words.log_out)}</button></form>'
        )

    return _page(body, first)


def account_html(words: LoginWords, root: str) -> str:
    """For the page of somebody's own votes: that they are logged in, what is kept, and the way out."""
    return (
        f'<section class="page"><p>{escape(words.logged_in)}</p><p>{escape(words.kept)}</p>'
        f'<p><a id="logout" href="{root}{LOGOUT.removeprefix("/")}">{escape(words.log_out)}</a></p></section>'
    )


def ended_script(login: Login, words: LoginWords) -> str:
    """For the head of every page: says when the login has ended while the page was open."""
    said = {"ended": words.ended, "link": words.begin, "href": f"{login.url}{BEGIN}"}
    # Within a script no "<" may be read as the start of its end.
    told = json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")
    return f"<script>{{const WORDS = {told};\n{_ENDED.read_text(encoding='utf-8')}}}</script>"


def _page(body: Callable[[LoginWords], str], first: str) -> str:
    languages = sorted(LOGIN_WORDS, key=lambda lang: lang != first)
    parts = [
        f'<section lang="{lang}"><h{level}>{escape(LOGIN_WORDS[lang].title)}</h{level}>'
        f"{body(LOGIN_WORDS[lang])}</section>"
        for level, lang in enumerate(languages, start=1)
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Blindfold · {escape(LOGIN_WORDS[languages[0]].title)}</title><style>{STYLE}{_MORE_STYLE}</style>"
    )
    top = "<header><b>Blindfold</b></header>"
    return (
        f'<!doctype html><html lang="{languages[0]}"><head>{head}</head><body>{top}'
        f"<main>{''.join(parts)}</main></body></html>"
    )
