from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from arena.analysis import clusters, glm
from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.design import Design, build
from arena.analysis.family import Family, cumulants
from arena.analysis.glm import Fit
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Correction, Options
from tests.arena.analysis.samples import simulated

DESIGNS = [(family, position) for family in Family for position in (False, True)]


def power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.where(values > 1e-9, np.maximum(values, 1e-12) ** exponent, 0.0)) @ vectors.T


def literal(design: Design, fit: Fit) -> tuple[np.ndarray, Callable[[np.ndarray], float]]:
    """CR2 and its degrees of freedom by the papers' formulas, on matrices with a row per vote and statistic."""
    now = cumulants(design.family, *design.predict(fit.beta))
    k = design.family.dimension
    rows, residuals, blocks, cluster, nobody = [], [], [], [], 10**6
    assert design.cluster is not None
    for r in range(design.left.size):
        x = np.zeros((k, design.parameters))
        x[0, design.left[r]], x[0, design.right[r]] = 1, -1
        x[0, design.size : design.size + len(design.term_names)] = design.terms[r]
        if k == 2:
            x[1, -1] = 1
        for outcome in np.repeat(np.arange(3), design.votes[r].astype(int)):
            nobody += 1
            rows.append(x)
            residuals.append(design.family.outcomes[outcome] - now.mean[r])
            blocks.append(now.covariance[r])
            cluster.append(design.cluster[r] if design.cluster[r] >= 0 else nobody)
    x, e, who = np.concatenate(rows), np.concatenate(residuals), np.repeat(cluster, k)
    w = np.zeros((len(x), len(x)))
    for place, block in enumerate(blocks):
        w[place * k : place * k + k, place * k : place * k + k] = block
    bread = np.linalg.pinv(x.T @ w @ x)
    z, e = power(w, 0.5) @ x, power(w, -0.5) @ e
    hat = z @ bread @ z.T
    meat, leans = np.zeros_like(bread), []
    for g in np.unique(who):
        own = who == g
        adjust = power(np.eye(own.sum()) - hat[np.ix_(own, own)], -0.5)
        score = z[own].T @ adjust @ e[own]
        meat += np.outer(score, score)
        leans.append((np.eye(len(x)) - hat)[:, own] @ adjust @ z[own] @ bread)

    def freedom(contrast: np.ndarray) -> float:
        p = np.stack([lean @ contrast for lean in leans], axis=1)
        gram = p.T @ p
        return float(np.trace(gram) ** 2 / (gram**2).sum())

    return bread @ meat @ bread, freedom


@pytest.mark.parametrize(("family", "position"), DESIGNS)
def test_cr2_and_its_degrees_of_freedom_are_those_of_the_papers_formulas(family: Family, position: bool) -> None:
    design = build(reduce_votes(simulated(7, 4, lone=10), raters=True), family, position=position)
    fit = glm.maximise(design)
    found = clusters.cr2(design, fit)
    matrix, freedom = literal(design, fit)
    assert isinstance(found, clusters.ExactClusters)
    assert np.allclose(found.matrix, matrix, rtol=1e-10, atol=1e-14)
    contrasts = np.zeros((3, design.parameters))
    contrasts[0, :2] = 1, -1
    contrasts[1, 3] = 1
    contrasts[2, :4] = 0.75, -0.25, -0.25, -0.25
    in_gauge = contrasts.copy()
    in_gauge[1, :4] -= 0.25
    wanted = [freedom(contrast) for contrast in in_gauge]
    assert np.allclose(found.degrees_of_freedom(contrasts), wanted, rtol=1e-8)


@pytest.mark.parametrize(("family", "position"), DESIGNS)
def test_the_way_for_very_many_raters_gives_the_same_covariance(family: Family, position: bool) -> None:
    design = build(reduce_votes(simulated(30, 4, uneven=1, lone=20), raters=True), family, position=position)
    fit = glm.maximise(design)
    exact = clusters.cr2(design, fit)
    units = clusters.units_of(design, fit)
    bread = glm.inverse_information(glm.information_at(design, fit.beta), design.labels)
    many = clusters.ManyClusters(clusters._many(units, bread, clusters._root(bread)), bread, units)
    assert np.allclose(many.matrix, exact.matrix, rtol=1e-9, atol=1e-14)
    contrast = np.eye(design.parameters)[:1]
    # What the second way leaves out is the share of pairs of raters: some one in thirty here.
    assert many.degrees_of_freedom(contrast) == pytest.approx(exact.degrees_of_freedom(contrast), rel=0.15)


def test_equal_raters_of_two_contestants_have_one_degree_less_than_their_number() -> None:
    raters = [f"r{k}" for k in range(8)] * 2
    counts = from_cells(
        ["x"] * 16,
        ["y"] * 16,
        ["model_a"] * 8 + ["model_b"] * 8,
        [5, 4, 6, 3, 5, 7, 2, 5, 3, 4, 2, 5, 3, 1, 6, 3],
        raters,
    )
    found = rate(counts)
    assert found.ci is Ci.CLUSTER
    assert found.find("x").df == pytest.approx(7)
    # For equal sizes CR2 is the variance of the raters' means: CR1 = G/(G-1) times CR0 is the same.
    assert found.find("x").se == pytest.approx(rate(counts, Options(correction=Correction.CR1)).find("x").se)


def test_cr1_is_the_plain_sandwich_times_g_over_g_minus_one() -> None:
    design = build(reduce_votes(simulated(6, 3), raters=True), Family.HALF_TIES)
    fit = glm.maximise(design)
    bread = glm.inverse_information(glm.information_at(design, fit.beta), design.labels)
    units = clusters.units_of(design, fit)
    meat = sum(np.outer(score, score) for score in units.scores)
    assert np.allclose(clusters.cr1(design, fit), 6 / 5 * bread @ meat @ bread)


def test_votes_without_a_rater_are_a_cluster_each() -> None:
    votes = simulated(6, 3)
    nobody, alone = votes.assign(rater=None), votes.assign(rater=[f"v{k}" for k in range(len(votes))])
    nobody.loc[0, "rater"] = alone.loc[0, "rater"] = "somebody"
    first, second = rate(reduce_votes(nobody, raters=True)), rate(reduce_votes(alone, raters=True))
    assert first.n_raters == 1 and second.n_raters == len(votes)
    for row in first.contestants:
        assert row.se == pytest.approx(second.find(row.name).se, rel=1e-9)
        assert row.df == pytest.approx(second.find(row.name).df, rel=1e-9)


def test_what_one_rater_alone_decides_has_no_interval() -> None:
    votes = simulated(6, 3)
    extra = votes[:4].assign(model_a="new", model_b="m0", winner=["model_a", "model_b", "tie", "model_a"], rater="r000")
    found = rate(reduce_votes(pd.concat([votes, extra]), raters=True))
    assert found.find("new").theta is not None
    assert found.find("new").se is None and found.find("new").lower is None
    assert any("One rater alone decides about new:" in warning for warning in found.warnings)
    anchored = rate(reduce_votes(pd.concat([votes, extra]), raters=True), Options(anchor="m1"))
    assert anchored.find("m2").se is not None and anchored.find("new").se is None
    only = rate(reduce_votes(votes[votes["rater"] == "r005"], raters=True))
    assert all(row.lower is None for row in only.contestants)


def test_tastes_widen_the_interval() -> None:
    counts = reduce_votes(simulated(12, 2, sd=1.0, uneven=8), raters=True)
    naive, honest = rate(counts, Options(ci=Ci.SANDWICH)), rate(counts)
    assert (honest.find("m0").se or 0) > 1.5 * (naive.find("m0").se or 0)


def written_out(votes: pd.DataFrame, position: bool) -> tuple[np.ndarray, np.ndarray, float]:
    """Log-odds and CR1 of them from one dense row per vote: nothing of ours but the column names.

    Half ties: a vote's score is x (y - p) with y = 1, 0 or 1/2; the last contestant is left out of the regression and
    the sum-zero gauge is applied to the estimates afterwards.
    """
    names = sorted({*votes["model_a"], *votes["model_b"]})
    x = np.zeros((len(votes), len(names) + 1))
    for row, (a, b) in enumerate(zip(votes["model_a"], votes["model_b"], strict=True)):
        x[row, names.index(a)], x[row, names.index(b)], x[row, -1] = 1, -1, 1
    x = np.delete(x, [len(names) - 1] if position else [len(names) - 1, len(names)], axis=1)
    y = votes["winner"].map({"model_a": 1.0, "model_b": 0.0, "tie": 0.5, "both_bad": 0.5}).to_numpy()
    beta = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-x @ beta))
        hessian = (x.T * (p * (1 - p))) @ x
        beta = beta + np.linalg.solve(hessian, x.T @ (y - p))
    rater = [who if isinstance(who, str) else f"nobody {row}" for row, who in enumerate(votes["rater"])]
    sums = pd.DataFrame(x * (y - p)[:, None]).groupby(rater).sum().to_numpy()
    inverse = np.linalg.inv(hessian)
    full = np.eye(len(names), x.shape[1]) if position else np.vstack([np.eye(x.shape[1]), np.zeros(x.shape[1])])
    if position:
        full[-1] = 0.0
    centred = full - full.mean(axis=0)
    covariance = centred @ inverse @ sums.T @ sums @ inverse @ centred.T
    return centred @ beta, covariance, len(sums) / (len(sums) - 1)


@pytest.mark.parametrize("position", [False, True])
@pytest.mark.parametrize(("raters", "contestants", "lone"), [(6, 3, 0), (9, 5, 12), (4, 2, 5), (25, 4, 0)])
def test_cr1_is_that_of_a_dense_regression_written_out(
    raters: int, contestants: int, lone: int, position: bool
) -> None:
    votes = simulated(raters, contestants, lone=lone)
    theta, covariance, factor = written_out(votes, position)
    options = Options(ci=Ci.CLUSTER, correction=Correction.CR1, position=position)
    found, anchored = (
        rate(reduce_votes(votes, raters=True), replace(options, anchor=anchor)) for anchor in (None, "m1")
    )
    to_anchor = np.eye(contestants) - np.eye(contestants)[1]
    for k in range(contestants):
        row, other = found.find(f"m{k}"), anchored.find(f"m{k}")
        assert row.theta == pytest.approx(theta[k], abs=1e-9)
        assert row.se == pytest.approx(np.sqrt(factor * covariance[k, k]), rel=1e-8)
        assert other.theta == pytest.approx(theta[k] - theta[1], abs=1e-9)
        assert other.se == pytest.approx(np.sqrt(factor * to_anchor[k] @ covariance @ to_anchor[k]), rel=1e-8, abs=1e-9)
