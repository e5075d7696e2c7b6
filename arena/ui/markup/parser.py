"""Markdown parsed into tokens, and tokens into sanitised HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from arena.ui.markup.code import code_html
from arena.ui.markup.formulas import add_formulas
from arena.ui.markup.sanitiser import LINK_SCHEMES, sanitise

MAX_NESTING = 20
"""Quotes and lists within one another; the parser would drop what is nested deeper, so that is shown as written."""

_NEWLINE = re.compile("\n")
_LINE_BREAK = re.compile(r"<br\s?/?>", re.IGNORECASE)
_HOST = re.compile(r"[\w.-]+(?::\d{1,5})?")
_ALIGNMENT = re.compile(r"text-align:(left|center|right)")


class Outline:
    """Gives headings levels below the page's own, without gaps, whatever levels a model begins with."""

    TOP = 3
    BOTTOM = 6

    def __init__(self) -> None:
        self._above: list[int] = []

    def tag(self, level: int) -> str:
        """The HTML tag for the next heading, which has this level in Markdown."""
        while self._above and self._above[-1] >= level:
            self._above.pop()
        self._above.append(level)
        return f"h{min(self.TOP - 1 + len(self._above), self.BOTTOM)}"


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block: where in the text it begins, its text, its tokens."""

    start: int
    source: str
    tokens: Sequence[Token]


def parse(text: str) -> list[Block]:
    """The top-level blocks of a text."""
    tokens = _parser().parse(text)
    firsts = [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
    line_starts = [0, *(newline.end() for newline in _NEWLINE.finditer(text))]
    starts = [line_starts[(tokens[i].map or [0])[0]] for i in firsts]
    ends, lasts = [*starts, len(text)][1:], [*firsts, len(tokens)][1:]
    return [
        Block(start, text[start:end], tokens[first:last])
        for start, end, first, last in zip(starts, ends, firsts, lasts, strict=True)
    ]


def block_html(block: Block, outline: Outline) -> str:
    """Sanitised HTML of a block; a blank line where nothing is to be seen of it, so that it is never empty."""
    if any(token.level >= MAX_NESTING - 1 for token in block.tokens):
        return sanitise(f'<pre tabindex="0" class="as-written">{escape(block.source)}</pre>')
    parser = _parser()
    tokens = list(_fit_for_the_page(block.tokens, outline))
    return sanitise(parser.renderer.render(tokens, parser.options, {})) or "\n"


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Only absolute addresses of three schemes become links; others stay as they were written."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        if parts.scheme not in LINK_SCHEMES:
            return False
        return bool(parts.path if parts.scheme == "mailto" else _HOST.fullmatch(parts.netloc))


@cache
def _parser() -> MarkdownIt:
    md = _Parser("commonmark", {"html": False, "breaks": True, "maxNesting": MAX_NESTING})
    md.enable(["table", "strikethrough"])
    # a reference's definition further down would change blocks that the browser has already; a line of dashes under
    # a text is a rule in what models write, not a heading
    md.disable(["reference", "lheading", "html_block", "html_inline"])
    add_formulas(md)
    md.inline.ruler.before("autolink", "line_break", _line_break)
    for name, rule in _RENDER_RULES.items():
        md.add_render_rule(name, _as_method(rule))
    return md


def _line_break(state: StateInline, silent: bool) -> bool:
    """`<br>` is how models break lines in tables; it is the one tag that is understood."""
    found = _LINE_BREAK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


# --- tokens changed before they are rendered ---


def _fit_for_the_page(tokens: Sequence[Token], outline: Outline) -> Iterator[Token]:
    skip = 0
    for i, token in enumerate(tokens):
        if skip:
            skip -= 1
        elif token.type == "heading_open" and not tokens[i + 1].content.strip():
            skip = 2  # its text and its end: a heading without text would be read out as one
        else:
            _adapt(token, tokens, i, outline)
            yield token


def _adapt(token: Token, tokens: Sequence[Token], i: int, outline: Outline) -> None:
    if token.type == "heading_open":
        token.tag = tokens[i + 2].tag = outline.tag(int(token.tag[1]))
    elif token.type == "th_open" and not tokens[i + 1].content.strip():
        token.tag = tokens[i + 2].tag = "td"
    elif token.type == "inline":
        token.children = list(_with_link_texts(token.children or []))
    if token.type in ("th_open", "td_open"):
        alignment = _ALIGNMENT.search(str(token.attrs.pop("style", "")))
        token.attrs |= {"class": f"align-{alignment[1]}"} if alignment else {}


def _with_link_texts(children: Sequence[Token]) -> Iterator[Token]:
    """A link without a text shows its address."""
    previous: Token | None = None
    for child in children:
        if child.type == "link_close" and previous is not None and previous.type == "link_open":
            yield Token("text", "", 0, content=str(previous.attrs.get("href", "")))
        yield child
        previous = child


# --- rules of rendering ---

_Rule = Callable[[Token], str]


def _as_method(rule: _Rule) -> Callable[..., str]:
    def render(_: Any, tokens: Sequence[Token], idx: int, *__: Any) -> str:
        return rule(tokens[idx])

    return render


def _image(token: Token) -> str:
    """No picture is loaded from anywhere: its description and its address are shown as text."""
    address = str(token.attrs.get("src", ""))
    return escape(f"{token.content} ({address})" if token.content.strip() else address)


_RENDER_RULES: Mapping[str, _Rule] = {
    "fence": lambda token: code_html(token.content, token.info),
    "code_block": lambda token: code_html(token.content),
    "image": _image,
    "table_open": lambda _: '<div class="table-wrap" tabindex="0"><table>\n',
    "table_close": lambda _: "</table></div>\n",
}
