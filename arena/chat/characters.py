"""What is invisible, turns text around or cannot be stored goes from the text of people and models."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWLINE = re.compile("\r\n?|[\x85\u2028\u2029]")
_CONTROLS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters other than tab and newline
    "\u061c\u202a-\u202e\u2066-\u2069"  # controls that reorder what is around them
    "\ufff9-\ufffb\ufeff\ufffe\uffff"  # interlinear marks, the byte order mark, non-characters
)
_UNWANTED = re.compile(f"[{_CONTROLS}]")
_SUSPECT = re.compile(f"[{_CONTROLS}\u2028\u2029\ud800-\udfff]")
"""Whatever the others may match, as one set of characters, which is found much faster than one of three patterns."""


def tidy(text: str) -> str:
    """The text with plain newlines, without control characters, and fit to be encoded as UTF-8."""
    if not _SUSPECT.search(text):
        return text
    if _SURROGATE.search(text):
        # a pair that was escaped as two halves becomes its character again; a lone half becomes U+FFFD
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _UNWANTED.sub("", _NEWLINE.sub("\n", text))
