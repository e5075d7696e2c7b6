"""The long format of a study's data, and its dictionary: what an export holds, what a report can be made from again.

One row per participant, period and variable. `kind` tells what a row holds: a fact of the study, that a participant
exists, a figure that was measured of a period, or an answer. The protocol is not in the table: it goes beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from arena.study_models import (
    Moment,
    ParticipantState,
    PeriodFigures,
    Protocol,
    Question,
    QuestionKind,
    Response,
    Sheet,
    Study,
    StudyRecord,
    StudySource,
    StudyState,
)

VERSION = "1"
"""Of the format; it changes when a column or a code does."""
DONT_KNOW = "dont_know"

Row = Mapping[str, str]
"""A row of the long format: every column of `COLUMNS`, as text."""


class Kind(StrEnum):
    """What a row holds."""

    STUDY = "study"
    PARTICIPANT = "participant"
    FIGURE = "figure"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the data dictionary. `kind` is empty for a column and a row's kind for a variable."""

    name: str
    type: str
    meaning: str
    kind: str = ""
    codes: str = ""
    missing: str = "never"
    version: str = VERSION


def _codes(codes: type[StrEnum]) -> str:
    return " ".join(code.value for code in codes)


COLUMNS: tuple[Entry, ...] = (
    Entry(name="version", type="text", codes=VERSION, meaning="Version of this format."),
    Entry(name="study", type="text", meaning="The study's id."),
    Entry(
        name="source",
        type="code",
        codes=_codes(StudySource),
        meaning="Where the row's data come from; anything but participants was not said by anybody.",
    ),
    Entry(name="kind", type="code", codes=_codes(Kind), meaning="What the row holds."),
    Entry(
        name="participant",
        type="text",
        missing="empty in study rows",
        meaning="Public label of the participant, never a code or an address.",
    ),
    Entry(
        name="state",
        type="code",
        codes=_codes(ParticipantState),
        missing="empty in study rows",
        meaning="How the participant stands. Who has withdrawn keeps the participant row and nothing else; rows of who "
        "was replaced enter no figure but the flow of participants.",
    ),
    Entry(
        name="sequence",
        type="code",
        codes="AB BA",
        missing="empty in study rows and before consent",
        meaning="AB: the protocol's first contestant first; BA: its second.",
    ),
    Entry(
        name="replaces",
        type="text",
        missing="empty where nobody is replaced",
        meaning="Label of the participant whose place and sequence this one has.",
    ),
    Entry(name="language", type="code", codes="en zh", missing="empty where not known", meaning="Of the pages."),
    Entry(
        name="period",
        type="code",
        codes="0 1 2",
        meaning="The period that the row is about, as the person met it; 0: none in particular.",
    ),
    Entry(
        name="contestant",
        type="text",
        missing="empty where the row is about no contestant",
        meaning="Met in this period or, in an answer that chooses a period, met in the period chosen. "
        "It follows from sequence and period.",
    ),
    Entry(name="variable", type="text", meaning="The name of what is in value: see the variables below."),
    Entry(name="value", type="as the variable says", missing="empty where missing is yes", meaning="The value."),
    Entry(
        name="phrase",
        type="text",
        missing="empty where none was quoted",
        meaning="The words that gave it away, where a question asks for them.",
    ),
    Entry(name="missing", type="code", codes="yes no", meaning="Whether the value is not known or was not given."),
)
NAMES: tuple[str, ...] = tuple(column.name for column in COLUMNS)

STUDY_FACTS: tuple[Entry, ...] = (
    Entry(kind="study", name="protocol_hash", type="text", meaning="SHA-256 of the protocol's canonical JSON."),
    Entry(kind="study", name="state", type="code", codes=_codes(StudyState), meaning="How the study stands."),
    Entry(kind="study", name="created_at", type="time, ISO 8601", meaning="When it was set up."),
    Entry(kind="study", name="closed_at", type="time, ISO 8601", missing="missing is yes", meaning="When it ended."),
    Entry(
        kind="study", name="published_at", type="time, ISO 8601", missing="missing is yes", meaning="When published."
    ),
    Entry(
        kind="study", name="closed_early", type="code", codes="yes no", meaning="Closed before all places were filled."
    ),
)
PROTOCOL_FACTS: tuple[Entry, ...] = (
    Entry(
        kind="study", name="contestant_a", type="text", meaning="The protocol's first contestant: AB meets it first."
    ),
    Entry(kind="study", name="contestant_b", type="text", meaning="The protocol's second contestant."),
    Entry(kind="study", name="places", type="whole number", meaning="How many participants the protocol asks for."),
    Entry(kind="study", name="minimum_turns", type="whole number", meaning="Turns in each period for per protocol."),
)
"""Of the protocol what the figures need, so that they can be computed again from this table alone."""
FIGURES: tuple[Entry, ...] = (
    Entry(kind="figure", name="turns", type="whole number", meaning="Turns with a complete answer."),
    Entry(kind="figure", name="prompt_chars", type="whole number", meaning="Characters that the person wrote."),
    Entry(kind="figure", name="answer_chars", type="whole number", meaning="Characters that the contestant answered."),
    Entry(
        kind="figure",
        name="active_s",
        type="seconds",
        missing="missing is yes",
        meaning="Seconds that the period's clock ran.",
    ),
    Entry(kind="figure", name="failures", type="whole number", meaning="Attempts at an answer that failed."),
    Entry(kind="figure", name="leaked", type="code", codes="yes no", meaning="Whether the contestant named itself."),
)


def dictionary(protocol: Protocol) -> tuple[Entry, ...]:
    """The columns, then every variable that a study under this protocol can have."""
    asked = tuple(_entry_of(question, protocol) for question in protocol.questions)
    row = Entry(kind="participant", name="participant", type="none", missing="missing is yes", meaning="Exists.")
    return (*COLUMNS, *STUDY_FACTS, *PROTOCOL_FACTS, row, *FIGURES, *asked)


def codes_of(question: Question, protocol: Protocol) -> tuple[str, ...] | None:
    """The values that an answer may have; None: any text."""
    match question.kind:
        case QuestionKind.PERIOD:
            return ("1", "2")
        case QuestionKind.YES_NO | QuestionKind.YES_NO_PHRASE:
            return ("yes", "no")
        case QuestionKind.CONTESTANT:
            return (*protocol.contestants, DONT_KNOW)
        case QuestionKind.CHOICE:
            return tuple(option.id for option in question.options)
        case QuestionKind.SCALE:
            return tuple(map(str, range(question.low, question.high + 1)))
        case QuestionKind.TEXT:
            return None


def periods_of(question: Question) -> tuple[int, ...]:
    """The periods that a question is asked about; 0 where it is about none in particular."""
    return (1, 2) if question.moment is Moment.AFTER_PERIOD else (0,)


def rows(record: StudyRecord) -> Iterator[dict[str, str]]:
    """A study in the long format: the study's facts, then each participant in order.

    Somebody of whom nothing is kept has one row. All others have a row for every question, answered or not, in the
    protocol's order.
    """
    for name, value in _facts(record.study).items():
        yield _row(record.study, None, kind=Kind.STUDY, variable=name, value=value)
    for sheet in record.sheets:
        yield _row(record.study, sheet, kind=Kind.PARTICIPANT, variable="participant", value=None)
        for figures in sheet.periods:
            yield from _figure_rows(record.study, sheet, figures)
        if sheet.periods or sheet.responses:
            yield from _answer_rows(record.study, sheet)


def contestant_of(sheet: Sheet, period: int, protocol: Protocol) -> str:
    """Who a participant met in a period; empty where that is not settled."""
    return protocol.contestants[sheet.sequence.contestant(period)] if sheet.sequence and period in (1, 2) else ""


def _entry_of(question: Question, protocol: Protocol) -> Entry:
    codes = codes_of(question, protocol)
    texts = {option.id: option.text.get("en", "") for option in question.options}
    said = "; ".join(f"{code} ({texts[code]})" if texts.get(code) else code for code in codes or ())
    return Entry(
        kind=Kind.ANSWER,
        name=question.id,
        type="free text" if codes is None else "code",
        codes=said,
        missing="missing is yes",
        meaning=f"{question.role.value}, {question.kind.value}, {question.moment.value}: {question.text.get('en', '')}",
    )


def _facts(study: Study) -> dict[str, str | None]:
    times = (study.created_at, study.closed_at, study.published_at)
    created, closed, published = (None if moment is None else moment.isoformat() for moment in times)
    return {
        "protocol_hash": study.protocol_hash,
        "state": study.state.value,
        "created_at": created,
        "closed_at": closed,
        "published_at": published,
        "closed_early": _yes(study.closed_early),
        **protocol_facts(study.protocol),
    }


def protocol_facts(protocol: Protocol) -> dict[str, str]:
    """The values of `PROTOCOL_FACTS`."""
    first, second = protocol.contestants
    return {
        "contestant_a": first,
        "contestant_b": second,
        "places": str(protocol.participants),
        "minimum_turns": str(protocol.minimum_turns),
    }


def _figure_rows(study: Study, sheet: Sheet, figures: PeriodFigures) -> Iterator[dict[str, str]]:
    for entry in FIGURES:
        found = getattr(figures, entry.name)
        value = None if found is None else _yes(found) if isinstance(found, bool) else repr(found)
        about = {"period": str(figures.period), "contestant": figures.contestant}
        yield _row(study, sheet, kind=Kind.FIGURE, variable=entry.name, value=value, **about)


def _answer_rows(study: Study, sheet: Sheet) -> Iterator[dict[str, str]]:
    given = {(response.question, response.period): response for response in sheet.responses}
    for question in study.protocol.questions:
        for period in periods_of(question):
            response = given.get((question.id, period))
            yield _row(
                study,
                sheet,
                kind=Kind.ANSWER,
                period=str(period),
                contestant=_about(question, period, response, sheet, study.protocol),
                variable=question.id,
                value=response.value if response else None,
                phrase=response.phrase if response else "",
            )


def _about(question: Question, period: int, response: Response | None, sheet: Sheet, protocol: Protocol) -> str:
    if question.kind is QuestionKind.PERIOD and response is not None:
        period = int(response.value)
    return contestant_of(sheet, period, protocol)


def _row(study: Study, sheet: Sheet | None, *, value: str | None, **others: str) -> dict[str, str]:
    """A row in the order of the columns; what is not given is empty, the period 0."""
    found = {
        "version": VERSION,
        "study": study.id,
        "source": (sheet.source if sheet else study.source).value,
        "period": "0",
        "value": value or "",
        "missing": _yes(value is None),
        **(_person(sheet) if sheet else {}),
        **others,
    }
    return {name: found.get(name, "") for name in NAMES}


def _person(sheet: Sheet) -> dict[str, str]:
    return {
        "participant": sheet.participant,
        "state": sheet.state.value,
        "sequence": sheet.sequence.value if sheet.sequence else "",
        "replaces": sheet.replaces,
        "language": sheet.language,
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def lines(protocol: Protocol) -> Sequence[tuple[str, ...]]:
    """The data dictionary as a table, with its heading."""
    names = ("name", "kind", "type", "codes", "missing", "meaning", "version")
    return [names, *(tuple(getattr(entry, name) for name in names) for entry in dictionary(protocol))]
