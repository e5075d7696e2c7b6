"""What a model writes as safe HTML: whole, or block by block while it grows.

No HTML of a model's is passed on, no picture is loaded, links open elsewhere and carry nothing along. Where a text
grows, its finished blocks become HTML and the rest is shown as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from arena.chat.characters import tidy
from arena.ui.markup.lines import Lines
from arena.ui.markup.parser import Block, Outline, block_html, parse

LONGEST_BLOCK = 16_000
"""Characters after which an unfinished block is given out in parts."""
PIECE = 4_000
"""A large delta is worked through in pieces of this size."""
WORK_PER_CHARACTER = 4
SPARE_WORK = 20_000
"""How many characters may be parsed: `SPARE_WORK`, and `WORK_PER_CHARACTER` for each that came. Beyond, blocks wait."""


class Growth(NamedTuple):
    """What a delta has changed: `html` comes after the HTML so far, `tail` is the whole text that is not HTML yet.

    `added` is what the tail has grown by where `html` is empty, so that not all of it need be sent again.
    """

    html: str
    tail: str
    added: str


def render(text: str) -> str:
    """Safe HTML of a whole answer."""
    stream = BlockStream()
    return stream.feed(text).html + stream.finish()


class BlockStream:
    """A growing answer."""

    def __init__(self) -> None:
        self._half = ""
        self._tail = ""
        self._seen = 0
        self._tried = -1
        self._reopened = ""
        self._lines = Lines()
        self._outline = Outline()
        self._received = 0
        self.work = 0
        """Characters parsed so far, for tests: what has to stay in proportion to the characters that came."""

    def feed(self, delta: str) -> Growth:
        """Take the next text of the answer."""
        text = tidy(self._whole_characters(delta))
        html = []
        for start in range(0, len(text), PIECE):
            piece = text[start : start + PIECE]
            self._tail += piece
            self._received += len(piece)
            html.append(self._finished_blocks())
        done = "".join(html)
        return Growth(done, self._tail, "" if done else text)

    def finish(self) -> str:
        """HTML of what was still open."""
        rest = self._reopened + self._tail + tidy(self._half)
        self._tail = self._half = self._reopened = ""
        return self._html(self._parse(rest)) if rest.strip() else ""

    def _whole_characters(self, delta: str) -> str:
        """A carriage return and the first half of a surrogate pair wait for what may follow them."""
        text = self._half + delta
        self._half = text[-1] if text and (text[-1] == "\r" or "\ud800" <= text[-1] <= "\udbff") else ""
        return text[: len(text) - len(self._half)]

    def _finished_blocks(self) -> str:
        html = ""
        place, end = self._newest_block_in_sight()
        if place and self.work + end <= SPARE_WORK + WORK_PER_CHARACTER * self._received:
            html = self._cut_before(place, end)
        while len(self._tail) > LONGEST_BLOCK:
            html += self._cut_through(_good_place(self._tail))
        return html

    def _newest_block_in_sight(self) -> tuple[int, int]:
        """Where the last line stands with which a block may begin, and how far it is known; zeros for nowhere."""
        found = 0, 0
        while (end := self._tail.find("\n", self._seen)) >= 0:
            if self._lines.begins_block(self._tail[self._seen : end]) and self._seen != self._tried:
                found = self._seen, end
            self._seen = end + 1
        if self._seen != self._tried and self._lines.surely_begins_block(self._tail[self._seen : self._seen + 1]):
            self._tried = self._seen
            found = self._seen, self._seen + 1
        return found

    def _cut_before(self, place: int, end: int) -> str:
        """Give out what stands before a place, if the parser says that a block begins there.

        Later lines are kept from the parser: half a line may look like a block that it will not be.
        """
        *finished, newest = self._parse(self._reopened + self._tail[:end])
        if not finished or newest.start != len(self._reopened) + place:
            return ""
        self._drop(place)
        self._reopened = ""
        return self._html(finished)

    def _cut_through(self, place: int) -> str:
        """Give out the beginning of a block that has become too long; code goes on in a block of its own."""
        blocks = self._parse(self._reopened + self._tail[:place])
        self._drop(place)
        self._reopened = _fence_left_open(blocks[-1]) if blocks else ""
        return self._html(blocks)

    def _parse(self, text: str) -> list[Block]:
        self.work += len(text)
        return parse(text)

    def _drop(self, size: int) -> None:
        self._tail = self._tail[size:]
        self._seen = max(0, self._seen - size)
        self._tried = -1

    def _html(self, blocks: Sequence[Block]) -> str:
        return "".join(block_html(block, self._outline) for block in blocks)


def _good_place(text: str) -> int:
    """Where to cut a text that is too long: at a line's end in the second half, at a space, or anywhere."""
    for mark in ("\n", " "):
        place = text.rfind(mark, LONGEST_BLOCK // 2, LONGEST_BLOCK)
        if place > 0:
            return place + 1
    return LONGEST_BLOCK


def _fence_left_open(block: Block) -> str:
    """The line that opens the block's code fence again, or nothing where no fence is open at its end."""
    fence = block.tokens[0]
    if fence.type != "fence":
        return ""
    last_line = block.source.rstrip().rpartition("\n")[2].strip()
    closed = last_line.startswith(fence.markup) and not last_line.strip(fence.markup[0]) and fence.content
    return "" if closed else f"{fence.markup}{fence.info}\n"
