"""The colours of code are readable: WCAG 2's contrast ratio, computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from arena.ui.markup.code import TOKEN_CLASSES

CSS = (Path(__file__).parents[3] / "arena" / "ui" / "code.css").read_text(encoding="utf-8")
BACKGROUNDS = {
    "light": ["#F1EFE9", "#FBFAF7", "#EEF0FC", "#FBEFE9"],
    "dark": ["#1C212B", "#12151B", "#1B2136", "#2B1D16"],
}
"""Code background, paper and the sides' tints."""


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def palette(theme: str) -> dict[str, str]:
    light, dark = re.findall(r"answer \{([^}]*--tok[^}]*)\}", CSS)
    return dict(re.findall(r"--(tok-\w+): (#[0-9A-F]{6})", light if theme == "light" else dark))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_is_readable_wherever_code_stands(theme: str) -> None:
    colours = palette(theme)
    assert set(colours) == TOKEN_CLASSES
    assert min(contrast(colour, ground) for colour in colours.values() for ground in BACKGROUNDS[theme]) >= 4.5


def test_every_class_of_code_has_a_rule() -> None:
    assert set(re.findall(r"\.(tok-\w+) \{", CSS)) == TOKEN_CLASSES


def test_contrast_is_computed_as_the_guidelines_say() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
