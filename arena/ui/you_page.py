"""A person's own votes, their erasure code, and erasing."""

from __future__ import annotations

from html import escape

import gradio as gr
import structlog

from arena.errors import Refusal, StoreError, UserError
from arena.models import Battle
from arena.ui.chrome import QUICK, Site, page_head, root_of, status_line
from arena.ui.login.page import account_html
from arena.ui.login.text import LOGIN_WORDS
from arena.ui.text import Texts
from arena.ui.view import refusal_text, status_html

PROMPT_CHARS = 120

log = structlog.get_logger()


def you_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    page_head(text, "you")
    votes = gr.HTML("", elem_id="your-votes", apply_default_css=False)
    with gr.Column(elem_id="erase"):
        gr.HTML(
            f'<section class="page"><h2>{escape(text.erase_title)}</h2><p>{escape(text.erase_intro)}</p></section>',
            apply_default_css=False,
        )
        code = gr.Textbox(label=text.erase_code, elem_id="erase-code", max_length=64)
        button = gr.Button(text.erase_button, variant="stop", size="sm", elem_id="erase-button")
        said = status_line("erase-status")
    if site.login:
        gr.HTML(account_html(LOGIN_WORDS[text.lang], root_of(text)), apply_default_css=False)

    async def show(request: gr.Request) -> str:
        digest = site.digest(request)
        try:
            battles = await site.service.votes(digest)
        except StoreError as error:
            log.warning("votes_store_error", error=str(error))
            return f'<section class="page"><p role="alert">{escape(text.refusal[Refusal.NOT_SAVED])}</p></section>'
        return votes_html(list(battles), site.keys.erasure_code(digest) if digest else "", site.displays, text)

    async def erase(given: str, request: gr.Request) -> tuple[str, str]:
        try:
            withdrawn = await site.service.erase(given or "", address=site.address(request))
            sentence, tone = text.erased.format(votes=withdrawn), "good"
        except UserError as error:
            sentence, tone = refusal_text(error, text), "bad"
        except StoreError as error:
            log.warning("erase_store_error", error=str(error))
            sentence, tone = text.refusal[Refusal.NOT_SAVED], "bad"
        return status_html(sentence, tone), await show(request)

    demo.load(show, None, votes, **QUICK)
    button.click(erase, code, [said, votes], **QUICK)


def votes_html(battles: list[Battle], code: str, displays: dict[str, str], text: Texts) -> str:
    """A person's votes, newest first, and their code."""
    items = "".join(_item_html(b, displays, text) for b in battles)
    body = f'<ol class="votes-list">{items}</ol>' if items else f'<p class="nothing">{escape(text.you_none)}</p>'
    code_html = (
        f'<h2>{escape(text.you_code)}</h2><p><code class="code">{escape(code)}</code></p>'
        f'<p class="fine">{escape(text.you_code_note)}</p>'
        f'<p><a id="export" href="{root_of(text)}arena/yours" download>{escape(text.you_export)}</a></p>'
        if battles
        else ""
    )
    return (
        f'<section class="page"><h1>{escape(text.you_title)}</h1><p>{escape(text.you_intro)}</p>{body}{code_html}'
        "</section>"
    )


def _item_html(battle: Battle, displays: dict[str, str], text: Texts) -> str:
    if battle.vote is None:
        return ""
    prompt = battle.turns[0].prompt if battle.turns else ""
    short = prompt if len(prompt) <= PROMPT_CHARS else prompt[:PROMPT_CHARS] + "…"
    names = (displays.get(battle.left, battle.left), displays.get(battle.right, battle.right))
    reasons = ", ".join(text.standing[reason] for reason in battle.vote.reasons)
    return (
        f"<li><p><strong>{escape(text.outcome[battle.vote.outcome])}</strong> · A {escape(names[0])} · "
        f"B {escape(names[1])}{' · ' + escape(reasons) if reasons else ''}</p><p>{escape(short)}</p>"
        f'<p class="fine">{battle.vote.created_at:%Y-%m-%d %H:%M} UTC</p></li>'
    )
