"""What the arena is, its rules, and which models are in it (never on which side)."""

from __future__ import annotations

from html import escape

import gradio as gr

from arena.models import Contestant, Pacing
from arena.ui.chrome import QUICK, Site, page_head
from arena.ui.text import Texts


def about_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    page_head(text, "about")
    body = gr.HTML("", elem_id="about", apply_default_css=False)

    def show() -> str:
        return about_html(list(site.contestants), site.service.rules.pacing, text)

    demo.load(show, None, body, **QUICK)


def about_html(contestants: list[Contestant], pacing: Pacing, text: Texts) -> str:
    """The page's body."""
    drawn, paced, leaks, kept = text.about_rules
    told = [drawn, *([paced] if pacing is Pacing.MATCHED else []), leaks, kept]
    rules = "".join(f"<li>{escape(rule)}</li>" for rule in told)
    models = "".join(_contestant_html(c, text) for c in contestants)
    return (
        f'<section class="page"><h1>{escape(text.about_title)}</h1><p>{escape(text.about_intro)}</p>'
        f"<ul>{rules}</ul><p>{escape(text.privacy)}</p><h2>{escape(text.about_contestants)}</h2>"
        f'<ul class="models">{models}</ul></section>'
    )


def _contestant_html(contestant: Contestant, text: Texts) -> str:
    lines = [contestant.about.get(text.lang, ""), contestant.notice]
    if contestant.licence:
        lines.append(f"{text.licence}: {contestant.licence}")
    details = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return f"<li><h3>{escape(contestant.display)}</h3>{details}</li>"
