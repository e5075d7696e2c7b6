"""The battle page's components, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import gradio as gr

from arena.models import Outcome, Side, Tag
from arena.ui.chrome import page_head, root_of, status_line
from arena.ui.examples import pick
from arena.ui.text import Texts
from arena.ui.transcript import transcript

CHIPS = 6
VOTE_IDS = {
    Outcome.MODEL_A: "vote-a",
    Outcome.MODEL_B: "vote-b",
    Outcome.TIE: "vote-tie",
    Outcome.BOTH_BAD: "vote-bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BattleParts:
    """The page's components by name."""

    transcript: gr.HTML
    status: gr.HTML
    votes_row: gr.Row
    votes: dict[Outcome, gr.Button]
    why: gr.Accordion
    tags_a: gr.CheckboxGroup
    tags_b: gr.CheckboxGroup
    comment: gr.Textbox
    reveal: gr.HTML
    after: gr.Group
    after_text: gr.Textbox
    after_save: gr.Button
    report: gr.Accordion
    report_side: gr.Radio
    report_reason: gr.Textbox
    report_send: gr.Button
    prompt: gr.Textbox
    send: gr.Button
    stop: gr.Button
    retry: gr.Button
    new_battle: gr.Button
    battle_id: gr.Textbox
    token: gr.Textbox


def battle_parts(text: Texts, max_prompt_chars: int) -> BattleParts:
    """The components, in reading order."""
    page_head(text, "")
    board = transcript(text, pick(text.lang, CHIPS, Random(text.lang)), root_of(text))  # noqa: S311 - which chips
    reveal = gr.HTML("", elem_id="reveal", visible="hidden", apply_default_css=False)
    with gr.Column(elem_id="dock"):
        status = status_line("status")
        votes_row, votes = _votes(text)
        with gr.Row(elem_id="extras"):
            why, tags, comment = _why(text)
            report, report_side, report_reason, report_send = _report(text)
        after, after_text, after_save = _after(text)
        with gr.Row(elem_id="composer"):
            prompt = gr.Textbox(
                label=text.prompt_label,
                show_label=False,
                container=False,
                placeholder=text.prompt_placeholder,
                lines=1,
                max_lines=5,
                # The server says the limit in a sentence; the browser only stops what can never be meant.
                max_length=max_prompt_chars * 4,
                autofocus=True,
                elem_id="prompt",
                scale=1,
            )
            send = gr.Button(text.send, variant="primary", elem_id="send", scale=0, min_width=96)
            stop = gr.Button(text.stop, variant="stop", elem_id="stop", visible="hidden", scale=0, min_width=96)
            retry = gr.Button(text.retry_both, elem_id="retry", visible="hidden", scale=0, min_width=96)
            new_battle = gr.Button(text.new_battle, elem_id="new-battle", visible="hidden", scale=0, min_width=96)
    return BattleParts(
        transcript=board,
        status=status,
        votes_row=votes_row,
        votes=votes,
        why=why,
        tags_a=tags[Side.A],
        tags_b=tags[Side.B],
        comment=comment,
        reveal=reveal,
        after=after,
        after_text=after_text,
        after_save=after_save,
        report=report,
        report_side=report_side,
        report_reason=report_reason,
        report_send=report_send,
        prompt=prompt,
        send=send,
        stop=stop,
        retry=retry,
        new_battle=new_battle,
        battle_id=gr.Textbox(visible="hidden", elem_id="battle-id", label="battle", show_label=False),
        token=gr.Textbox(visible="hidden", elem_id="vote-token", label="token", show_label=False),
    )


def _votes(text: Texts) -> tuple[gr.Row, dict[Outcome, gr.Button]]:
    with gr.Row(elem_id="votes", visible="hidden") as row:
        buttons = {
            outcome: gr.Button(text.outcome[outcome], elem_id=elem_id, interactive=False, min_width=80)
            for outcome, elem_id in VOTE_IDS.items()
        }
    return row, buttons


def _why(text: Texts) -> tuple[gr.Accordion, dict[Side, gr.CheckboxGroup], gr.Textbox]:
    choices = [(text.tag[tag], tag.value) for tag in Tag]
    with gr.Accordion(text.why, open=False, visible="hidden", elem_id="why") as why:
        with gr.Row():
            tags = {
                side: gr.CheckboxGroup(choices, label=text.why_side.format(side=side.upper()), elem_id=f"tags-{side}")
                for side in Side
            }
        comment = gr.Textbox(label=text.comment, placeholder=text.comment_placeholder, lines=1, elem_id="comment")
    return why, tags, comment


def _report(text: Texts) -> tuple[gr.Accordion, gr.Radio, gr.Textbox, gr.Button]:
    with gr.Accordion(text.report, open=False, visible="hidden", elem_id="report") as report:
        side = gr.Radio([(text.model[s], s.value) for s in Side], label=text.report_side, value="a")
        reason = gr.Textbox(label=text.report_reason, lines=1)
        send = gr.Button(text.report_send, size="sm", elem_id="report-send")
    return report, side, reason, send


def _after(text: Texts) -> tuple[gr.Group, gr.Textbox, gr.Button]:
    with gr.Group(visible="hidden", elem_id="after") as after, gr.Row():
        words = gr.Textbox(label=text.comment_after, show_label=False, placeholder=text.comment_after, container=False)
        save = gr.Button(text.save_comment, size="sm", scale=0, min_width=120, elem_id="comment-save")
    return after, words, save
