"""What a scripted model says, when, and how it goes wrong."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

LOREM = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore "
    "magna aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo"
)
CHINESE = "今天天气不错我们去公园散步吧路上可以聊聊最近看的书和电影晚上一起吃顿饭再慢慢走回家"
MARKUP = "Hi <script>alert(1)</script> <img src=x onerror=alert(2)> **bold** [link](javascript:alert(3)) "


class Fault(StrEnum):
    """The ways in which a model server misbehaves.

    Trouble in mid-answer comes after half of the tokens. `hang_last` hangs after the last token, `hang_done` after the
    finish reason, `hang_open` after all but the end of the body; `cut` resets the connection, `close` closes it, `end`
    ends the body as if all were well. `status_hang` and `wrong_type` hang in the middle of their bodies.
    """

    NONE = "none"
    STATUS = "status"
    GARBAGE = "garbage"
    REDIRECT = "redirect"
    STATUS_HANG = "status_hang"
    WRONG_TYPE = "wrong_type"
    HANG_HEADERS = "hang_headers"
    HANG_FIRST = "hang_first"
    HANG_MIDWAY = "hang_midway"
    HANG_LAST = "hang_last"
    HANG_DONE = "hang_done"
    HANG_OPEN = "hang_open"
    CUT_HEADERS = "cut_headers"
    CUT_MIDWAY = "cut_midway"
    CLOSE_MIDWAY = "close_midway"
    END_MIDWAY = "end_midway"
    ERROR_MIDWAY = "error_midway"
    MALFORMED = "malformed"
    HALF_CHAR = "half_char"
    LONG_LINE = "long_line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One model's behaviour. Times are in seconds from the arrival of the request.

    `text` None: `tokens` tokens of `language` (`en`, `zh`, `markup`). `rate`: tokens a second, 0 for all at once.
    `thinking_as`: `reasoning`, `reasoning_content`, `tags` (inline) or `close_tag` (inline, without the opening tag).
    `head_s`: until the headers; `first_s`: until the first token; `end_s`: from the last event to the end of the body.
    `fail_times`: how many requests the fault befalls before all is well; None for every one.
    `slice_bytes`: each token is sent in pieces of so many bytes. `comment_s`: a keep-alive comment every so often
    (not together with slices, which a comment would tear). `served_as`: the model's name in the stream.
    """

    text: str | None = None
    tokens: int = 20
    language: str = "en"
    thinking: str = ""
    thinking_tokens: int = 0
    thinking_as: str = "reasoning"
    head_s: float = 0.0
    first_s: float = 0.0
    rate: float = 0.0
    usage: bool = True
    done: bool = True
    finish: str = "stop"
    end_s: float = 0.0
    crlf: bool = False
    slice_bytes: int = 0
    comment_s: float = 0.0
    fault: Fault = Fault.NONE
    fail_times: int | None = None
    status: int = 500
    retry_after: str = ""
    message: str = "scripted failure"
    served_as: str = "scripted"

    def __post_init__(self) -> None:
        if self.slice_bytes and self.comment_s:
            raise ValueError("slice_bytes and comment_s do not go together")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Script:
        """A script from JSON values. Raises ValueError on a key or fault that does not exist."""
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"no such script keys: {sorted(unknown)}")
        script = cls(**values)
        return replace(script, fault=Fault(script.fault))

    def values(self) -> dict[str, Any]:
        """The script as JSON values, for `of`."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @property
    def answer(self) -> str:
        """The answer's text without any thinking."""
        return sample(self.tokens, self.language) if self.text is None else self.text

    @property
    def thoughts(self) -> str:
        """The thinking's text without any tags."""
        return self.thinking or sample(self.thinking_tokens, self.language)


def sample(tokens: int, language: str) -> str:
    """So many tokens of text without meaning."""
    if language == "zh":
        return "".join(itertools.islice(itertools.cycle(CHINESE), tokens))
    source = MARKUP if language == "markup" else LOREM
    return " ".join(itertools.islice(itertools.cycle(source.split()), tokens))


def pieces(text: str) -> list[str]:
    """A text in tokens: a Chinese character, or a word with the blanks before it. Joined they are the text again."""
    return re.findall(r"\s*[\u3400-\u9fff]|\s*[^\s\u3400-\u9fff]+|\s+", text)
