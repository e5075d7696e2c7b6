"""The streaming component: two sides of a battle, drawn in the browser from server-sent events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

import gradio as gr

from arena.models import Side
from arena.ui.chrome import root_of
from arena.ui.examples import Example
from arena.ui.study_text import StudyWords
from arena.ui.text import Texts

_SCRIPT = Path(__file__).parent / "transcript.js"


def transcript(text: Texts, examples: Sequence[Example], base: str) -> gr.HTML:
    """The component; handlers set its props `battle`, `turns` and `state`. `base` is the way to the app's root."""
    return gr.HTML(
        value="",
        html_template=_board_html(text, examples),
        js_on_load=_SCRIPT.read_text(encoding="utf-8"),
        elem_id="transcript",
        apply_default_css=False,
        battle="",
        turns=0,
        state="empty",
        base=base,
    )


def one_transcript(text: Texts, words: StudyWords) -> gr.HTML:
    """The component with one pane, for a study's talk; the same script and the same props."""
    said = json.dumps({"waiting": text.thinking, "offline": words.offline}, ensure_ascii=False)
    cell = (
        f'<div class="answer one side-a" data-status="none"><div class="text"><div class="blocks"></div>'
        f'<div class="tail"></div></div><p class="wait">{escape(text.thinking)}</p>'
        f'<p class="broken">{escape(words.no_answer)}</p></div>'
    )
    turn = (
        f'<article class="turn"><p class="prompt"><span class="sr-only">{escape(text.you_said)}: </span>'
        f'<span class="said"></span></p><div class="pair one">{cell}</div></article>'
    )
    board = (
        f'<div class="board one" data-state="empty" data-sides="a" data-words="{escape(said)}">'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(words.page)}">'
        f'<div class="turns"></div></div>'
        f'<template class="turn-template">{turn}</template></div>'
    )
    return gr.HTML(
        value="",
        html_template=board,
        js_on_load=_SCRIPT.read_text(encoding="utf-8"),
        elem_id="transcript",
        apply_default_css=False,
        visible="hidden",
        battle="",
        turns=0,
        state="empty",
        base=root_of(text),
    )


def _board_html(text: Texts, examples: Sequence[Example]) -> str:
    said = {"waiting": text.status_waiting, "offline": text.status_offline, "lang": text.lang}
    words = json.dumps(said, ensure_ascii=False)
    tabs = "".join(
        f'<button type="button" class="tab side-{side}" data-side="{side}" '
        f'aria-pressed="{"true" if side is Side.A else "false"}">'
        f"{_disc(side)}{escape(text.model[side])}</button>"
        for side in Side
    )
    heads = "".join(f'<h2 class="head side-{side}">{_disc(side)}{escape(text.model[side])}</h2>' for side in Side)
    return (
        f'<div class="board" data-state="empty" data-tab="a" data-words="{escape(words)}">'
        f'<div class="tabs" role="group" aria-label="{escape(text.votes_label)}">{tabs}</div>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(text.nav_battle)}">'
        f'{_welcome_html(text, examples)}<div class="heads">{heads}</div><div class="turns"></div></div>'
        f'<template class="turn-template">{_turn_html(text)}</template></div>'
    )


def _welcome_html(text: Texts, examples: Sequence[Example]) -> str:
    steps = "".join(f"<li>{escape(step)}</li>" for step in text.how)
    chips = "".join(
        f'<button type="button" class="chip" data-prompt="{escape(example.text)}">{escape(example.text)}</button>'
        for example in examples
    )
    return (
        f'<div class="welcome"><h2>{escape(text.how_title)}</h2><ol>{steps}</ol>'
        f'<h2 class="small">{escape(text.try_one)}</h2><div class="chips">{chips}</div>'
        f'<p class="fine"><a href="./examples">{escape(text.more_examples)}</a></p>'
        f'<p class="fine">{escape(text.privacy)}</p></div>'
    )


def _turn_html(text: Texts) -> str:
    cells = "".join(
        f'<div class="answer side-{side}" data-status="none"><div class="text">'
        f'<div class="blocks"></div><div class="tail"></div></div>'
        f'<p class="wait">{escape(text.thinking)}</p>'
        f'<p class="broken">{escape(text.side_failed.format(side=side.upper()))}</p></div>'
        for side in Side
    )
    return (
        f'<article class="turn"><p class="prompt"><span class="sr-only">{escape(text.you_said)}: </span>'
        f'<span class="said"></span></p><div class="pair">{cells}</div></article>'
    )


def _disc(side: Side) -> str:
    return f'<span class="disc" aria-hidden="true">{side.upper()}</span>'
