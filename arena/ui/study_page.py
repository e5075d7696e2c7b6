"""A study's page: what leads from its components to its handlers."""

from __future__ import annotations

import gradio as gr

from arena.ui.chrome import QUICK, Site
from arena.ui.study_handlers import StudyHandlers
from arena.ui.study_parts import StudyParts, study_parts
from arena.ui.study_text import STUDY_WORDS
from arena.ui.text import Texts


def study_page(demo: gr.Blocks, site: Site, text: Texts) -> None:
    """Build the page inside the current Blocks."""
    rules = site.studies.service.rules
    parts = study_parts(text, STUDY_WORDS[text.lang], rules.max_prompt_chars, rules.beat_s)
    wire(demo, parts, StudyHandlers(site, text, parts))


def wire(demo: gr.Blocks, parts: StudyParts, handlers: StudyHandlers) -> None:
    """Connect events with handlers."""
    outputs, place = handlers.outputs, [parts.code]
    demo.load(handlers.attach, None, outputs, **QUICK)
    parts.panel.submit(handlers.act, place, outputs, **QUICK)
    gr.on([parts.send.click, parts.prompt.submit], handlers.send, [parts.prompt, *place], outputs, **QUICK)
    parts.stop.click(handlers.stop, place, outputs, **QUICK)
    parts.retry.click(handlers.retry, place, outputs, **QUICK)
    parts.go_on.click(handlers.go_on, place, outputs, **QUICK)
    parts.over.click(handlers.look, place, outputs, **QUICK)
    settled = [*place, parts.stage]
    for happened in (parts.transcript.submit, parts.transcript.resync, parts.panel.resync):
        happened(handlers.settle, settled, outputs, **QUICK)
