from __future__ import annotations

import numpy as np
import pytest

from arena.analysis import plots
from arena.analysis.counts import from_cells, reduce_votes
from arena.analysis.matrices import matrices
from arena.analysis.proportions import proportion
from arena.analysis.rates import contestant_rates, position_bias
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Options
from tests.arena.analysis.samples import simulated

COUNTS = from_cells(["a", "b", "a", "c"], ["b", "a", "c", "d"], ["model_a", "model_a", "tie", "both_bad"], [6, 2, 4, 8])


def test_matrices_have_wins_with_half_for_ties_and_gaps_where_nobody_met() -> None:
    found = matrices(COUNTS, ("b", "a", "c", "d"))
    assert found.battles[0].tolist() == [0, 8, 0, 0]
    assert found.win_rate[1, 0] == 0.75 and found.win_rate[0, 1] == 0.25
    assert found.win_rate[1, 2] == 0.5 and np.isnan(found.win_rate[0, 3])


def test_position_bias_is_the_left_sides_share_of_decided_votes() -> None:
    assert position_bias(COUNTS) == proportion(8, 8)
    found = position_bias(reduce_votes(simulated(30, 2)))
    assert found.estimate is not None and found.lower > 0.5


def test_rates_are_of_each_contestants_battles() -> None:
    rates = {rate.name: rate for rate in contestant_rates(COUNTS, leaks={"a": (1, 10)})}
    assert rates["a"].ties.estimate == pytest.approx(4 / 12)
    assert rates["c"].both_bad.estimate == pytest.approx(8 / 12)
    assert rates["a"].leaks == proportion(1, 10) and rates["b"].leaks is None and rates["a"].errors is None


def test_a_forest_has_the_ratings_and_their_bounds() -> None:
    ratings = rate(reduce_votes(simulated(9, 3), raters=True))
    data = plots.forest_of(ratings)
    assert data.names == tuple(row.name for row in ratings.contestants)
    assert data.lower.tolist() == [row.lower for row in ratings.contestants]
    drawn = plots.draw_forest(data, "Ratings")
    assert drawn.count('class="dot"') == 3 and drawn.count('class="bar"') == 3


def test_points_without_an_interval_are_drawn_without_a_bar() -> None:
    drawn = plots.draw_forest(plots.forest_of(rate(COUNTS, Options(ci=Ci.NONE))), "Ratings")
    assert drawn.count('class="dot"') == 4 and 'class="bar"' not in drawn


def test_shares_are_drawn_in_percent() -> None:
    data = plots.bias_of([("left", proportion(3, 4)), ("nobody", proportion(0, 0))])
    assert data.values[0] == 75 and np.isnan(data.values[1])
    assert "left: 75.0" in plots.draw_forest(data, "Side")


def test_heatmaps_show_the_best_and_leave_empty_cells_empty() -> None:
    names = [f"m{k:02d}" for k in range(50)]
    counts = from_cells(names[:-1], names[1:], ["tie"] * 49, [1] * 49)
    heat = plots.win_heat_of(matrices(counts))
    assert len(heat.names) == plots.HEAT_MOST
    assert plots.draw_heat(heat, "Wins").count("<rect") == 2 * (plots.HEAT_MOST - 1)
    busiest = plots.battle_heat_of(matrices(COUNTS))
    assert np.nanmax(busiest.shade) == 1.0 and busiest.texts[0][1] == "8"


@pytest.mark.parametrize(("low", "high"), [(0, 1), (870.5, 1130.2), (-3, -2.9), (5, 5), (0, 1e6)])
def test_ticks_are_few_and_round_and_enclose_the_data(low: float, high: float) -> None:
    ticks = plots.nice_ticks(low, high)
    assert ticks[0] <= low and ticks[-1] >= high and 2 <= len(ticks) <= 9


def test_bars_scale_with_the_highest() -> None:
    drawn = plots.draw_bars(plots.Bars(("d1", "d2"), (1.0, 4.0)), "Time")
    assert 'height="132.0"' in drawn and 'height="33.0"' in drawn and "d2: 4" in drawn
    assert "<svg" in plots.draw_bars(plots.Bars((), ()), "Time")


def test_curves_share_one_axis_and_are_told_apart_by_dashes():
    xs, ys = (np.array([0.0, 2.0]), np.array([1.0, 4.0])), (np.array([0.0, 1.0]), np.array([0.5, 1.0]))
    drawn = plots.draw_curves(plots.Curves(("one", "<two>"), xs, ys, "s"), "title")
    assert drawn.count("<polyline") == 2
    assert "stroke-dasharray:none" in drawn
    assert "stroke-dasharray:7 4" in drawn
    assert "&lt;two&gt;" in drawn
    ends = [line.split('"')[0].split()[-1] for line in drawn.split('points="')[1:]]
    assert float(ends[0].split(",")[0]) < float(ends[1].split(",")[0])
    assert float(ends[0].split(",")[1]) == float(ends[1].split(",")[1])
