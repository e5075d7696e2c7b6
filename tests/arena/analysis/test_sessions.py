from __future__ import annotations

import pyarrow as pa

from arena.analysis.sessions import GAP_S, first_sessions


def table(*rows: tuple[str | None, str, str, str, int]) -> pa.Table:
    rater, left, right, winner, at = zip(*rows, strict=True)
    times = pa.array([1000 * 1000 * t for t in at], pa.timestamp("us", tz="UTC"))
    return pa.table(
        {
            "rater": pa.array(rater, pa.string()),
            "model_a": left,
            "model_b": right,
            "winner": winner,
            "created_at": times,
        }
    )


def test_a_rater_scores_once_with_halves_for_ties_and_from_either_side() -> None:
    votes = table(
        ("ann", "x", "y", "model_a", 0), ("ann", "y", "x", "model_a", 5), ("ann", "x", "y", "both_bad", 9),
        ("bo", "y", "x", "model_b", 2),
    )  # fmt: skip
    assert first_sessions(votes, 1e6).tolist() == [1.0, 0.5]  # bo closed first


def test_a_session_counts_when_it_is_closed_and_later_ones_never() -> None:
    votes = table(("ann", "x", "y", "model_a", 0), ("ann", "x", "y", "model_b", GAP_S + 1))
    assert first_sessions(votes, GAP_S - 1).size == 0
    assert first_sessions(votes, GAP_S).tolist() == [1.0]
    assert first_sessions(votes, 9 * GAP_S).tolist() == [1.0]


def test_votes_without_a_rater_and_more_than_two_contestants_have_no_sessions() -> None:
    assert first_sessions(table((None, "x", "y", "tie", 0)), 1e6).size == 0
    three = table(("ann", "x", "y", "model_a", 0), ("ann", "x", "z", "model_a", 0))
    assert first_sessions(three, 1e6).size == 0
