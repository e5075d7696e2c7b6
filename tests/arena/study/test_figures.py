"""The analysis of a study against a recount from its export by other code, and at its edges."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from scipy.stats import binomtest, fisher_exact

from arena.study.figures import figures
from arena.study.reading import to_csv
from arena.study_models import ParticipantState, Response, Role, Sequence, Sheet, StudyRecord
from tests.arena.study.sheets import PROTOCOL, X, Y, record, sheet, twelve


def mixed() -> StudyRecord:
    """Twelve and what else happens: withdrawn, replaced, missing answers, too few turns, a leak, a wrong guess."""
    sheets = list(twelve())
    sheets[3] = replace(sheets[3], responses=tuple(r for r in sheets[3].responses if r.question != "rather"))
    sheets[5] = replace(
        sheets[5], responses=tuple(r for r in sheets[5].responses if (r.question, r.period) != ("got_me", 1))
    )
    sheets[4] = sheet(5, Sequence.AB, Y, guess=X)
    sheets[6] = sheet(7, Sequence.AB, Y, turns=2, guess=None)
    sheets[7] = sheet(8, Sequence.BA, X, leaked=True, guess=Y)
    sheets += [
        Sheet(participant="P13", state=ParticipantState.WITHDRAWN, sequence=Sequence.AB),
        replace(sheet(14, Sequence.AB, X), replaces="P13"),
        replace(sheet(15, Sequence.BA, X), state=ParticipantState.REPLACED),
        Sheet(participant="P16", state=ParticipantState.INVITED),
    ]
    return record(*sheets)


def recount(study: StudyRecord) -> dict[str, dict[str, dict[str, str]]]:
    """The export, by participant: `variable/contestant` -> value. It knows nothing of our code."""
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for row in csv.DictReader(io.StringIO(to_csv(study))):
        if row["kind"] == "participant":
            found[row["participant"]]["is"] = {"state": row["state"], "sequence": row["sequence"]}
        elif row["participant"] and row["missing"] == "no":
            found[row["participant"]][row["variable"]][
                row["contestant"] if row["period"] != "0" or row["variable"] == "rather" else ""
            ] = row["value"]
    return found


def full_set(study: StudyRecord) -> dict[str, dict[str, dict[str, str]]]:
    gone = ("withdrawn", "replaced")
    return {
        p: v for p, v in recount(study).items() if v["is"]["state"] not in gone and v["rather"] and len(v["turns"]) == 2
    }


def test_primary_and_order_are_those_of_a_recount() -> None:
    found, people = figures(mixed()), full_set(mixed())
    prefers = Counter(name for v in people.values() for name in v["rather"])
    assert (found.focus, found.other) == (Y, X)
    assert (found.full.primary.k, found.full.primary.n) == (prefers[Y], len(people)) == (8, 12)
    assert found.full.people == tuple(people)
    by = Counter((v["is"]["sequence"], next(iter(v["rather"]))) for v in people.values())
    assert found.order.ab == (by["AB", Y], by["AB", X])
    assert found.order.ba == (by["BA", Y], by["BA", X])
    assert found.order.p_order == pytest.approx(fisher_exact([found.order.ab, found.order.ba]).pvalue)
    when = Counter((v["is"]["sequence"], next(iter(v["rather"].values()))) for v in people.values())
    periods = [[when[s, "1"], when[s, "2"]] for s in ("AB", "BA")]
    assert [list(found.order.ab_periods), list(found.order.ba_periods)] == periods
    assert found.order.p_by_sequence == pytest.approx(fisher_exact(periods).pvalue)


@pytest.mark.parametrize(("place", "question"), [(0, "got_me"), (1, "robotic")])
def test_secondaries_are_those_of_a_recount(place: int, question: str) -> None:
    found = figures(mixed()).full.secondaries[place]
    said = [(v[question].get(Y), v[question].get(X)) for v in full_set(mixed()).values()]
    table = Counter(said)
    assert (found.both, found.b, found.c, found.neither) == tuple(
        table[pair] for pair in (("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no"))
    )
    assert found.missing == sum(None in pair for pair in said) == (1 if question == "got_me" else 0)
    assert found.p == pytest.approx(binomtest(found.b, found.b + found.c).pvalue)


def test_sets_flow_and_worst_case() -> None:
    found = figures(mixed())
    assert set(found.full.people) - set(found.per_protocol.people) == {"P07", "P08"}
    flow = found.flow
    assert (flow.invited, flow.consented, flow.withdrawn, flow.replaced) == (16, 15, 1, 1)
    assert (flow.began_first, flow.began_second, flow.answered_primary, flow.full, flow.per_protocol) == (
        14,
        14,
        13,
        12,
        10,
    )
    # P04 gave no preference and counts for the other contestant.
    assert (found.worst.k, found.worst.n, found.worst.missing) == (8, 13, 1)
    assert found.worst.p == pytest.approx(binomtest(8, 13).pvalue)


@pytest.mark.parametrize(("place", "period", "table", "worst"), [(11, 2, (6, 2, 11), 9), (3, 1, (5, 2, 11), 7)])
def test_a_missing_secondary_counts_against_the_finding_in_the_worst_case(
    place: int, period: int, table: tuple[int, int, int], worst: int
) -> None:
    # P12 felt understood by neither: without the answer about X, X alone may have understood. P04 felt understood by Y
    # alone: without the answer about Y, neither may have.
    sheets = list(twelve())
    answers = tuple(r for r in sheets[place].responses if (r.question, r.period) != ("got_me", period))
    sheets[place] = replace(sheets[place], responses=answers)
    found = figures(record(*sheets)).full.secondaries[0]
    assert (found.b, found.c, found.n) == table
    assert found.p == pytest.approx(binomtest(found.b, found.b + found.c).pvalue)
    assert found.p_worst == pytest.approx(binomtest(found.b, worst).pvalue)


def test_a_secondary_that_chooses_a_period_is_a_binomial_test() -> None:
    warmer = replace(PROTOCOL.questions[4], id="warmer", role=Role.SECONDARY)
    sheets = [
        replace(s, responses=(*s.responses, Response(question="warmer", period=0, value=str(1 + (i % 4 == 0)))))
        for i, s in enumerate(twelve())
    ]
    found = figures(record(*sheets, protocol=replace(PROTOCOL, questions=(*PROTOCOL.questions, warmer))))
    chosen = [s.sequence.contestant(1 + (i % 4 == 0)) for i, s in enumerate(sheets) if s.sequence]
    secondary = found.full.secondaries[-1]
    assert (secondary.question, secondary.both, secondary.neither) == ("warmer", 0, 0)
    assert (secondary.b, secondary.c) == (chosen.count(1), chosen.count(0))
    assert secondary.p == pytest.approx(binomtest(chosen.count(1), 12).pvalue)


def test_guesses_are_those_of_a_recount() -> None:
    found, people = figures(mixed()).blinding, full_set(mixed())
    first = {p: (X if v["is"]["sequence"] == "AB" else Y) for p, v in people.items()}
    said = {p: v["who_first"].get("") for p, v in people.items()}
    right = sum(said[p] == first[p] for p in people)
    unsure = sum(s == "dont_know" for s in said.values())
    absent = sum(s is None for s in said.values())
    assert found is not None
    everybody = found.all
    assert (everybody.correct, everybody.dont_know, everybody.missing) == (right, unsure, absent)
    assert everybody.correct > everybody.wrong > 0
    assert everybody.wrong == len(people) - right - unsure - absent
    assert everybody.index == pytest.approx((everybody.correct - everybody.wrong) / everybody.n)
    assert found.ab.n + found.ba.n == everybody.n
    assert found.wrong_with_preference == everybody.wrong


def test_phrases_are_counted_by_person_and_contestant_whatever_their_case() -> None:
    shouted = sheet(2, Sequence.BA)
    shouted = replace(shouted, responses=tuple(replace(r, phrase=r.phrase.upper() + " ") for r in shouted.responses))
    found = figures(record(sheet(1, Sequence.AB), shouted)).quotes
    assert [(q.contestant, q.people) for q in found] == [(X, 2)]


def test_talk_is_told_by_period_and_by_contestant() -> None:
    found = figures(mixed())
    assert [talk.answer_chars.median for talk in found.by_period] == [1000.0, 2000.0]
    assert [talk.contestant for talk in found.by_contestant] == [X, Y]
    assert sum(talk.leaks for talk in found.by_contestant) == 1
    assert found.by_period[1].active_s.n == 0


@pytest.mark.parametrize(
    ("ab", "ba", "unbalanced"), [(8, 4, False), (9, 4, True), (9, 3, True), (6, 6, False), (2, 0, True)]
)
def test_orders_less_balanced_than_eight_to_four_make_mainland_and_garts_test_primary(
    ab: int, ba: int, unbalanced: bool
) -> None:
    sheets = [sheet(i, Sequence.AB if i < ab else Sequence.BA, Y if i % 4 else X) for i in range(ab + ba)]
    primary = figures(record(*sheets)).full.primary
    assert primary.unbalanced is unbalanced
    assert primary.p == (primary.by_sequence if unbalanced else pytest.approx(binomtest(primary.k, primary.n).pvalue))


def test_nobody_completed() -> None:
    found = figures(record(Sheet(participant="P01", state=ParticipantState.INVITED)))
    assert (found.full.primary.n, found.full.primary.result, found.full.primary.p) == (0, None, 1.0)
    assert found.blinding is not None
    assert found.blinding.all.index is None
    assert json.loads(json.dumps(found.as_json(), allow_nan=False))["full"]["primary"]["result"] is None


def test_an_empty_study() -> None:
    found = figures(record())
    assert ([s.n for s in found.full.secondaries], found.people) == ([0, 0], ())


def test_everybody_agrees() -> None:
    sheets = [sheet(i, Sequence.AB if i % 2 else Sequence.BA, got=(X, Y), robotic=()) for i in range(12)]
    found = figures(record(*sheets))
    assert found.full.primary.p == pytest.approx(2 / 4096)
    assert [(s.b, s.c, s.p, s.difference) for s in found.full.secondaries] == [(0, 0, 1.0, 0.0)] * 2
    assert found.blinding is not None
    assert (found.blinding.all.dont_know, found.blinding.all.p) == (12, 1.0)
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["full"]["primary"]["result"]["elo"] is None  # without end
    assert found.full.primary.changes == 3  # 9 of 12 is not significant


def test_without_a_question_about_blinding_nothing_is_said_of_it() -> None:
    questions = tuple(q for q in PROTOCOL.questions if q.id != "who_first")
    assert figures(record(*twelve(), protocol=replace(PROTOCOL, questions=questions))).blinding is None
