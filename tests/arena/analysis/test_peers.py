"""Independent implementations find the same estimates. They are development dependencies only."""

from __future__ import annotations

import numpy as np
import pytest

from arena.analysis.counts import reduce_votes
from arena.analysis.elo import rate_elo
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Method, Options
from tests.arena.analysis.samples import simulated

VOTES = simulated(25, 6)
OURS = rate(reduce_votes(VOTES), Options(ci=Ci.NONE))
NAMES = [f"m{k}" for k in range(6)]
THETA = np.array([OURS.find(name).theta for name in NAMES], dtype=float)
WHY = "install the independent implementations with requirements-dev.txt"


def test_evalica_finds_the_same_strengths() -> None:
    evalica = pytest.importorskip("evalica", reason=WHY)
    found = evalica.bradley_terry(*evalica_columns(evalica), tolerance=1e-14, limit=100_000)
    theirs = np.log(np.array([found.scores[name] for name in NAMES]))
    assert np.allclose(theirs - theirs.mean(), THETA, atol=1e-8)


def test_evalica_plays_the_same_elo() -> None:
    evalica = pytest.importorskip("evalica", reason=WHY)
    found = evalica.elo(*evalica_columns(evalica), initial=1000.0, base=10.0, scale=400.0, k=4.0)
    ours = rate_elo(VOTES, Options(method=Method.ELO, elo_shuffles=1)).ratings
    for name in NAMES:
        assert ours.find(name).rating == pytest.approx(found.scores[name], abs=1e-6)


def test_choix_finds_the_same_strengths() -> None:
    choix = pytest.importorskip("choix", reason=WHY)
    games = []
    for a, b, winner in zip(VOTES["model_a"], VOTES["model_b"], VOTES["winner"], strict=True):
        left, right = int(a[1]), int(b[1])
        games += [(left, right)] * (winner != "model_b") + [(right, left)] * (winner != "model_a")
        games += [(left, right)] * (winner == "model_a") + [(right, left)] * (winner == "model_b")
    theirs = choix.ilsr_pairwise(6, games, tol=1e-12)
    assert np.allclose(theirs - np.mean(theirs), THETA, atol=1e-8)


def test_arenakit_without_its_prior_finds_the_same_strengths() -> None:
    arenakit = pytest.importorskip("arenakit", reason=WHY)
    words = {"model_a": "a", "model_b": "b", "tie": "tie", "both_bad": "tie"}
    rows = zip(VOTES["model_a"], VOTES["model_b"], VOTES["winner"], strict=True)
    arena = arenakit.Arena([arenakit.Battle(model_a=a, model_b=b, winner=words[w]) for a, b, w in rows])
    fit = arenakit.fit_bt(arena.counts(), prior=0.0)
    order = [arena.models.index(name) for name in NAMES]
    assert np.allclose(fit.scores[order], THETA, atol=1e-8)


def evalica_columns(evalica: object) -> tuple[list[str], list[str], list[object]]:
    winner = evalica.Winner  # type: ignore[attr-defined]
    words = {"model_a": winner.X, "model_b": winner.Y, "tie": winner.Draw, "both_bad": winner.Draw}
    return VOTES["model_a"].tolist(), VOTES["model_b"].tolist(), [words[label] for label in VOTES["winner"]]
