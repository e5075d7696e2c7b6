"""The leaderboard page: which votes, style control, and the results. A visit costs one fit on the maintained counts."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr
import structlog

from arena.analysis.board import ALL
from arena.errors import StoreError
from arena.ui.board_html import Names, board_html
from arena.ui.board_text import TEXTS, slice_name
from arena.ui.chrome import QUICK, Site, page_head
from arena.ui.text import Texts

REFRESH_S = 15.0

log = structlog.get_logger()


def leaderboard_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    said = TEXTS[text.lang]
    page_head(text, "leaderboard")
    gr.HTML(
        f'<section class="page lead"><h1>{escape(text.board_title)}</h1><p>{escape(said.intro)}</p></section>',
        apply_default_css=False,
    )
    with gr.Row(elem_id="board-choice"):
        part = gr.Radio([(slice_name(ALL, said), ALL)], value=ALL, label=said.choose, elem_id="board-slice")
        style = gr.Checkbox(label=said.style, elem_id="board-style", scale=0, min_width=160)
    board = gr.HTML("", elem_id="leaderboard", apply_default_css=False)
    last = gr.State("")
    timer = gr.Timer(REFRESH_S)

    async def show(key: str | None, styled: bool, before: str) -> dict[Any, Any]:
        """The board, or nothing where it has not changed: the page stays where its reader is."""
        try:
            shown = await site.keeper.show(key or ALL, style=bool(styled))
        except StoreError as error:
            log.warning("leaderboard_store_error", error=str(error))
            return {board: f'<section class="page"><p role="alert">{escape(text.board_down)}</p></section>', last: ""}
        names = Names(displays=site.displays, notices=site.notices)
        html = board_html(shown, names, text)
        slices = shown.slices if (key or ALL) in shown.slices else (*shown.slices, key)
        choices = [(slice_name(one, said), one) for one in slices if one]
        now = f"{html}{choices}"
        return {last: now} if now == before else {board: html, part: gr.Radio(choices=choices), last: now}

    inputs, outputs = [part, style, last], [board, part, last]
    demo.load(show, inputs, outputs, **QUICK)
    timer.tick(show, inputs, outputs, **QUICK)
    for chosen in (part, style):
        chosen.input(show, inputs, outputs, **QUICK)
