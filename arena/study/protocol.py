"""A protocol file (TOML) -> `Protocol`. A wrong file is refused with its line, its key and what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from arena import toml_file
from arena.study import protocol_tables as tables
from arena.study_models import Moment, Option, Protocol, Question, QuestionKind, Role, StudyPacing
from arena.toml_file import Form, Loc, Problem

PROTOCOLS = Path(__file__).parent / "protocols"


def load_protocol(source: str | Path) -> Protocol:
    """The protocol of a file, or one that comes with the arena, by its name.

    Raises:
        ConfigError: one line for each thing that is wrong.
    """
    path = toml_file.find(str(source), PROTOCOLS, "protocols")
    return read_protocol(toml_file.read(path), str(path))


def read_protocol(text: str, name: str) -> Protocol:
    """The protocol in a text; `name` stands in the messages for the file."""
    file = _FORM.parse(text, name)
    _FORM.refuse(text, name, [*_across(file), *_untranslated(file)])
    return _protocol(file)


def protocols() -> tuple[str, ...]:
    """The names of the protocols that come with the arena."""
    return toml_file.shipped(PROTOCOLS)


def _known(loc: Loc) -> list[str]:
    """The keys of the table in which this key stands."""
    names = [part for part in loc[:-1] if isinstance(part, str)]
    table = tables.TABLES[names[-1]] if names and names[-1] in tables.TABLES else tables.File
    return list(table.model_fields)


def _across(file: tables.File) -> Iterator[Problem]:
    """What can be seen only when each key is right in itself."""
    if file.contestants[0] == file.contestants[1]:
        yield Problem(("contestants",), ": expected two different names")
    if file.warning_s >= file.period_s:
        yield Problem(("warning_s",), f" = {file.warning_s}: expected less than period_s, which is {file.period_s}")
    first: dict[str, int] = {}
    for index, question in enumerate(file.question):
        if first.setdefault(question.id, index) != index:
            text = f' = "{question.id}": expected another one, question {first[question.id] + 1} has it'
            yield Problem(("question", index, "id"), text)
    roles = [question.role for question in file.question]
    if roles.count("primary") != 1:
        yield Problem(("question",), f': expected one with role = "primary", found {roles.count("primary")}')
    if roles.count("blinding") > 1:
        yield Problem(("question",), f': expected at most one with role = "blinding", found {roles.count("blinding")}')


def _untranslated(file: tables.File) -> Iterator[Problem]:
    """Texts that lack one of the study's languages, which are those of its title, or have one too many."""
    wanted = file.title.languages
    texts: list[tuple[Loc, tables.Words | None]] = [
        ((name,), getattr(file, name)) for name in ("instruction", "consent", "analysis_plan")
    ]
    for index, question in enumerate(file.question):
        texts += [(("question", index, "text"), question.text), (("question", index, "phrase"), question.phrase)]
        texts += [
            (("question", index, "option", place, "text"), option.text) for place, option in enumerate(question.option)
        ]
    if not set(wanted) <= set(file.contact.languages):
        yield Problem(("contact",), f": expected {' and '.join(wanted)}, as in the title")
    for loc, words in texts:
        if words is not None and words.languages != wanted:
            yield Problem(loc, f": expected {' and '.join(wanted)}, as in the title")


def _key(loc: Loc) -> str:
    """A key for people: they count questions from one."""
    if len(loc) < 2 or loc[0] != "question":
        return ".".join(str(part) for part in loc) or "the file"
    rest = ".".join(str(part + 1) if isinstance(part, int) else part for part in loc[2:])
    return f"question {int(loc[1]) + 1}{', ' if rest else ''}{rest}"


_FORM = Form(file=tables.File, known=_known, key=_key)


def _protocol(file: tables.File) -> Protocol:
    return Protocol(
        title=_words(file.title),
        contestants=(file.contestants[0], file.contestants[1]),
        participants=file.participants,
        period_s=file.period_s,
        warning_s=file.warning_s,
        break_s=file.break_s,
        minimum_turns=file.minimum_turns,
        pacing=StudyPacing(file.pacing),
        first_text_s=file.first_text_s,
        chars_per_s=file.chars_per_s,
        instruction=_words(file.instruction),
        consent=_words(file.consent),
        contact={language: getattr(file.contact, language) for language in file.title.languages},
        suggestions={lang: tuple(getattr(file.suggestions, lang)) for lang in file.title.languages},
        questions=tuple(_question(entry) for entry in file.question),
        analysis_plan=_words(file.analysis_plan),
        peek=file.peek,
    )


def _question(entry: tables.QuestionTable) -> Question:
    return Question(
        id=entry.id,
        kind=QuestionKind(entry.kind),
        moment=Moment(entry.moment),
        role=Role(entry.role),
        text=_words(entry.text),
        phrase=_words(entry.phrase) if entry.phrase else {},
        options=tuple(Option(id=option.id, text=_words(option.text)) for option in entry.option),
        low=entry.low,
        high=entry.high,
        required=entry.required,
    )


def _words(words: tables.Words) -> dict[str, str]:
    return {language: getattr(words, language) for language in words.languages}
