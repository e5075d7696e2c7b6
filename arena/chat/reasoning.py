"""Thinking split from the answer while a model writes.

Where the border is depends on how the model is served:

- the server sends thinking in a field of its own: its text is answer;
- the chat template has opened `<think>` already: the text begins inside the thinking and only `</think>` appears;
- the model writes `<think>` itself, at the very start.

Thinking must never reach a browser, so a contestant that thinks says nothing until its thinking has ended beyond doubt.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

OPEN = "<think>"
CLOSE = "</think>"

MAX_LEAD = 1000
"""Blank space before a tag is looked through up to here; what follows more of it is text. Keeps the work linear."""

_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")


class Split(NamedTuple):
    """What one piece of text adds to the thinking and to the answer."""

    thinking: str = ""
    answer: str = ""


class _Mode(Enum):
    START = auto()
    THINKING = auto()
    ANSWER = auto()


class _Lead(Enum):
    """What a text begins with, after blank space."""

    OPEN = OPEN
    CLOSE = CLOSE
    NONE = ""
    UNSURE = "more text will tell"


class ThinkingSplitter:
    """Splits one answer. `thinks` is the contestant's setting: without other evidence its text begins as thinking.

    A contestant that thinks and never writes `</think>` has only thought, also when it stopped by itself: a direct
    answer cannot be told from thinking that was cut.
    """

    def __init__(self, thinks: bool) -> None:
        self._closable = thinks
        self._thought = False
        self._mode = _Mode.THINKING if thinks else _Mode.START
        self._fresh = True
        self._held = ""

    def feed(self, text: str, reasoning: str = "") -> Split:
        """Take the next text, and the next reasoning of a server that sends that in a field of its own.

        From the first such reasoning on the text is answer.
        """
        if self._mode is _Mode.ANSWER and not reasoning:
            return Split("", text)
        thinking, answer, rest = [self._text_is_answer() if reasoning else "", reasoning], [""], text
        while rest:
            step, rest = self._step(rest)
            thinking.append(step.thinking)
            answer.append(step.answer)
        return Split("".join(thinking), "".join(answer))

    def finish(self) -> Split:
        """What was held back in case a tag would follow."""
        held, self._held = self._held, ""
        if self._mode is _Mode.THINKING:
            return Split(thinking=held)
        return Split(answer=self._after_thinking(held))

    def _text_is_answer(self) -> str:
        """Leave the thinking without a tag; what had been held back in it is returned."""
        self._closable = self._thought = True
        if self._mode is not _Mode.THINKING:
            return ""
        self._mode = _Mode.START
        held, self._held = self._held, ""
        return held

    def _step(self, text: str) -> tuple[Split, str]:
        if self._mode is _Mode.ANSWER:
            return Split(answer=text), ""
        text, self._held = self._held + text, ""
        return self._start(text) if self._mode is _Mode.START else self._think(text)

    def _start(self, text: str) -> tuple[Split, str]:
        text = self._after_thinking(text)
        tags = (OPEN, CLOSE) if self._closable else (OPEN,)
        lead = _lead(text, tags)
        if lead is _Lead.UNSURE:
            self._held = text
            return Split(), ""
        if lead is _Lead.NONE:
            self._mode = _Mode.ANSWER
            return Split(answer=text), ""
        if lead is _Lead.OPEN:
            self._mode, self._fresh, self._thought = _Mode.THINKING, False, True
        return Split(), text.lstrip()[len(lead.value) :]

    def _think(self, text: str) -> tuple[Split, str]:
        if self._fresh:
            lead = _lead(text, (OPEN,))
            if lead is _Lead.UNSURE:
                self._held = text
                return Split(), ""
            text = text.lstrip()[len(OPEN) :] if lead is _Lead.OPEN else text
            self._fresh = False
        thinking, closed, rest = text.partition(CLOSE)
        if closed:
            self._mode, self._closable, self._thought = _Mode.START, True, True
            return Split(thinking=thinking), rest
        keep = len(text) - _tag_begun(text)
        self._held = text[keep:]
        return Split(thinking=text[:keep]), ""

    def _after_thinking(self, text: str) -> str:
        """Blank lines between the thinking and the answer belong to neither."""
        return without_blank_lines(text) if self._thought else text


def _lead(text: str, tags: tuple[str, ...]) -> _Lead:
    begun = text.lstrip()
    if len(text) - len(begun) > MAX_LEAD:
        return _Lead.NONE
    for tag in tags:
        if begun.startswith(tag):
            return _Lead(tag)
    return _Lead.UNSURE if any(tag.startswith(begun) for tag in tags) else _Lead.NONE


def _tag_begun(text: str) -> int:
    """How many characters at the end may be the beginning of `</think>`."""
    sizes = range(min(len(CLOSE) - 1, len(text)), 0, -1)
    return next((size for size in sizes if CLOSE.startswith(text[-size:])), 0)


def without_blank_lines(text: str) -> str:
    """The text from its first line that is not blank, with that line's indentation."""
    return _BLANK_LINES.sub("", text)


def without_thinking(text: str) -> str:
    """An answer without the thinking that it begins with, if any."""
    splitter = ThinkingSplitter(thinks=False)
    return splitter.feed(text).answer + splitter.finish().answer
