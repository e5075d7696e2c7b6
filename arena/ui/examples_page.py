"""The page of example prompts; choosing one opens the battle page with it in the box."""

from __future__ import annotations

from html import escape

import gradio as gr

from arena.ui.chrome import page_head
from arena.ui.examples import EXAMPLES, Example
from arena.ui.text import Texts


def examples_page(text: Texts) -> None:
    """Build the page inside the current Blocks."""
    page_head(text, "examples")
    gr.HTML(examples_html(text), elem_id="examples", apply_default_css=False)


def examples_html(text: Texts) -> str:
    """All examples of a language by theme."""
    themes = "".join(
        f"<h2>{escape(name)}</h2><ul>{_list_html(theme, text)}</ul>" for theme, name in text.themes.items()
    )
    return (
        f'<section class="page examples"><h1>{escape(text.examples_title)}</h1>'
        f"<p>{escape(text.examples_intro)}</p>{themes}</section>"
    )


def _list_html(theme: str, text: Texts) -> str:
    return "".join(_item_html(e) for e in EXAMPLES[text.lang] if e.theme == theme)


def _item_html(example: Example) -> str:
    return f'<li><a href="./?example={escape(example.id)}">{escape(example.text)}</a></li>'
