"""What every page has: the head with name, pages, language and theme; and what a page is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from arena.battle.service import BattleService
from arena.chat.roster import Roster
from arena.keys import COOKIE_NAME, Keys
from arena.models import Contestant
from arena.ports import Clock, Meter, Store
from arena.ui.board_keeper import BoardKeeper
from arena.ui.login.rules import Login
from arena.ui.study_site import Studies
from arena.ui.text import Texts
from arena.ui.web import ADDRESS

QUICK: Mapping[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""How every handler of a page is connected: all are short, so none waits in Gradio's queue."""

PAGES = ("", "leaderboard", "examples", "you", "about")
UNLISTED = ("study",)
"""Pages that no menu leads to."""
THEME_SCRIPT = Path(__file__).parent / "theme.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What pages are built from; made once, in the composition root. `login`: what people go through, if anything."""

    service: BattleService
    store: Store
    roster: Roster
    keys: Keys
    keeper: BoardKeeper
    clock: Clock
    meter: Meter
    studies: Studies
    login: Login | None = None

    def digest(self, request: gr.Request) -> str | None:
        """The digest of a request's rater cookie; None when it has none of ours."""
        cookies = getattr(request, "cookies", None) or {}
        return self.keys.rater_digest(cookies.get(COOKIE_NAME, ""))

    @staticmethod
    def address(request: gr.Request) -> str:
        """The hash of the address prefix that a request comes from, as `WebGuard` found it; empty when not known."""
        return str(getattr(getattr(request, "state", None), ADDRESS, ""))

    @property
    def contestants(self) -> Sequence[Contestant]:
        """The contestants of this arena; for pages of their own only, never for the battle page."""
        return self.roster.contestants

    @property
    def displays(self) -> dict[str, str]:
        """What people read, by contestant's name; for pages of their own only."""
        return {c.name: c.display for c in self.contestants}

    @property
    def notices(self) -> dict[str, str]:
        """What licences ask to be shown beside a contestant's name, where one does."""
        return {c.name: c.notice for c in self.contestants if c.notice}


def status_line(elem_id: str) -> gr.HTML:
    """A line that screen readers speak when it changes; its value is `status_html`."""
    return gr.HTML(
        '<p class="status"></p>',
        html_template='<div role="status" aria-live="polite">${value}</div>',
        elem_id=elem_id,
        apply_default_css=False,
    )


def root_of(text: Texts) -> str:
    """The way from a page to the app's root."""
    return "./" if text.lang == "en" else "../"


def page_head(text: Texts, page: str) -> gr.HTML:
    """The head of a page; `page` is one of `PAGES`."""
    names = dict(
        zip(
            PAGES, (text.nav_battle, text.nav_leaderboard, text.nav_examples, text.nav_you, text.nav_about), strict=True
        )
    )
    links = "".join(_link(f"./{path}", name, current=path == page) for path, name in names.items())
    other = f"./zh/{page}" if text.lang == "en" else f"../{page}?lang=en"
    other_lang = "zh" if text.lang == "en" else "en"
    brand = f'<a href="./">{escape(text.name)}</a>'
    # The other pages have a heading of their own.
    brand = brand if page else f"<h1>{brand}</h1>"
    return gr.HTML(
        html_template=(
            f'<header class="top" data-lang="{text.lang}"><div class="brand">{brand}'
            f"<p>{escape(text.tagline)}</p></div>"
            f'<nav aria-label="{escape(text.nav)}">{links}</nav>'
            f'<div class="switches"><a id="language" href="{other}" hreflang="{other_lang}" lang="{other_lang}">'
            f"{escape(text.other_lang_name)}</a>"
            f'<button type="button" id="theme" aria-label="{escape(text.theme)}" title="{escape(text.theme)}">'
            '<span aria-hidden="true">◐</span></button></div></header>'
        ),
        js_on_load=THEME_SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="top",
    )


def _link(href: str, name: str, *, current: bool) -> str:
    return f'<a href="{href}"{" aria-current=page" if current else ""}>{escape(name)}</a>'
