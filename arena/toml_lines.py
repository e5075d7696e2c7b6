"""Where a key stands in the text of a TOML file, which the parser does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]
"""A key as pydantic gives it: names, and positions in arrays of tables."""

_HEADER = re.compile(r"""^\s*(\[\[?)\s*([^\[\]]+?)\s*\]""")
_KEY = re.compile(r"""^\s*([\w-]+(?:\s*\.\s*[\w-]+)*|"[^"]*"|'[^']*')\s*=(.*)""")
_FENCE = re.compile(r'"""|' + r"'''")


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of a key or of the table around it; None when none of it is there."""
    wanted = tuple(path)
    best: tuple[int, int] | None = None
    for number, found in _keys(text):
        shared = min(len(found), len(wanted))
        if found[:shared] != wanted[:shared]:
            continue
        if best is None or shared > best[0]:
            best = (shared, number)
    return best[1] if best else None


def _keys(text: str) -> Iterator[tuple[int, Path]]:
    """Every header and key with its line number. Keys inside inline tables are not looked for."""
    table: Path = ()
    counts: dict[Path, int] = {}
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if header := _HEADER.match(line):
            table = _table(header, counts)
            yield number, table
        elif key := _KEY.match(line):
            yield number, table + _names(key[1])
            fence = _opened(key[2])


def _table(header: re.Match[str], counts: dict[Path, int]) -> Path:
    """The path of a header; an array's name gets the number of its newest table."""
    path: Path = ()
    names = _names(header[2])
    for position, name in enumerate(names):
        path = (*path, name)
        newest = position == len(names) - 1
        if newest and header[1] == "[[":
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _opened(value: str) -> str:
    """The fence of a text over several lines that begins in this line and does not end in it."""
    fence = _FENCE.search(value)
    return fence[0] if fence and value.count(fence[0]) == 1 else ""
