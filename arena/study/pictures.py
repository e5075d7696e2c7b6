"""A study's figures as the numbers of plots, and the plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from arena.analysis.plots import Forest, draw_forest
from arena.analysis.power import power
from arena.analysis.proportions import proportion
from arena.analysis.study_plots import Cell, Curve, Rows, Steps, draw_curve, draw_rows, draw_steps
from arena.study.people import Guess, Person
from arena.study.preference import Bounds, Preference
from arena.study.results import Figures, Flow

Words = Mapping[str, str]
Line = tuple[str, float, Bounds]
"""A name, a share (or a difference of shares) and its interval."""
LETTERS = "AB"
DISCS = ("full", "hollow")
GUESSES = {Guess.CORRECT: "correct", Guess.WRONG: "wrong", Guess.DONT_KNOW: "dont_know"}


def shares(found: Figures, words: Words) -> str:
    """The preference's intervals, in percent against one half."""
    return draw_forest(shares_of(found, words), words["primary"])


def shares_of(found: Figures, words: Words) -> Forest:
    """By method in the full set, then Clopper-Pearson's in the other sets."""
    result = found.full.primary.result
    lines: list[Line] = []
    if result is not None:
        lines = methods_of(result)
    for name, k, n in (
        (words["short_protocol"], found.per_protocol.primary.k, found.per_protocol.primary.n),
        (words["short_worst"], found.worst.k, found.worst.n),
    ):
        if n:
            told = proportion(k, n)
            lines.append((name, k / n, (told.lower, told.upper)))
    return forest(lines, 50.0)


def methods_of(result: Preference) -> list[Line]:
    """One share with its three intervals."""
    bounds = {"Clopper-Pearson": result.clopper_pearson, "Wilson": result.wilson, "Jeffreys": result.jeffreys}
    return [(name, result.share, found) for name, found in bounds.items()]


def differences(found: Figures, asked: Sequence[str], words: Words) -> str:
    """The secondaries' differences in percentage points."""
    return draw_forest(differences_of(found, asked), words["secondary"])


def differences_of(found: Figures, asked: Sequence[str]) -> Forest:
    """Newcombe's and Tango's interval of each question."""
    lines = [
        (f"{question} · {name}", secondary.difference, bounds)
        for question, secondary in zip(asked, found.full.secondaries, strict=True)
        for name, bounds in (("Newcombe", secondary.newcombe), ("Tango", secondary.tango))
        if secondary.difference is not None
    ]
    return forest(lines, 0.0)


def flow(found: Figures, words: Words) -> str:
    """Who came how far, by sequence."""
    return draw_steps(flow_of(found, words), words["flow"])


def flow_of(found: Figures, words: Words) -> Steps:
    """The texts of the boxes."""
    sides: tuple[tuple[str, str, Flow], ...] = (
        ("AB", found.contestants[0], found.flow_ab),
        ("BA", found.contestants[1], found.flow_ba),
    )
    whole = found.flow
    return Steps(
        heads=tuple(words["flow_head"].format(sequence=s, first=first, n=f.consented) for s, first, f in sides),
        steps=(
            tuple(words["flow_began"].format(first=f.began_first, second=f.began_second) for _, _, f in sides),
            tuple(words["flow_gone"].format(withdrawn=f.withdrawn, replaced=f.replaced) for _, _, f in sides),
            tuple(words["flow_answered"].format(n=f.answered_primary) for _, _, f in sides),
            tuple(words["flow_sets"].format(full=f.full, protocol=f.per_protocol) for _, _, f in sides),
        ),
        top=words["flow_top"].format(invited=whole.invited, consented=whole.consented, places=whole.places),
    )


def power_curve(n: int, words: Words) -> str:
    """Power of n people by true preference."""
    return draw_curve(power_of(n, words), words["power_y"])


def power_of(n: int, words: Words) -> Curve:
    """From 50 to 100%, in steps of one."""
    x = tuple(map(float, range(50, 101)))
    return Curve(x, tuple(100 * power(n, p / 100) for p in x), 80.0, words["power_x"], words["power_y"])


def rows(found: Figures, asked: Sequence[str], words: Words) -> str:
    """Everybody's answers."""
    return draw_rows(rows_of(found, asked, words), words["rows"])


def rows_of(found: Figures, asked: Sequence[str], words: Words) -> Rows:
    """A cell for the order, the preference, each secondary, the guess and the turns."""
    heads = ("order", "prefers", "guess", "turns")
    order, prefers, guess, turns = (words[f"rows_{name}"] for name in heads)
    return Rows(
        columns=(order, prefers, *asked, guess, turns),
        labels=tuple(person.label for person in found.people),
        cells=tuple(_cells(person, len(asked), words) for person in found.people),
        dim=tuple(not person.full for person in found.people),
    )


def _cells(person: Person, asked: int, words: Words) -> tuple[Cell, ...]:
    prefers = Cell("–") if person.prefers is None else Cell(LETTERS[person.prefers], DISCS[person.prefers])
    said = [Cell(_letters(answer)) for answer in person.said.values()] or [Cell("–")] * asked
    guess = Cell(words[GUESSES[person.guess]]) if person.guess else Cell("–")
    turns = Cell(" + ".join(str(f.turns) for f in person.periods) or "–")
    sequence = Cell(f"{person.sequence[0]} → {person.sequence[1]}" if person.sequence else "–")
    return (sequence, prefers, *said, guess, turns)


def _letters(answer: tuple[bool | None, bool | None]) -> str:
    """A or B or both of whom yes was said; a dot for none, a question mark where one is missing."""
    yes = "".join(letter for letter, value in zip(LETTERS, answer, strict=True) if value)
    return (yes or "·") + ("?" if None in answer else "")


def forest(lines: Sequence[Line], line: float) -> Forest:
    """Shares as a plot in percent, against a line."""
    columns = [(value, *bounds) for _, value, bounds in lines]
    values, lower, upper = (100 * np.array([row[i] for row in columns], np.float64) for i in range(3))
    return Forest(tuple(name for name, _, _ in lines), values, lower, upper, line, 0)
