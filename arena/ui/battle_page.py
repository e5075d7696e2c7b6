"""The battle page: what leads from its components to its handlers."""

from __future__ import annotations

import gradio as gr

from arena.ui.battle_handlers import BattleHandlers
from arena.ui.battle_parts import BattleParts, battle_parts
from arena.ui.chrome import QUICK, Site
from arena.ui.text import Texts


def battle_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    parts = battle_parts(text, site.service.rules.max_prompt_chars)
    wire(demo, parts, BattleHandlers(site, text, parts))


def wire(demo: gr.Blocks, parts: BattleParts, handlers: BattleHandlers) -> None:
    """Connect events with handlers."""
    outputs = handlers.outputs
    battle = [parts.battle_id]
    demo.load(handlers.attach, None, outputs, **QUICK)
    gr.on([parts.send.click, parts.prompt.submit], handlers.send, [parts.prompt, *battle], outputs, **QUICK)
    parts.stop.click(handlers.stop, battle, outputs, **QUICK)
    parts.retry.click(handlers.retry, battle, outputs, **QUICK)
    parts.new_battle.click(handlers.new_battle, battle, outputs, **QUICK)
    parts.transcript.submit(handlers.settle, battle, outputs, **QUICK)
    parts.transcript.called(handlers.called, battle, outputs, **QUICK)
    parts.transcript.resync(handlers.resync, None, outputs, **QUICK)
    ballot = [parts.battle_id, parts.token, parts.tags_a, parts.tags_b, parts.comment]
    for outcome, button in parts.votes.items():
        button.click(handlers.voter(outcome), ballot, outputs, **QUICK)
    parts.after_save.click(handlers.comment, [*battle, parts.after_text], outputs, **QUICK)
    reported = [*battle, parts.report_side, parts.report_reason]
    parts.report_send.click(handlers.report, reported, outputs, **QUICK)
