"""The words of answers that a protocol does not bring along, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from arena.study.dictionary import DONT_KNOW, codes_of
from arena.study_models import Option, Protocol, Question, QuestionKind, Words

MODEL: Mapping[str, Words] = {
    "1": {"en": "Model 1", "zh": "模型 1"},
    "2": {"en": "Model 2", "zh": "模型 2"},
}
YES_NO: Mapping[str, Words] = {"yes": {"en": "Yes", "zh": "是"}, "no": {"en": "No", "zh": "否"}}
I_DONT_KNOW: Words = {"en": "I don't know", "zh": "不知道"}


def options_of(question: Question, protocol: Protocol, display: Mapping[str, str]) -> tuple[Option, ...]:
    """What a question offers; nothing for free text and scales.

    `display` has the contestants' names as people know them. They are offered in the alphabet's order, which says
    nothing about who was met first.
    """
    if question.kind in (QuestionKind.CHOICE, QuestionKind.TEXT, QuestionKind.SCALE):
        return question.options
    if question.kind is QuestionKind.CONTESTANT:
        names = sorted(protocol.contestants, key=lambda name: display.get(name, name).casefold())
        shown = {name: display.get(name, name) for name in names}
        named = tuple(Option(id=name, text={"en": text, "zh": text}) for name, text in shown.items())
        return (*named, Option(id=DONT_KNOW, text=I_DONT_KNOW))
    words = MODEL if question.kind is QuestionKind.PERIOD else YES_NO
    return tuple(Option(id=code, text=words[code]) for code in codes_of(question, protocol) or ())
