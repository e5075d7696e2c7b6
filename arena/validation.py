"""What pydantic found wrong, in the words of somebody who sets up an arena."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic_core import ErrorDetails

_PLAINER = {
    "Input should be": "expected",
    "expected greater": "expected a number greater",
    "expected less": "expected a number less",
    "a valid boolean": "true or false",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid string": "a text in quotes",
    "a valid dictionary or instance of": "a table like",
    "a valid list": "a list",
    "Field required": "is missing",
}
"""Pydantic's words, and ours."""


def expectation(wrong: ErrorDetails) -> str:
    """What was expected of a value, without the value."""
    text = wrong["msg"].removeprefix("Value error, ").split(", unable")[0]
    for words, plainer in _PLAINER.items():
        text = text.replace(words, plainer)
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean x?` for the known name that is nearest, or nothing when none is near."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
