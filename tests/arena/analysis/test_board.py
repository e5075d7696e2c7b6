from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from arena.analysis import board
from arena.analysis.counts import reduce_votes
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options
from arena.errors import DataError
from tests.arena.analysis.samples import simulated

NOW = datetime(2026, 5, 31, tzinfo=UTC)


def votes(contestants: int = 3, raters: int = 12) -> pa.Table:
    """Votes as the database gives them: one an hour, some in Chinese, some about code, one in ten too fast."""
    frame = simulated(raters, contestants)
    n = len(frame)
    frame["language"] = ["zh" if k % 3 else "en" for k in range(n)]
    frame["is_code"] = [k % 4 == 0 for k in range(n)]
    frame["turns"] = [1 + k % 5 for k in range(n)]
    frame["reasons"] = ['["too_fast"]' if k % 10 == 9 else "[]" for k in range(n)]
    frame["created_at"] = pd.to_datetime([NOW - timedelta(hours=n - k) for k in range(n)]).astype("datetime64[us, UTC]")
    return pa.Table.from_pandas(frame, preserve_index=False)


def with_texts(table: pa.Table) -> pa.Table:
    sayings = ["short", "# Head\n\nlong " * 3, "- a\n- b", "**bold** and long enough " * 2, "", "- x\n# y\n**z**"]
    for side in "ab":
        texts = Random(side).choices(sayings, k=len(table))
        said = [[{"role": "user", "content": "q"}, {"role": "assistant", "content": text}] for text in texts]
        table = table.append_column(f"conversation_{side}", pa.array(said))
    return table


def counted(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas()
    return frame[frame["reasons"] == "[]"]


def test_all_votes_that_count_are_rated_with_intervals_by_rater() -> None:
    found = board.overall(votes())
    assert found.ratings.ci is Ci.CLUSTER
    assert found.ratings.n_votes == found.counts.n_votes == len(counted(votes()))
    assert found.counts.rater is None


def test_every_slice_is_rated_as_if_it_were_alone() -> None:
    found = board.sliced(votes(), NOW)
    chinese = counted(votes()).query("language == 'zh'")
    assert found.boards["language:zh"].ratings.contestants == rate(reduce_votes(chinese, raters=True)).contestants
    sizes = {key: one.ratings.n_votes for key, one in found.boards.items()}
    frame = counted(votes())
    assert sizes["code:yes"] + sizes["code:no"] == len(frame)
    assert sizes["turns:3+"] == (frame["turns"] >= 3).sum()


def test_slices_with_few_votes_and_those_with_all_are_not_offered() -> None:
    table = votes().filter(pa.array([True] * 60 + [False] * (len(votes()) - 60)))
    found = board.sliced(table, NOW)
    assert "code:yes" not in found.boards and "turns:1" not in found.boards
    assert "recent:30" not in board.sliced(votes(), NOW).boards  # all votes are of the last thirty days
    assert "recent:30" in board.sliced(votes(), NOW + timedelta(days=25)).boards


def test_days_without_votes_are_among_the_days() -> None:
    table = votes()
    late = table.set_column(
        table.column_names.index("created_at"), "created_at",
        pa.array([NOW - timedelta(days=3 if k else 0) for k in range(len(table))], pa.timestamp("us", tz="UTC")),
    )  # fmt: skip
    days = board.sliced(late, NOW).days
    assert days.labels == ("2026-05-28", "2026-05-29", "2026-05-30", "2026-05-31")
    assert days.counts == (len(counted(table)) - 1, 0, 0, 1)


def test_two_contestants_are_compared_over_raters_and_more_are_not() -> None:
    two = board.sliced(votes(2), NOW + timedelta(days=1))
    assert two.sequence is not None and len(two.sequence.lower) == 12
    assert two.sequence.lower[-1] <= two.mean <= two.sequence.upper[-1]
    assert board.sliced(votes(3), NOW + timedelta(days=1)).sequence is None


def test_style_control_rates_all_votes_and_their_slices() -> None:
    found = board.styled(with_texts(votes()), NOW)
    assert found.votes == len(counted(votes()))
    assert {"all", "language:zh"} <= found.boards.keys()
    assert {term.name for term in found.boards["all"].ratings.features} <= {"length", "headers", "lists", "bold"}
    assert found.boards["all"].ratings.features


def test_answers_of_one_style_leave_nothing_to_control_for() -> None:
    table = votes()
    said = pa.array([[{"role": "assistant", "content": "same"}]] * len(table))
    same = table.append_column("conversation_a", said).append_column("conversation_b", said)
    assert board.styled(same, NOW).boards == {}


def test_no_vote_that_counts_is_an_error_that_the_page_can_tell() -> None:
    with pytest.raises(DataError, match="no votes"):
        board.overall(votes().slice(9, 1))


def later() -> tuple[Any, Any, Any]:
    """An earlier rating by rater, today's estimate, and both put together."""
    before = board.overall(votes().slice(0, 150)).ratings
    now = rate(reduce_votes(counted(votes()).drop(columns="reasons")), Options(ci=Ci.NONE, ranks=False))
    return before, now, board.refreshed(now, before)


def test_todays_estimates_carry_the_known_widths() -> None:
    before, now, both = later()
    for row in both.contestants:
        old, new = before.find(row.name), now.find(row.name)
        assert row.rating == new.rating != old.rating
        assert row.lower - row.rating == pytest.approx(old.lower - old.rating)
        assert row.upper - row.rating == pytest.approx(old.upper - old.rating)
        assert row.rank_lower <= row.rank <= row.rank_upper
    assert both.ci is Ci.CLUSTER and both.n_votes == now.n_votes


def test_the_lead_moves_with_the_estimates_or_has_no_interval() -> None:
    before, now, both = later()
    if (now.lead.first, now.lead.second) == (before.lead.first, before.lead.second):
        assert both.lead.lower - both.lead.gap == pytest.approx(before.lead.lower - before.lead.gap)
    swapped = board.refreshed(
        now, before.__class__(**{f: getattr(before, f) for f in before.__slots__} | {"lead": None})
    )
    assert swapped.lead.lower is None


def test_a_contestant_that_came_later_keeps_its_own_interval() -> None:
    before = board.overall(votes(2)).ratings
    now = rate(reduce_votes(counted(votes(3)).drop(columns="reasons")), Options(ci=Ci.MODEL))
    both = board.refreshed(now, before)
    (new,) = {row.name for row in now.contestants} - {row.name for row in before.contestants}
    assert both.find(new) == now.find(new)
