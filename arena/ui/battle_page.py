"""The battle page: what leads from its components to its handlers."""

from __future__ import annotations

import gradio as gr

from arena.ui.battle_handlers import BattleHandlers
from arena.ui.battle_parts import BattleParts, battle_parts
from arena.ui.chrome import Site
from arena.ui.text import Texts


def battle_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    parts = battle_parts(text, site.service.rules.max_prompt_chars)
    wire(demo, parts, BattleHandlers(site, text, parts))


def wire(demo: gr.Blocks, parts: BattleParts, handlers: BattleHandlers) -> None:
    """Connect events with handlers. All are short, so none goes through Gradio's queue."""
    outputs = handlers.outputs
    quick = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    battle = [parts.battle_id]
    demo.load(handlers.attach, None, outputs, **quick)
    gr.on([parts.send.click, parts.prompt.submit], handlers.send, [parts.prompt, *battle], outputs, **quick)
    parts.stop.click(handlers.stop, battle, outputs, **quick)
    parts.retry.click(handlers.retry, battle, outputs, **quick)
    parts.new_battle.click(handlers.new_battle, battle, outputs, **quick)
    parts.transcript.submit(handlers.settle, battle, outputs, **quick)
    parts.transcript.resync(handlers.attach, None, outputs, **quick)
    ballot = [parts.battle_id, parts.token, parts.tags_a, parts.tags_b, parts.comment]
    for outcome, button in parts.votes.items():
        button.click(handlers.voter(outcome), ballot, outputs, **quick)
    parts.after_save.click(handlers.comment, [*battle, parts.after_text], outputs, **quick)
    reported = [*battle, parts.report_side, parts.report_reason]
    parts.report_send.click(handlers.report, reported, outputs, **quick)
