"""Answers in which a model names itself or its maker: "I am ...", "developed by ...", "我是…", "由…开发".

Talking about a model or a company is no leak; only what an answer says of its own speaker is. Decided like this:

- Denials ("I am not ChatGPT") and what others are said to think ("people say I am ChatGPT") are no leaks; "not ChatGPT
  but Qwen" is one.
- Words within quotation marks, quoted lines and code are somebody else's, unless the whole answer is quoted.
- A part that is played is a leak when it names a model: the reader cannot tell the part from the player.
- Names that people or animals have too count where nothing says that a person or an animal is meant.

For each name the text around it, in its own sentence and of bounded length, is compared with the ways in which speakers
introduce themselves, so the work is linear in the length of the answer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from itertools import islice

from arena.chat.characters import tidy
from arena.chat.introductions import chinese, english
from arena.chat.introductions.context import REACH, Context
from arena.chat.introductions.names import Kind, Mention, names_with

MAX_MENTIONS = 100
"""Names looked at in one answer. Who speaks of models more often than this has a subject, not an introduction."""
LONGEST_SENTENCE = 400
"""Characters of a sentence that are looked at on each side of a name."""
LONGEST_PHRASE = 200

_FENCED = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
_QUOTED_LINE = re.compile(r"^ {0,3}>.*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]{0,100})\]\([^)\n]{0,200}\)")
_MARKUP = re.compile(
    r"\*{1,3}|_{2,3}|^ {0,3}#{1,6} |^[ \t]{0,20}(?:[-*+•]|\d{1,2}[.)、])\s+|[\u200b-\u200d\u2060]", re.MULTILINE
)
_SENTENCE_END = re.compile(
    r"(?<!\b01)(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|vs))(?<!\bInc)(?<!\bLtd)\.(?=\s|$|[\u4e00-\u9fff])|[!?。！？…]+|\n"
)
_QUOTES = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^”\n]{1,400}”|「[^」\n]{1,400}」|『[^』\n]{1,400}』|‘[^’\n]{1,400}’|«[^»\n]{1,400}»|`[^`\n]{1,400}`"
)

# around a word or two that nobody says of themselves, such as: my "parents" are engineers
_SCARE_QUOTES = re.compile(
    r"[\"“「『](?![^\"”」』]{0,30}(?:我|\b(?:[Ii]|[Mm]y|[Mm]e)\b))([^\"“”「」『』\n.!?。！？]{1,30})[\"”」』]"
)
_OWNED = re.compile(
    r"[ -]?|'s(?: (?:own|latest|new|newest|very own|open|little|big))*(?: \w+)? "
    r"| ?(?:公司|集团|团队|旗下|科技)*(?:最新|自主|独立|自己|家)*"
    r"(?:研发|开发|训练|推出|发布|打造|自研|創造|開發|訓練|开源)?(?:出来)?的(?:AI|人工智能|大?语言|大|智能|聊天|对话)*"
    r"(?:模型|助手|助理|机器人)? ?"
)
_APOSTROPHE = re.compile(r"(?<=\w)’(?=\w)")
_WIDE_SPACE = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_CLEANING = tuple(
    ([re.compile(sign) for sign in signs], pattern, plain)
    for signs, pattern, plain in (
        (["’"], _APOSTROPHE, "'"),
        (["```", "~~~"], _FENCED, ""),
        ([">"], _QUOTED_LINE, ""),
        ([r"\]\("], _LINK, r"\1"),
        ([r"[*_\u200b-\u200d\u2060]", r"\n[ \t]{0,20}[-+•#\d]"], _MARKUP, ""),
        ([r"[\"“「『]"], _SCARE_QUOTES, r"\1"),
        (["  ", r"[^\S\n ]"], _WIDE_SPACE, " "),
    )
)
"""What is replaced by what, in this order, where there is one of the signs, which are found much faster."""
_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}


def find_leak(answer: str, names: Collection[str]) -> str:
    """The words with which the answer names its speaker or its speaker's maker; "" if there are none.

    Args:
        answer: the text that was shown.
        names: the contestants' own names and display names; well-known models and makers are looked for anyway.
    """
    text = _plain(answer)
    quoted = _quotations(text)
    for offset, context in islice(_contexts(text, names), MAX_MENTIONS):
        for introduction in (english.introduction, chinese.introduction):
            start = introduction(context)
            if start is not None and not any(a <= offset + start and offset + context.start < b for a, b in quoted):
                return context.sentence[start : context.end].strip()[:LONGEST_PHRASE]
    return ""


def _plain(answer: str) -> str:
    """The answer without code, quoted lines and markup, its characters in their plain form."""
    text = f"\n{tidy(answer)}"  # a sign that begins a line comes after the end of another
    text = text if text.isascii() else text.translate(_HALF_WIDTH)
    for signs, pattern, plain in _CLEANING:
        if any(sign.search(text) for sign in signs):
            text = pattern.sub(plain, text)
    return text


def _quotations(text: str) -> list[tuple[int, int]]:
    """Where words are quoted; an answer that is one quotation quotes nobody."""
    spans = [found.span() for found in _QUOTES.finditer(text)]
    whole = len(text.strip())
    return [(start, end) for start, end in spans if end - start < whole]


def _contexts(text: str, names: Collection[str]) -> Iterator[tuple[int, Context]]:
    """Every name with its sentence, and where the sentence begins."""
    known = names_with(frozenset(names))
    mentions = list(known.find(text))
    ends = [found.end() for found in _SENTENCE_END.finditer(text)] if mentions else []
    for maker, mention in zip([None, *mentions], mentions, strict=False):
        i = bisect_right(ends, mention.start)
        first = max(ends[i - 1] if i else 0, mention.start - LONGEST_SENTENCE)
        last = min(ends[i] if i < len(ends) else len(text), mention.end + LONGEST_SENTENCE)
        owned = maker is not None and maker.start >= first and _owns(text, maker, mention)
        yield (
            first,
            Context(
                sentence=text[first:last].rstrip(),
                previous=text[max(0, first - REACH) : first],
                following=text[last : last + REACH],
                kind=mention.kind,
                start=mention.start - first,
                end=mention.end - first,
                since=max(0, maker.end - first) if maker and not owned else 0,
                lead=(maker if maker and owned else mention).start - first,
            ),
        )


def _owns(text: str, maker: Mention, mention: Mention) -> bool:
    return maker.kind is Kind.MAKER and _OWNED.fullmatch(text, maker.end, mention.start) is not None
