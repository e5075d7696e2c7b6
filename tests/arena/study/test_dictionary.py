"""The long format: nothing is lost on the way out and back, and the dictionary names everything in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from arena.errors import DataError
from arena.study.dictionary import NAMES, Kind, dictionary, lines, rows
from arena.study.reading import from_csv, record_from_rows, table_csv, to_csv
from arena.study_models import ParticipantState, Response, Sequence, Sheet, StudyRecord, StudySource
from tests.arena.study.sheets import PROTOCOL, X, Y, record, sheet, twelve


def whole() -> StudyRecord:
    """Everything that can be: complete, begun, invited, withdrawn and its replacement, odd texts."""
    remark = Response(question="remarks", period=0, value='two\r\nlines, "quoted", 中文')
    first = sheet(1, Sequence.AB)
    return record(
        replace(first, responses=(*first.responses, remark)),
        replace(sheet(2, Sequence.BA, None, guess=None), state=ParticipantState.IN_PROGRESS),
        Sheet(participant="P03", state=ParticipantState.WITHDRAWN, sequence=Sequence.AB),
        replace(sheet(4, Sequence.AB), replaces="P03", source=StudySource.SIMULATED),
        Sheet(participant="P05", state=ParticipantState.INVITED),
    )


def changed(column: str, value: str, **where: str) -> list[dict[str, str]]:
    table = list(rows(whole()))
    place = next(i for i, row in enumerate(table) if all(row[name] == said for name, said in where.items()))
    return [*table[:place], {**table[place], column: value}, *table[place + 1 :]]


def test_a_study_comes_back_from_its_rows_as_it_was() -> None:
    assert record_from_rows(rows(whole()), PROTOCOL) == whole()


def test_a_study_comes_back_from_its_csv_as_it_was() -> None:
    assert from_csv(to_csv(whole()), PROTOCOL) == whole()


def test_a_study_without_participants_comes_back() -> None:
    assert from_csv(to_csv(record()), PROTOCOL) == record()


def test_the_dictionary_names_every_column_and_every_variable() -> None:
    table = list(rows(whole()))
    named = {(entry.kind, entry.name) for entry in dictionary(PROTOCOL)}
    assert {("", name) for row in table for name in row} <= named
    assert {(row["kind"], row["variable"]) for row in table} <= named


def test_every_value_is_one_of_the_codes_that_the_dictionary_gives() -> None:
    codes = {(e.kind, e.name): e.codes for e in dictionary(PROTOCOL)}
    for row in rows(whole()):
        for name in ("source", "kind", "state", "sequence", "language", "period", "missing"):
            assert row[name] in ("", *codes["", name].split())
        said = codes[row["kind"], row["variable"]]
        if row["kind"] == Kind.ANSWER and said and row["missing"] == "no":
            assert row["value"] in [code.split(" ")[0] for code in said.split("; ")]


def test_every_entry_says_type_missing_values_meaning_and_version() -> None:
    heading, *body = lines(PROTOCOL)
    for line in body:
        entry = dict(zip(heading, line, strict=True))
        assert all(entry[name] for name in ("name", "type", "missing", "meaning", "version"))
    assert table_csv(lines(PROTOCOL)).startswith("name,kind,type,codes,missing,meaning,version\r\nversion,")


def test_who_has_withdrawn_keeps_one_row_and_no_answer() -> None:
    kept = [row for row in rows(whole()) if row["participant"] == "P03"]
    assert [(row["kind"], row["state"], row["sequence"]) for row in kept] == [("participant", "withdrawn", "AB")]


def test_a_missing_answer_has_a_row_that_says_so() -> None:
    found = [row for row in rows(whole()) if row["participant"] == "P02" and row["variable"] == "rather"]
    assert [(row["value"], row["missing"]) for row in found] == [("", "yes")]


@pytest.mark.parametrize(
    ("sequence", "prefers", "met"), [(Sequence.AB, Y, "2"), (Sequence.BA, Y, "1"), (Sequence.BA, X, "2")]
)
def test_an_answer_that_chooses_a_period_says_which_contestant_that_was(
    sequence: Sequence, prefers: str, met: str
) -> None:
    row = next(r for r in rows(record(sheet(1, sequence, prefers))) if r["variable"] == "rather")
    assert (row["value"], row["contestant"]) == (met, prefers)


@pytest.mark.parametrize(
    ("column", "value", "where", "says"),
    [
        ("value", "3", {"variable": "rather"}, "column value: expected 1 or 2, not '3'"),
        ("value", "nobody", {"variable": "who_first"}, "expected llama or deepseek or dont_know"),
        ("value", "8", {"variable": "used_to_it"}, "expected 1 or 2 or 3 or 4 or 5 or 6 or 7"),
        ("variable", "other", {"variable": "rather"}, "expected a question of the protocol"),
        ("period", "0", {"variable": "got_me"}, "column period: expected 1 or 2"),
        ("period", "7", {"variable": "turns"}, "column period: expected 0, 1 or 2"),
        ("value", "many", {"variable": "turns"}, "expected a whole number"),
        ("state", "lost", {"kind": "participant"}, "column state: expected invited or"),
        ("kind", "note", {"variable": "rather"}, "column kind: expected study or"),
        ("participant", "P09", {"variable": "rather"}, "whose participant row came before"),
        ("variable", "years", {"variable": "used_to_it"}, "one answer a question and period"),
        ("participant", "P01", {"kind": "participant", "participant": "P02"}, "a label that no row before has"),
        ("missing", "", {"variable": "rather"}, "column missing: expected yes or no"),
        ("version", "9", {"variable": "rather"}, "column version: expected 1"),
        ("variable", "x", {"variable": "failures"}, "has no figure failures"),
        ("variable", "x", {"variable": "closed_at"}, "no study row with the variable closed_at"),
    ],
)
def test_a_wrong_row_is_named_with_what_was_expected(column: str, value: str, where: dict[str, str], says: str) -> None:
    with pytest.raises(DataError) as refused:
        record_from_rows(changed(column, value, **where), PROTOCOL)
    assert says in str(refused.value)


def test_the_row_in_the_sentence_is_the_line_of_the_file() -> None:
    text = to_csv(record(*twelve()))
    heading, first, *others = text.split("\r\n")
    assert heading == ",".join(NAMES)
    with pytest.raises(DataError, match="row 3, column missing"):
        from_csv("\r\n".join([heading, first, others[0].removesuffix("no") + "perhaps", *others[1:]]), PROTOCOL)


def test_a_file_without_a_column_is_refused() -> None:
    with pytest.raises(DataError, match="no column version"):
        from_csv("a,b\r\n1,2\r\n", PROTOCOL)
