"""What the panel of a study's page can ask for, read from the event that the browser sends. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arena.errors import Refusal, UserError
from arena.study.acts import Given

MAX_CHARS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAct:
    """A click in the panel with the fields around it."""

    act: str
    question: str = ""
    period: int = 0
    value: str = ""
    phrase: str = ""
    resume: str = ""
    erase: bool = False

    @property
    def given(self) -> Given:
        """The answer to a question."""
        return Given(question=self.question, period=self.period, value=self.value, phrase=self.phrase)


def read_act(data: Mapping[str, Any]) -> PanelAct:
    """The act of an event. Raises `UserError` for one that no page of ours sends."""
    texts = {key: data.get(key, "") for key in ("act", "question", "value", "phrase", "resume")}
    period, erase = data.get("period", 0), data.get("erase", False)
    strings = all(isinstance(text, str) and len(text) <= MAX_CHARS for text in texts.values())
    if not strings or type(period) is not int or not isinstance(erase, bool):
        raise UserError(Refusal.STUDY_BAD_ANSWER)
    return PanelAct(**texts, period=period, erase=erase)
