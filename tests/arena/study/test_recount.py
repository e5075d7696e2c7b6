"""A stranger with nothing but the export's two tables arrives at every figure of the report."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import pytest

from arena.study.dictionary import lines
from arena.study.figures import figures
from arena.study.reading import table_csv, to_csv
from arena.study_models import ParticipantState, Sequence, Sheet, StudyRecord
from tests.arena.study.sheets import PROTOCOL, X, Y, record, sheet, twelve
from tests.support import stranger, stranger_statistics
from tests.support.stranger import alike

NOT_COMPUTED = {"study", "source", "state", "closed_early", "protocol_hash", "recorded", "people", "version"}
"""Facts of the study, and its sheets; not figures."""


def drawn(seed: int) -> StudyRecord:
    """A study in which everything happens: a withdrawal and its replacement, lost people, missing answers, leaks."""
    random = Random(seed)
    lean = random.choice((0.5, 0.8, 0.95))
    sheets = [_sheet(random, number, lean) for number in range(1, random.choice((8, 13, 15)))]
    gone = Sheet(participant="P01", state=ParticipantState.WITHDRAWN, sequence=Sequence.AB)
    lost = replace(sheets[1], state=ParticipantState.REPLACED)
    instead = replace(_sheet(random, 31, lean), sequence=Sequence.AB, replaces="P01")
    other = replace(_sheet(random, 32, lean), replaces="P02")
    return record(gone, lost, *sheets[2:], instead, other, Sheet(participant="P40", state=ParticipantState.INVITED))


def _sheet(random: Random, number: int, lean: float) -> Sheet:
    order = random.choice((Sequence.AB, Sequence.BA))
    said = [who for who in (X, Y) if random.random() < (0.7 if who == Y else 0.4)]
    found = sheet(
        number,
        order,
        Y if random.random() < lean else X,
        got=tuple(said),
        robotic=tuple(who for who in (X, Y) if random.random() < 0.4),
        guess=random.choice((X, Y, "dont_know", None)),
        turns=random.randint(1, 9),
        leaked=random.random() < 0.15,
    )
    kept = tuple(each for each in found.responses if random.random() < 0.93)
    begun = found.periods if random.random() < 0.9 else found.periods[:1]
    whole = len(begun) == 2
    return replace(
        found,
        state=ParticipantState.COMPLETED if whole else ParticipantState.IN_PROGRESS,
        periods=tuple(replace(f, failures=random.choice((0, 0, 1, 3)), active_s=random.random() * 600) for f in begun),
        responses=kept if whole else tuple(each for each in kept if each.period < 2 and each.question != "rather"),
    )


STUDIES = {f"seed {seed}": drawn(seed) for seed in range(12)} | {
    "twelve": record(*twelve()),
    "all agree": record(
        *(sheet(n, Sequence.AB if n % 2 else Sequence.BA, Y, got=(X, Y), robotic=()) for n in range(1, 7))
    ),
    "all in one order": record(*(sheet(n, Sequence.AB, Y if n % 3 else X) for n in range(1, 9))),
    "nobody": record(),
}


@pytest.mark.parametrize("name", STUDIES)
def test_every_figure_of_the_report_follows_from_the_export(name: str) -> None:
    study = STUDIES[name]
    ours = json.loads(json.dumps(figures(study).as_json()))
    theirs = stranger.recount(to_csv(study), table_csv(lines(PROTOCOL)))
    assert set(ours) - set(theirs) == NOT_COMPUTED
    alike(ours, theirs)
    assert_same_keys(ours, theirs)


def assert_same_keys(ours: Any, theirs: Any, where: str = "") -> None:
    """Nothing that we tell within a figure is left out by the stranger."""
    if isinstance(theirs, dict) and where:
        assert set(ours) == set(theirs), where
    for key, value in theirs.items() if isinstance(theirs, dict) else ():
        if value is not None:
            assert_same_keys(ours[key], value, f"{where}.{key}")


def test_the_drawn_studies_have_everything_in_them() -> None:
    found = [figures(drawn(seed)) for seed in range(12)]
    assert all(f.flow.withdrawn and f.flow.replaced for f in found)
    assert any(f.worst.missing for f in found)
    assert any(f.full.primary.unbalanced for f in found)
    assert any(f.focus == X for f in found) and any(f.focus == Y for f in found)
    assert any(s.missing for f in found for s in f.full.secondaries)
    assert any(f.per_protocol.primary.n < f.full.primary.n for f in found)


@pytest.mark.parametrize("module", [stranger, stranger_statistics], ids=lambda module: module.__name__)
def test_the_stranger_uses_nothing_of_ours(module: ModuleType) -> None:
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported.discard(stranger_statistics.__name__)
    assert not [name for name in imported if str(name).split(".")[0] in ("arena", "storage", "scripts", "tests")]
