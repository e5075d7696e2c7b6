"""The tables of a protocol file: their keys, what values may be, and how that is said when they are not."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[a-z0-9_]{1,40}")
_LANGUAGES = ("en", "zh")
_RESERVED = frozenset({"turns", "prompt_chars", "answer_chars", "active_s", "failures", "leaked", "participant"})
"""Names that the export uses for what was measured."""


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("expected up to 40 small letters, digits and _, beginning with a letter")
    if text in _RESERVED:
        raise ValueError("expected another id; this one says what was measured in the exports")
    return text


def _filled(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("expected some text")
    return text


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise ValueError("expected up to 40 small letters, digits and _")
    return text


Id = Annotated[str, AfterValidator(_id)]
Code = Annotated[str, AfterValidator(_code)]
Text = Annotated[str, AfterValidator(_filled), Field(max_length=20_000)]
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
SecondsOrNone = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Table(BaseModel):
    """What every table of the file shares: no unknown keys, no conversions, no further changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Words(Table):
    """A text in each of the study's languages."""

    en: Text | None = None
    zh: Text | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which there is a text."""
        return tuple(language for language in _LANGUAGES if getattr(self, language))

    @model_validator(mode="after")
    def _some(self) -> Words:
        if not self.languages:
            raise ValueError("expected a text in en, zh or both")
        return self


def _everywhere(given: object) -> object:
    return {"en": given, "zh": given} if isinstance(given, str) else given


Contact = Annotated[Words, BeforeValidator(_everywhere)]
"""A text in each language, or one for all: an address needs no translation."""


class Suggestions(Table):
    """Openings to choose from, by language."""

    en: list[Text] = Field(default_factory=list)
    zh: list[Text] = Field(default_factory=list)


class OptionTable(Table):
    """One of the answers of a choice."""

    id: Code
    text: Words


class QuestionTable(Table):
    """One `[[question]]`."""

    id: Id
    kind: Literal["period", "yes_no", "yes_no_phrase", "contestant", "choice", "scale", "text"]
    moment: Literal["before", "after_period", "end"]
    role: Literal["primary", "secondary", "blinding", "background"] = "background"
    text: Words
    phrase: Words | None = None
    option: list[OptionTable] = Field(default_factory=list)
    low: Annotated[int, Field(ge=0, le=100)] = 1
    high: Annotated[int, Field(ge=1, le=100)] = 7
    required: bool = True

    @model_validator(mode="after")
    def _fitting(self) -> QuestionTable:
        for problem in (self._wrong_place(), self._wrong_parts()):
            if problem:
                raise ValueError(problem)
        return self

    def _wrong_place(self) -> str:
        """What is wrong with kind, moment and role together; empty when nothing is."""
        at_end = self.moment == "end"
        if self.kind in ("period", "contestant") and not at_end:
            return f'expected moment = "end" beside kind = "{self.kind}", which is about both periods'
        if self.role == "primary" and self.kind != "period":
            return 'expected kind = "period" beside role = "primary": the preference is what is tested'
        if self.role == "secondary" and not (self.moment == "after_period" and self.kind.startswith("yes_no")):
            return 'expected kind "yes_no" or "yes_no_phrase" and moment = "after_period" beside role = "secondary"'
        if (self.role == "blinding") != (self.kind == "contestant"):
            return 'expected role = "blinding" and kind = "contestant" together'
        return ""

    def _wrong_parts(self) -> str:
        """What is wrong with the parts that only some kinds have; empty when nothing is."""
        ids = [option.id for option in self.option]
        if self.kind == "choice" and (len(ids) < 2 or len(set(ids)) < len(ids)):
            return 'expected at least two [[question.option]] with ids of their own beside kind = "choice"'
        if self.kind != "choice" and ids:
            return f'expected no [[question.option]] beside kind = "{self.kind}"'
        if self.kind == "scale" and not self.low < self.high <= self.low + 10:
            return "expected low below high, and at most eleven steps"
        if (self.kind == "yes_no_phrase") != (self.phrase is not None):
            return 'expected [question.phrase], the wording that asks for the words, beside kind = "yes_no_phrase" only'
        return ""


class File(Table):
    """The whole file."""

    title: Words
    contestants: Annotated[list[str], Field(min_length=2, max_length=2)]
    participants: Annotated[int, Field(ge=2, le=1000)] = 12
    period_s: Seconds = 600.0
    warning_s: SecondsOrNone = 60.0
    break_s: SecondsOrNone = 60.0
    minimum_turns: Annotated[int, Field(ge=1, le=100)] = 5
    pacing: Literal["fixed", "natural"] = "fixed"
    first_text_s: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 1.5
    chars_per_s: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] = 25.0
    contact: Contact
    peek: bool = False
    instruction: Words
    consent: Words
    analysis_plan: Words
    suggestions: Suggestions = Suggestions()
    question: Annotated[list[QuestionTable], Field(min_length=1)]


TABLES: dict[str, type[Table]] = {
    "title": Words,
    "instruction": Words,
    "consent": Words,
    "analysis_plan": Words,
    "contact": Words,
    "text": Words,
    "phrase": Words,
    "suggestions": Suggestions,
    "question": QuestionTable,
    "option": OptionTable,
}
