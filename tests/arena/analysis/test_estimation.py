from __future__ import annotations

import numpy as np
import pytest

from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.design import build
from arena.analysis.estimation import estimate
from arena.analysis.family import Family
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Method, Options, Ties
from arena.analysis.separation import separated
from arena.errors import DataError
from tests.arena.analysis.samples import STIGLER, paired, simulated


def test_groups_that_never_met_are_fitted_apart_and_not_compared() -> None:
    two = from_cells(["a", "b", "x", "y"], ["b", "a", "y", "x"], ["model_a"] * 4, [30, 10, 5, 20])
    found = rate(two)
    assert found.components == 2
    assert any("never met" in warning for warning in found.warnings)
    assert found.find("a").theta == pytest.approx(np.log(3) / 2)
    assert found.find("y").theta == pytest.approx(np.log(4) / 2)
    assert {row.rank for row in found.contestants} == {1, 2}


def test_an_anchor_leaves_the_other_groups_without_a_figure() -> None:
    two = from_cells(["a", "b", "x", "y"], ["b", "a", "y", "x"], ["model_a"] * 4, [30, 10, 5, 20])
    found = rate(two, Options(anchor="a"))
    assert found.find("b").theta == pytest.approx(-np.log(3))
    assert found.find("x").theta is None and found.find("x").lower is None


def test_a_contestant_that_always_won_gets_firths_penalty_and_says_so() -> None:
    counts = from_cells(["a", "b", "a"], ["b", "c", "c"], ["model_a", "model_b", "model_a"], [4, 3, 5])
    found = rate(counts)
    assert found.separated
    assert any("Firth" in warning for warning in found.warnings)
    assert all(row.theta is not None and abs(row.theta) < 6 for row in found.contestants)


def test_only_the_separated_group_is_penalised() -> None:
    counts = from_cells(["a", "b", "x"], ["b", "a", "y"], ["model_a"] * 3, [30, 10, 5])
    found = rate(counts)
    assert found.separated
    assert found.find("a").theta == pytest.approx(np.log(3) / 2, abs=1e-10)
    assert found.find("x").theta == pytest.approx(np.log(5.5 / 0.5) / 2, abs=1e-9)


def test_firth_may_be_asked_for_where_it_is_not_needed() -> None:
    plain, penalised = rate(paired(STIGLER)), rate(paired(STIGLER), Options(firth=True))
    assert not penalised.separated
    assert 0 < abs(plain.find("JASA").theta - penalised.find("JASA").theta) < 0.01  # type: ignore[operator]


def test_a_position_term_can_separate_what_plain_strength_does_not() -> None:
    # Every vote goes to the left side: plainly a draw, with a position term infinitely far.
    counts = from_cells(["a", "b"], ["b", "a"], ["model_a", "model_a"], [5, 5])
    assert not rate(counts).separated
    assert separated(build(counts, Family.HALF_TIES, position=True))
    found = rate(counts, Options(position=True))
    assert found.separated and found.position is not None and 0 < found.position.estimate < 6


def test_davidson_without_any_tie_is_separated() -> None:
    counts = from_cells(["a", "b"], ["b", "a"], ["model_a", "model_a"], [5, 7])
    assert separated(build(counts, Family.DAVIDSON))
    assert not separated(
        build(from_cells(["a"] * 3, ["b"] * 3, ["model_a", "model_b", "tie"], [3, 3, 1]), Family.DAVIDSON)
    )


def test_ford_and_the_linear_programme_agree() -> None:
    rng = np.random.default_rng(0)
    answers = set()
    for _ in range(60):
        pairs = rng.integers(0, 5, (7, 2))
        pairs = pairs[pairs[:, 0] != pairs[:, 1]]
        names = [[f"m{k}" for k in side] for side in pairs.T]
        design = build(from_cells(*names, ["model_a"] * len(pairs), [1] * len(pairs)), Family.HALF_TIES)
        programme = separated(design)
        answers.add(programme)
        assert programme == bool(estimate(design).separated)
    assert answers == {True, False}


def test_a_position_that_votes_cannot_tell_is_refused() -> None:
    counts = from_cells(["a", "a"], ["b", "b"], ["model_a", "model_b"], [5, 3])
    with pytest.raises(DataError, match="position"):
        rate(counts, Options(position=True))


def test_impossible_options_are_refused_with_a_sentence() -> None:
    counts = paired(STIGLER)
    with pytest.raises(DataError, match="need raters"):
        rate(counts, Options(ci=Ci.CLUSTER))
    with pytest.raises(DataError, match="anchor 'Nature'"):
        rate(counts, Options(anchor="Nature"))
    with pytest.raises(DataError, match="order"):
        rate(counts, Options(method=Method.ELO))


def test_dropped_ties_are_said() -> None:
    votes = reduce_votes(simulated(6, 3))
    found = rate(votes, Options(ties=Ties.DROP))
    assert found.n_votes < votes.n_votes
    assert any("left out" in warning for warning in found.warnings)
