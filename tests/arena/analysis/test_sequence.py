from __future__ import annotations

import numpy as np
import pytest
from scipy.special import beta

from arena.analysis.sequence import GRID, confidence_sequence, covers_always, log_bets


def test_the_first_bounds_are_wide_and_bounds_only_shrink() -> None:
    found = confidence_sequence([1.0, 0.0, 1.0, 0.5, 0.75] * 20)
    assert found.lower[0] < 0.1 and found.upper[0] == 1.0
    assert all(a <= b for a, b in zip(found.lower, found.lower[1:], strict=False))
    assert all(a >= b for a, b in zip(found.upper, found.upper[1:], strict=False))
    assert found.lower[-1] < 0.65 < found.upper[-1]


def test_wins_and_losses_have_the_closed_form_of_the_beta_mixture() -> None:
    scores, mean = [1.0] * 9 + [0.0] * 2, 0.6
    bets = np.sum([log_bets(score, np.array([mean]))[0] for score in scores], axis=0)
    closed = beta(9.5, 2.5) / beta(0.5, 0.5) / (mean**9 * (1 - mean) ** 2)
    assert np.exp(bets).mean() == pytest.approx(closed, rel=1e-9)


def test_a_lead_is_decided_after_enough_raters_and_not_before() -> None:
    found = confidence_sequence([0.8, 0.9, 0.7, 1.0] * 10)
    assert found.decided is not None and 5 < found.decided < 30
    assert confidence_sequence([0.5, 0.6, 0.4] * 10).decided is None


def test_bounds_are_rounded_outwards_to_the_grid() -> None:
    found = confidence_sequence([0.3] * 50)
    lower, upper = found.lower[-1], found.upper[-1]
    assert not covers_always(np.array([0.3] * 50), max(lower - 1 / GRID, 1e-6))
    assert covers_always(np.array([0.3] * 50), (lower + upper) / 2)


def test_a_betting_process_is_fair_at_the_true_mean() -> None:
    for mean in (0.2, 0.5, 0.9):
        fair = mean * np.exp(log_bets(1.0, np.array([mean]))) + (1 - mean) * np.exp(log_bets(0.0, np.array([mean])))
        assert np.allclose(fair, 1.0)


def test_the_mean_is_kept_at_all_looks_at_once_as_often_as_promised() -> None:
    rng = np.random.default_rng(0)
    kept = [covers_always(rng.binomial(6, 0.7, 100) / 6, 0.7) for _ in range(400)]
    single = [covers_always(rng.binomial(1, 0.7, 300).astype(float), 0.7) for _ in range(400)]
    assert np.mean(kept) >= 0.95 and np.mean(single) >= 0.93


def test_a_score_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        confidence_sequence([1.2])
