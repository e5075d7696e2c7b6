r"""The final answer of a calculation in a text: in `\boxed{}` first, else what it says it is, else its last number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable
from fractions import Fraction

MAX_CHARS = 20_000
"""Only so much of an answer is looked at, from its end, where the result stands."""

_BOX = re.compile(r"\\(?:boxed|fbox)\s{0,3}\{")
_BRACE = re.compile(r"[{}]")
_NUMBER = r"[-−]?(?:\d[\d,]{0,30}(?:\.\d{1,30})?|\.\d{1,30})(?:\s?/\s?\d{1,30})?\s?%?"
_SAID = re.compile(
    rf"(?:answer|result|total|答案|结果|总共|一共|共|得|等于)(?:\s?(?:is|was|comes to|为|是|:|：|=|有)){{0,2}}\s{{0,3}}"
    rf"[*$¥￥€£]{{0,4}}\s?(?P<number>{_NUMBER})",
    re.IGNORECASE,
)
_ANY = re.compile(_NUMBER)
_FRACTION = re.compile(r"\\[dt]?frac\s?\{(-?\d{1,30})\}\s?\{(\d{1,30})\}")
_WRAPPING = re.compile(r"\\(?:text|mathrm|mathbf)\s?\{[^{}]{0,60}\}|\\[,;!: ]|[$¥￥€£*\s]|\\\(|\\\)|(?<=\d),(?=\d{3})")


def final_answer(text: str) -> Hashable | None:
    """A value that is equal for equal results (a fraction, or tidied text from a box); None without a result."""
    text = unicodedata.normalize("NFKC", text[-MAX_CHARS:])
    box = boxed(text)
    if box is not None:
        return _value(box)
    said = list(_SAID.finditer(text))
    if said:
        return _value(said[-1]["number"])
    numbers = _ANY.findall(text)
    return _value(numbers[-1]) if numbers else None


def boxed(text: str) -> str | None:
    r"""What stands in the last closed `\boxed{}`; None without one."""
    boxes = {found.end() for found in _BOX.finditer(text)}
    opened: list[int] = []
    last = (-1, -1)
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            opened.append(brace.end())
        elif opened and (start := opened.pop()) in boxes:
            last = max(last, (start, brace.start()))
    return text[slice(*last)] if last[0] >= 0 else None


def number(text: str) -> Fraction | None:
    """A number in one of the ways in which models write it; None for anything else."""
    plain = _WRAPPING.sub("", _FRACTION.sub(r"\1/\2", text)).replace("−", "-").rstrip(".。")
    percent = plain.endswith(("%", r"\%"))
    try:
        value = Fraction(plain.removesuffix("%").removesuffix("\\"))
    except (ValueError, ZeroDivisionError):
        return None
    return value / 100 if percent else value


def _value(text: str) -> Hashable | None:
    tidied = _WRAPPING.sub("", text).casefold().rstrip(".。")
    value = number(text)
    return (tidied or None) if value is None else value
