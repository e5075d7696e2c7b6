"""The components of a study's page, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

import gradio as gr

from arena.ui.chrome import THEME_SCRIPT, root_of, status_line
from arena.ui.study_text import StudyWords
from arena.ui.text import Texts
from arena.ui.transcript import one_transcript

_SCRIPT = Path(__file__).parent / "study.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyParts:
    """The page's components by name."""

    panel: gr.HTML
    transcript: gr.HTML
    status: gr.HTML
    prompt: gr.Textbox
    send: gr.Button
    stop: gr.Button
    retry: gr.Button
    go_on: gr.Button
    over: gr.Button
    code: gr.Textbox
    stage: gr.Textbox


def study_parts(text: Texts, words: StudyWords, max_prompt_chars: int, beat_s: float) -> StudyParts:
    """The components, in reading order."""
    study_head(text)
    panel = gr.HTML(
        "",
        html_template='<div class="study-panel">${value}</div>',
        js_on_load=_SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="study",
        base=root_of(text),
        beat_s=beat_s,
        offline=words.offline,
    )
    board = one_transcript(text, words)
    status = status_line("status")
    with gr.Column(elem_id="dock"), gr.Row(elem_id="composer"):
        prompt = gr.Textbox(
            label=words.prompt_label,
            show_label=False,
            container=False,
            lines=1,
            max_lines=5,
            max_length=max_prompt_chars * 4,
            elem_id="prompt",
            scale=1,
        )
        send = gr.Button(words.send, variant="primary", elem_id="send", scale=0, min_width=96)
        stop = gr.Button(words.stop, variant="stop", elem_id="stop", visible="hidden", scale=0, min_width=96)
        retry = gr.Button(words.retry, variant="primary", elem_id="retry", visible="hidden", scale=0, min_width=96)
        go_on = gr.Button(words.go_on, elem_id="go-on", visible="hidden", scale=0, min_width=96)
        over = gr.Button(words.over_go, variant="primary", elem_id="over", visible="hidden", scale=0, min_width=96)
    return StudyParts(
        panel=panel,
        transcript=board,
        status=status,
        prompt=prompt,
        send=send,
        stop=stop,
        retry=retry,
        go_on=go_on,
        over=over,
        code=gr.Textbox(visible="hidden", elem_id="study-code", label="code", show_label=False),
        stage=gr.Textbox(visible="hidden", elem_id="study-stage", label="stage", show_label=False),
    )


def study_head(text: Texts) -> gr.HTML:
    """The head of a study's page: name, language and theme, and no way out of the study."""
    other = "./zh/study" if text.lang == "en" else "../study"
    other_lang = "zh" if text.lang == "en" else "en"
    return gr.HTML(
        html_template=(
            f'<header class="top" data-lang="{text.lang}"><div class="brand"><p class="name">{escape(text.name)}</p>'
            f'</div><div class="switches"><a id="language" href="{other}?lang={other_lang}" hreflang="{other_lang}" '
            f'lang="{other_lang}">{escape(text.other_lang_name)}</a>'
            f'<button type="button" id="theme" aria-label="{escape(text.theme)}" title="{escape(text.theme)}">'
            '<span aria-hidden="true">◐</span></button></div></header>'
        ),
        js_on_load=THEME_SCRIPT.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id="top",
    )
