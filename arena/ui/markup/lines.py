"""Where in a growing text a new block may have begun: a cheap look at each line, once, before anything is parsed."""

from __future__ import annotations

import re

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_FORMULA = re.compile(r" {0,3}(\$\$|\\\[)")
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)")
_LIST_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_CLOSING = {"$$": "$$", "\\[": "\\]"}


class Lines:
    """Follows a text line by line.

    It may overlook a new block, which is then noticed with the next one, and may see one where there is none: the
    parser decides. What it must not do is wait for the parser, or make it parse at every line of a long block.
    """

    def __init__(self) -> None:
        self._fence = ""
        self._formula = ""
        self._after_end = True
        self._in_list = False

    def begins_block(self, line: str) -> bool:
        """Take a whole line, without its newline; whether a block may begin with it."""
        if self._fence:
            self._close_fence(line)
            return False
        if self._formula:
            self._close_formula(line)
            return False
        if not line.strip(" \t"):
            self._after_end = True
            return False
        begins = self._begins(line)
        self._take(line, begins)
        return begins

    def surely_begins_block(self, start: str) -> bool:
        """Whether a block begins with a line of which only the start is known: only where it can be nothing else."""
        open_block = self._fence or self._formula
        return self._after_end and not open_block and bool(start) and start[0].isalpha()

    def _begins(self, line: str) -> bool:
        if line[0] in " \t":
            return False
        if _LIST_ITEM.match(line):
            return self._after_end and not self._in_list
        return self._after_end or bool(_HEADING.match(line) or _FENCE.match(line))

    def _take(self, line: str, begins: bool) -> None:
        fence, formula = _FENCE.match(line), _FORMULA.match(line)
        if fence:
            self._fence = fence[1]
        elif formula and _CLOSING[formula[1]] not in line[formula.end() :]:
            self._formula = _CLOSING[formula[1]]
        is_item = bool(_LIST_ITEM.match(line))
        self._in_list = is_item or (self._in_list and not begins)
        self._after_end = bool(_HEADING.match(line))

    def _close_fence(self, line: str) -> None:
        mark = line.strip()
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]):
            self._fence = ""
            self._after_end = True

    def _close_formula(self, line: str) -> None:
        if not line.strip() or self._formula in line:
            self._formula = ""
            self._after_end = True
