"""Markdown counts of an answer, for style control: what the public data set has in `conv_metadata`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CODE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)", re.DOTALL | re.MULTILINE)
_HEADER = re.compile(r"^(#{1,6})\s", re.MULTILINE)
_LISTS = {
    "ordered": re.compile(r"^[ \t]*\d+\.\s", re.MULTILINE),
    "unordered": re.compile(r"^[ \t]*[-*+]\s", re.MULTILINE),
}
_BOLD = {"**": re.compile(r"\*\*[^*\n]+\*\*"), "__": re.compile(r"__[^_\n]+__")}


def header_count(texts: Iterable[str]) -> dict[str, int]:
    """Headers by level, `h1` to `h6`, outside code blocks."""
    levels = [len(marks) for text in texts for marks in _HEADER.findall(_prose(text))]
    return {f"h{level}": levels.count(level) for level in range(1, 7)}


def list_count(texts: Iterable[str]) -> dict[str, int]:
    """List items, ordered and unordered, outside code blocks."""
    return _counts(_LISTS, texts)


def bold_count(texts: Iterable[str]) -> dict[str, int]:
    """Bold passages by their mark, outside code blocks."""
    return _counts(_BOLD, texts)


def _counts(patterns: dict[str, re.Pattern[str]], texts: Iterable[str]) -> dict[str, int]:
    prose = [_prose(text) for text in texts]
    return {name: sum(len(pattern.findall(text)) for text in prose) for name, pattern in patterns.items()}


def _prose(text: str) -> str:
    return _CODE.sub("", text)
