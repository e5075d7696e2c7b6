"""The leaderboard page: pairs, and how many votes count. Its cost does not grow with the votes."""

from __future__ import annotations

from html import escape

import gradio as gr
import structlog

from arena.analysis.standings import PairRow, Standings, standings
from arena.errors import StoreError
from arena.models import Standing
from arena.ui.chrome import QUICK, Site, page_head
from arena.ui.text import Texts

REFRESH_S = 10.0

log = structlog.get_logger()


def leaderboard_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    page_head(text, "leaderboard")
    board = gr.HTML("", elem_id="leaderboard", apply_default_css=False)
    refresh = gr.Button(text.board_refresh, size="sm", elem_id="board-refresh")
    timer = gr.Timer(REFRESH_S)

    async def show() -> str:
        try:
            now = standings(await site.store.vote_counts())
            last = await site.store.last_vote_at()
        except StoreError as error:
            log.warning("leaderboard_store_error", error=str(error))
            return f'<section class="page"><p role="alert">{escape(text.board_down)}</p></section>'
        when = last.strftime("%Y-%m-%d %H:%M") if last else text.never
        return leaderboard_html(now, when, site.displays, text)

    demo.load(show, None, board, **QUICK)
    refresh.click(show, None, board, **QUICK)
    timer.tick(show, None, board, **QUICK)


def leaderboard_html(now: Standings, when: str, displays: dict[str, str], text: Texts) -> str:
    """The whole table as HTML; `displays` maps contestants' names to what people read."""
    rows = "".join(_row_html(row, displays) for row in now.rows)
    heads = (text.board_wins, text.board_losses, text.board_ties, text.board_bad, text.board_votes, text.board_rate)
    head = f'<th scope="col">{escape(text.board_pair)}</th>' + "".join(
        f'<th scope="col" class="n">{escape(name)}</th>' for name in heads
    )
    table = (
        f'<div class="table-wrap" tabindex="0" role="region" aria-label="{escape(text.board_title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="fine">{escape(text.board_rate_note)}</p>'
        if rows
        else f'<p class="nothing">{escape(text.board_empty)}</p>'
    )
    return (
        f'<section class="page"><h1>{escape(text.board_title)}</h1><p>{escape(text.board_intro)}</p>{table}'
        f"{_totals_html(now, text)}<p class='fine'>{escape(text.board_updated.format(when=when))}</p></section>"
    )


def _row_html(row: PairRow, displays: dict[str, str]) -> str:
    names = f"{escape(displays.get(row.first, row.first))} : {escape(displays.get(row.second, row.second))}"
    numbers = (row.wins, row.losses, row.ties, row.both_bad, row.votes)
    cells = "".join(f'<td class="n">{n:,}</td>' for n in numbers)
    rate = "–"
    if (won := row.win_rate) is not None:
        rate = f"<strong>{won.estimate:.1%}</strong> <span>({won.lower:.1%} – {won.upper:.1%})</span>"
    return f'<tr><th scope="row">{names}</th>{cells}<td class="n">{rate}</td></tr>'


def _totals_html(now: Standings, text: Texts) -> str:
    reasons = "".join(
        f"<li>{escape(text.standing[standing])}: {n:,}</li>"
        for standing, n in now.by_standing.items()
        if standing is not Standing.COUNTED
    )
    return (
        f'<dl class="totals"><div><dt>{escape(text.board_counted)}</dt><dd>{now.counted:,}</dd></div>'
        f"<div><dt>{escape(text.board_not_counted)}</dt><dd>{now.not_counted:,}"
        f"{f'<ul>{reasons}</ul>' if reasons else ''}</dd></div></dl>"
    )
