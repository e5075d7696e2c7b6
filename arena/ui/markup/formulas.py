r"""Formulas: `$x$`, `$$x$$`, `\(x\)` and `\[x\]` found in Markdown and written as MathML.

A dollar sign is money far more often than mathematics, so `$...$` has to look like a formula. Every search is bounded.
MathML is written here from the elements that the converter builds, tag by tag from an allow-list: the converter's own
serialiser lets text out unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml import exceptions
from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MAX_FORMULA = 2000
"""Characters of one formula; what is longer stays text."""
MAX_FORMULA_LINES = 40
MAX_DEPTH = 40
"""Braces and environments within one another; a deeper formula is shown as its source."""

_TAGS = (
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle"
    " mpadded mphantom"
)
MATHML_TAGS = frozenset(_TAGS.split())
MATHML_ATTRIBUTES = {
    "math": frozenset({"display"}),
    "mi": frozenset({"mathvariant"}),
    "mo": frozenset({"stretchy", "fence", "form", "mathvariant", "minsize", "maxsize"}),
    "mspace": frozenset({"width"}),
    "mstyle": frozenset({"displaystyle", "scriptlevel"}),
    "mfrac": frozenset({"linethickness"}),
}
_ATTRIBUTE_VALUE = re.compile(r"-?[\w.]{1,20}%?")
_LENGTH = re.compile(r"-?[\d.]{1,10}(?:em|px|pt|ex)?")
_LARGE = re.compile(r"\d{3}|\d(?:cm|in)")
_DEFINES = re.compile(r"\\(?:re|provide)?(?:newcommand|newenvironment|def|let|DeclareMathOperator)\b|\\[gex]?def\b")
_NESTING = re.compile(r"\\[{}]|[{}]|\\left\b|\\right\b|\\begin\b|\\end\b")
_OPENS = frozenset({"{", r"\left", r"\begin"})
_CLOSES = frozenset({"}", r"\right", r"\end"})
# the converter's errors have no common root, and unusual input also ends in errors of Python's own
_CONVERTER_ERRORS: tuple[type[Exception], ...] = (
    *(error for error in vars(exceptions).values() if isinstance(error, type) and issubclass(error, Exception)),
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)

_OTHER_BLOCK = re.compile(r"#{1,6}\s|```|~~~")
_PAIRS = {"$$": "$$", r"\[": r"\]", r"\(": r"\)"}
_DISPLAY = frozenset({"$$", r"\["})
_OPERATOR = re.compile(r"[\\^_={}+*<>|]")
_WORD = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{3,}")
_PLAIN_NUMBER = re.compile(r"[\d.,\s()%/−-]*[a-zA-Z]?")


def add_formulas(md: MarkdownIt) -> None:
    """Teach the parser the four ways to write a formula."""
    md.inline.ruler.before("escape", "formula", _inline_rule)
    md.block.ruler.before("fence", "formula_block", _block_rule, {"alt": ["paragraph", "blockquote", "list"]})
    md.add_render_rule("formula", lambda _, tokens, i, *__: _inline_html(tokens[i].content, tokens[i].markup))
    md.add_render_rule("formula_block", lambda _, tokens, i, *__: _block_html(tokens[i].content, tokens[i].markup))


@lru_cache(maxsize=1024)
def formula_html(source: str, opening: str) -> str:
    """MathML of a formula, or its source as code where it cannot be read."""
    display = "block" if opening in _DISPLAY else "inline"
    try:
        if _DEFINES.search(source) or _depth(source) > MAX_DEPTH:
            raise ValueError(source)
        return "".join(_serialise(Converter(display=display).convert_to_element(source)))
    except _CONVERTER_ERRORS:
        return f"<code>{escape(opening + source + _PAIRS.get(opening, opening))}</code>"


def _inline_html(source: str, opening: str) -> str:
    html = formula_html(source, opening)
    return f'<span class="formula" tabindex="0">{html}</span>' if opening in _DISPLAY else html


def _block_html(source: str, opening: str) -> str:
    return f'<div class="formula" tabindex="0">{formula_html(source, opening)}</div>\n'


def _depth(source: str) -> int:
    depth = deepest = 0
    for mark in _NESTING.findall(source):
        depth += (mark in _OPENS) - (mark in _CLOSES)
        deepest = max(deepest, depth)
    return deepest


def _serialise(element: Element) -> Iterator[str]:
    tag, attributes = element.tag, dict(_attributes(element))
    if tag == "menclose":  # browsers draw no menclose; a box around a result is drawn by the style sheet
        tag, attributes = "mrow", {"class": "boxed"} if "box" in element.get("notation", "") else {}
    known = tag in MATHML_TAGS
    if known:
        yield f"<{tag}" + "".join(f' {name}="{escape(value)}"' for name, value in attributes.items()) + ">"
    # symbols are kept as character references in the elements' text
    yield escape(unescape(element.text or ""))
    for child in element:
        yield from _serialise(child)
    if known:
        yield f"</{tag}>"


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    for name in MATHML_ATTRIBUTES.get(element.tag, ()):
        value = element.get(name, "")
        shape = _LENGTH if name == "width" else _ATTRIBUTE_VALUE
        if shape.fullmatch(value) and not _LARGE.search(value):
            yield name, value


def _inline_rule(state: StateInline, silent: bool) -> bool:
    source, pos = state.src, state.pos
    if source[pos] not in "$\\":
        return False
    opening = source[pos : pos + 2]
    if opening in _PAIRS:
        end = source.find(_PAIRS[opening], pos + 2, pos + 2 + MAX_FORMULA)
        content = source[pos + 2 : end] if end > 0 else ""
    elif source[pos] == "$":
        opening, content = "$", _between_dollars(source, pos)
    else:
        return False
    if not content.strip():
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = content, opening
    state.pos = pos + 2 * len(opening) + len(content)
    return True


def _between_dollars(source: str, pos: int) -> str:
    """What stands between this dollar sign and the next, if that is a formula."""
    end = source.find("$", pos + 1, pos + 1 + MAX_FORMULA)
    while end > 0 and source[end - 1] == "\\":
        end = source.find("$", end + 1, pos + 1 + MAX_FORMULA)
    content = source[pos + 1 : end] if end > 0 else ""
    if not content or content[0].isspace() or content[-1].isspace():
        return ""
    before, after = source[pos - 1 : pos] if pos else "", source[end + 1 : end + 2]
    return content if _is_formula(content, before, after) else ""


def _is_formula(content: str, before: str, after: str) -> bool:
    """Whether `$content$` is mathematics rather than two prices or two shell variables."""
    if _is_word(before) or (after.isascii() and after.isdigit()):
        return False
    marked = bool(_OPERATOR.search(content))
    if _is_word(after) and not marked and len(content) > 2:
        return False
    if content[0].isdigit():
        return not _WORD.search(content) if marked else bool(_PLAIN_NUMBER.fullmatch(content))
    return marked or not _WORD.search(content)


def _is_word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _block_rule(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    opening = _line(state, start_line)[:2]
    if opening not in _DISPLAY or state.is_code_block(start_line):
        return False
    found = _block_content(state, start_line, min(end_line, start_line + MAX_FORMULA_LINES), _PAIRS[opening])
    if found is None:
        return False
    if not silent:
        token = state.push("formula_block", "math", 0)
        token.content, token.markup, token.block, token.map = found[0], opening, True, [start_line, found[1]]
        state.line = found[1]
    return True


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _block_content(state: StateBlock, start: int, end: int, closing: str) -> tuple[str, int] | None:
    """The formula and the line after it, or None when it is not closed at a line's end before a blank line."""
    lines: list[str] = []
    for number in range(start, end):
        text = _line(state, number).rstrip()
        text = text[2:] if number == start else text
        if (not text and number > start) or state.sCount[number] < state.blkIndent or _OTHER_BLOCK.match(text):
            return None
        if closing in text:
            lines.append(text.removesuffix(closing))
            content = "\n".join(lines)
            good = text.index(closing) == len(text) - 2 and content.strip() and len(content) <= MAX_FORMULA
            return (content, number + 1) if good else None
        lines.append(text)
    return None
