from arena.analysis.standings import standings
from arena.models import Outcome, Standing, VoteCount


def cell(left, right, outcome, n, standing=Standing.COUNTED):
    return VoteCount(left=left, right=right, outcome=outcome, standing=standing, n=n)


def test_left_and_right_are_put_together_from_the_winners_side():
    now = standings(
        [
            cell("x", "y", Outcome.MODEL_A, 3),
            cell("y", "x", Outcome.MODEL_A, 5),
            cell("y", "x", Outcome.MODEL_B, 1),
            cell("x", "y", Outcome.TIE, 2),
            cell("y", "x", Outcome.BOTH_BAD, 4),
        ]
    )
    (row,) = now.rows
    assert (row.first, row.second, row.wins, row.losses, row.ties, row.both_bad) == ("y", "x", 5, 4, 2, 4)
    assert row.votes == 15
    assert (row.win_rate.k, row.win_rate.n) == (5, 9)


def test_what_does_not_count_is_told_by_reason_and_enters_no_row():
    now = standings(
        [
            cell("x", "y", Outcome.TIE, 2),
            cell("x", "y", Outcome.MODEL_A, 7, Standing.IDENTITY_LEAK),
            cell("x", "z", Outcome.MODEL_A, 1, Standing.WITHDRAWN),
        ]
    )
    assert (now.counted, now.not_counted) == (2, 8)
    assert now.by_standing == {Standing.COUNTED: 2, Standing.IDENTITY_LEAK: 7, Standing.WITHDRAWN: 1}
    assert [row.votes for row in now.rows] == [2]


def test_a_pair_of_ties_only_has_no_win_rate():
    (row,) = standings([cell("x", "y", Outcome.TIE, 2)]).rows
    assert row.win_rate is None


def test_no_votes_are_no_rows():
    assert standings([]).rows == ()


def test_the_pair_with_most_votes_comes_first():
    now = standings([cell("x", "y", Outcome.TIE, 1), cell("x", "z", Outcome.TIE, 9)])
    assert [row.second for row in now.rows] == ["z", "y"]
