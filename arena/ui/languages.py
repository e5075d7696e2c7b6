"""The languages in which the pages are served, by their code."""

from __future__ import annotations

from collections.abc import Mapping

from arena.ui.text import Texts
from arena.ui.text_en import EN
from arena.ui.text_zh import ZH

TEXTS: Mapping[str, Texts] = {"en": EN, "zh": ZH}
