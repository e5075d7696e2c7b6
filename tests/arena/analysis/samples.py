"""Published tables and simulated votes that several tests use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arena.analysis.counts import Counts, from_cells

STIGLER = (
    ("Biometrika", "Comm. Statist.", 730, 33),
    ("Biometrika", "JASA", 498, 320),
    ("Biometrika", "JRSS-B", 221, 284),
    ("Comm. Statist.", "JASA", 68, 813),
    ("Comm. Statist.", "JRSS-B", 17, 276),
    ("JASA", "JRSS-B", 142, 325),
)
"""Citations between four statistics journals (Stigler 1994, doi:10.1214/ss/1177010655), as wins and losses."""

WIKIPEDIA = (("A", "B", 2, 3), ("A", "D", 1, 4), ("B", "C", 5, 3), ("C", "D", 1, 3))
"""The four players of the article on the Bradley-Terry model; strengths .640, 1.043, .660, 2.270."""


def paired(table: tuple[tuple[str, str, float, float], ...]) -> Counts:
    """Counts of a table of wins and losses."""
    left, right, wins, losses = zip(*table, strict=True)
    outcomes = ["model_a"] * len(table) + ["model_b"] * len(table)
    return from_cells(left * 2, right * 2, outcomes, wins + losses)


def simulated(
    raters: int, contestants: int, *, seed: int = 0, sd: float = 0.7, lone: int = 0, uneven: int = 4
) -> pd.DataFrame:
    """Votes of raters with tastes, in unequal numbers, a fifth of them ties, the left side a little ahead."""
    rng = np.random.default_rng(seed)
    rows = []
    for rater in range(raters):
        theta = rng.normal(0, sd, contestants) + np.linspace(-1, 1, contestants)
        for _ in range(3 + uneven * rater):
            a, b = rng.choice(contestants, 2, replace=False)
            wins = rng.random() < 1 / (1 + np.exp(theta[b] - theta[a] - 0.3))
            outcome = str(rng.choice(["tie", "both_bad"])) if rng.random() < 0.2 else ("model_a" if wins else "model_b")
            rows.append((f"m{a}", f"m{b}", outcome, f"r{rater:03d}"))
    frame = pd.DataFrame(rows, columns=["model_a", "model_b", "winner", "rater"])
    if lone:
        frame.loc[rng.choice(len(frame), lone, replace=False), "rater"] = None
    return frame
