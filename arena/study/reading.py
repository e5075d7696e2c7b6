"""A study's long format read back: the same record, or a sentence that names the row and what was expected."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from arena import study_models as words
from arena.errors import DataError
from arena.study.dictionary import (
    FIGURES,
    NAMES,
    STUDY_FACTS,
    VERSION,
    Kind,
    Row,
    codes_of,
    periods_of,
    protocol_facts,
    rows,
)
from arena.study_models import (
    ParticipantState,
    PeriodFigures,
    Protocol,
    Response,
    Sheet,
    Study,
    StudyRecord,
    StudySource,
    StudyState,
)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row and its place in the file, for what is said of it."""

    number: int
    row: Row

    def error(self, column: str, expected: str) -> DataError:
        """What is wrong with it."""
        return DataError(f"row {self.number}, column {column}: expected {expected}, not {self.row[column]!r}")

    def read(self, column: str, reader: Callable[[str], Value], expected: str) -> Value:
        """A column's value. Raises `DataError`."""
        try:
            return reader(self.row[column])
        except (ValueError, KeyError) as error:
            raise self.error(column, expected) from error


@dataclass(slots=True)
class _Pile:
    """The rows of one participant while they are gathered."""

    first: _Line
    figures: dict[tuple[int, str], dict[str, _Line]] = field(default_factory=dict)
    answers: list[_Line] = field(default_factory=list)


def record_from_rows(table: Iterable[Row], protocol: Protocol) -> StudyRecord:
    """The study that `rows` wrote. Raises `DataError` with the row and what was expected; the heading is row 1."""
    facts: dict[str, _Line] = {}
    piles: dict[str, _Pile] = {}
    for line in _checked(table):
        kind = line.read("kind", Kind, " or ".join(Kind))
        if kind is Kind.STUDY:
            facts[line.row["variable"]] = line
        else:
            _sort_in(piles, line, kind)
    for entry in STUDY_FACTS:
        if entry.name not in facts:
            raise DataError(f"no study row with the variable {entry.name}; a whole export has one")
    _check_protocol(facts, protocol)
    study = _study(facts, protocol)
    return StudyRecord(study=study, sheets=tuple(_sheet(pile, protocol) for pile in piles.values()))


def _check_protocol(facts: dict[str, _Line], protocol: Protocol) -> None:
    """The file must have been made under this protocol; what it does not say of it is not compared."""
    for name, value in protocol_facts(protocol).items():
        if name in facts and facts[name].row["value"] != value:
            raise facts[name].error("value", f"{value}, as the protocol has it for {name},")


def to_csv(record: StudyRecord) -> str:
    """The long format as CSV (RFC 4180) with its heading."""
    return _csv(NAMES, ([row[name] for name in NAMES] for row in rows(record)))


def from_csv(text: str, protocol: Protocol) -> StudyRecord:
    """The study in a CSV file that `to_csv` wrote. Raises `DataError`."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    absent = [name for name in NAMES if name not in (reader.fieldnames or ())]
    if absent:
        raise DataError(f"the heading has no column {absent[0]}; expected {', '.join(NAMES)}")
    return record_from_rows(reader, protocol)


def table_csv(table: Sequence[Sequence[str]]) -> str:
    """A table, heading first, as CSV."""
    return _csv(table[0], table[1:])


def _csv(heading: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows(body)
    return written.getvalue()


def _checked(table: Iterable[Row]) -> Iterator[_Line]:
    for number, row in enumerate(table, start=2):
        line = _Line(number, row)
        absent = [name for name in NAMES if row.get(name) is None]
        if absent:
            raise DataError(f"row {number} has no column {absent[0]}")
        if row["version"] != VERSION:
            raise line.error("version", VERSION)
        if row["missing"] not in ("yes", "no"):
            raise line.error("missing", "yes or no")
        yield line


def _sort_in(piles: dict[str, _Pile], line: _Line, kind: Kind) -> None:
    label = line.row["participant"]
    if kind is Kind.PARTICIPANT:
        if not label or label in piles:
            raise line.error("participant", "a label that no row before has")
        piles[label] = _Pile(line)
        return
    if label not in piles:
        raise line.error("participant", "somebody whose participant row came before")
    if kind is Kind.FIGURE:
        about = (_period(line), line.row["contestant"])
        piles[label].figures.setdefault(about, {})[line.row["variable"]] = line
    elif any(_same_answer(line, other) for other in piles[label].answers):
        raise line.error("variable", "one answer a question and period")
    else:
        piles[label].answers.append(line)


def _same_answer(line: _Line, other: _Line) -> bool:
    return all(line.row[name] == other.row[name] for name in ("variable", "period"))


def _study(facts: dict[str, _Line], protocol: Protocol) -> Study:
    first = facts["protocol_hash"]
    return Study(
        id=first.row["study"],
        protocol=protocol,
        protocol_hash=first.row["value"],
        source=first.read("source", StudySource, " or ".join(StudySource)),
        state=facts["state"].read("value", StudyState, " or ".join(StudyState)),
        created_at=facts["created_at"].read("value", datetime.fromisoformat, "a time"),
        closed_at=_optional(facts["closed_at"], datetime.fromisoformat, "a time"),
        published_at=_optional(facts["published_at"], datetime.fromisoformat, "a time"),
        closed_early=_flag(facts["closed_early"]),
    )


def _sheet(pile: _Pile, protocol: Protocol) -> Sheet:
    line = pile.first
    responses = [_response(answer, protocol) for answer in pile.answers]
    return Sheet(
        participant=line.row["participant"],
        state=line.read("state", ParticipantState, " or ".join(ParticipantState)),
        sequence=line.read("sequence", words.Sequence, "AB, BA or nothing") if line.row["sequence"] else None,
        replaces=line.row["replaces"],
        language=line.row["language"],
        periods=tuple(_figures(line, *about, found) for about, found in pile.figures.items()),
        responses=tuple(response for response in responses if response is not None),
        source=line.read("source", StudySource, " or ".join(StudySource)),
    )


def _figures(line: _Line, period: int, contestant: str, found: dict[str, _Line]) -> PeriodFigures:
    for entry in FIGURES:
        if entry.name not in found:
            raise DataError(f"{line.row['participant']} has no figure {entry.name} for period {period}")
    turns, prompt, answer, failures = (
        found[name].read("value", int, "a whole number")
        for name in ("turns", "prompt_chars", "answer_chars", "failures")
    )
    return PeriodFigures(
        period=period,
        contestant=contestant,
        turns=turns,
        prompt_chars=prompt,
        answer_chars=answer,
        active_s=_optional(found["active_s"], float, "seconds"),
        failures=failures,
        leaked=_flag(found["leaked"]),
    )


def _response(line: _Line, protocol: Protocol) -> Response | None:
    """An answer; None where it is missing."""
    question = next((q for q in protocol.questions if q.id == line.row["variable"]), None)
    if question is None:
        raise line.error("variable", f"a question of the protocol ({', '.join(q.id for q in protocol.questions)})")
    period = _period(line)
    if period not in periods_of(question):
        raise line.error("period", " or ".join(map(str, periods_of(question))))
    if _flag(line, "missing"):
        return None
    codes = codes_of(question, protocol)
    if codes is not None and line.row["value"] not in codes:
        raise line.error("value", " or ".join(codes))
    return Response(question=question.id, period=period, value=line.row["value"], phrase=line.row["phrase"])


def _period(line: _Line) -> int:
    return line.read("period", {"0": 0, "1": 1, "2": 2}.__getitem__, "0, 1 or 2")


def _flag(line: _Line, column: str = "value") -> bool:
    return line.read(column, {"yes": True, "no": False}.__getitem__, "yes or no")


def _optional(line: _Line, reader: Callable[[str], Value], expected: str) -> Value | None:
    return None if _flag(line, "missing") else line.read("value", reader, expected)
