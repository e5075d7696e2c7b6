from __future__ import annotations

from scripts.coverage import Amount, scenarios, simulate_all


def test_the_figures_do_not_depend_on_the_number_of_processes() -> None:
    cells = [cell for cell in scenarios([12]) if cell.contestants == 2][:2]
    amount = Amount(runs=6, more_runs=0, bootstrap_runs=2, bootstraps=5, seed=3)
    alone, together = (list(simulate_all(cells, amount, workers)) for workers in (1, 2))
    assert alone == together
    assert [found.scenario for found in alone[1]] == [cells[1]] * len(alone[1])
    assert {found.interval: found.runs for found in alone[0]}["rater boot."] == 2
