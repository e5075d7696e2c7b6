"""Simulates raters with tastes of their own and prints how often each interval covers the true difference.

Run as `python -m scripts.coverage`; `--help` says what can be chosen. Exit code 1 means that the default interval
left 93 to 97% somewhere, or that the confidence sequence covered less than 95%, by more than chance allows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from scipy.special import expit

from arena.analysis.arrays import Floats
from arena.analysis.design import Design
from arena.analysis.estimation import estimate
from arena.analysis.ratings import measure
from arena.analysis.results import Ci, Correction, Options
from arena.analysis.sequence import covers_always
from arena.analysis.tastes import Population

RATERS = (12, 50, 200)
TIES = 0.2
TOP = 0.4
"""Log-odds of the best contestant; the worst has the opposite, the others lie between."""
INTERVALS: dict[str, Options] = {
    "model": Options(ci=Ci.MODEL),
    "sandwich": Options(ci=Ci.SANDWICH),
    "CR1, z": Options(ci=Ci.CLUSTER, correction=Correction.CR1),
    "CR2 (default)": Options(ci=Ci.CLUSTER),
}
DEFAULT = "CR2 (default)"
SEQUENCE = "sequence"
LOW, HIGH, ALWAYS = 0.93, 0.97, 0.95


@dataclass(frozen=True, slots=True)
class Scenario:
    """One cell of the simulation."""

    contestants: int
    sd: float
    raters: int
    unequal: bool

    def population(self) -> Population:
        """Twenty votes a rater, or from 4 to 120."""
        spread = np.geomspace(4, 120, self.raters) if self.unequal else np.full(self.raters, 20)
        votes = tuple(int(n) for n in np.round(spread))
        return Population(np.linspace(TOP, -TOP, self.contestants), self.sd, TIES, votes)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often an interval covered in how many runs."""

    scenario: Scenario
    interval: str
    hits: int
    runs: int

    @property
    def rate(self) -> float:
        """Share of runs."""
        return self.hits / self.runs

    @property
    def error(self) -> float:
        """Standard error of the share, by the simulation's own chance."""
        return float(np.sqrt(max(self.rate * (1 - self.rate), 1e-4) / self.runs))


def scenarios(raters: Sequence[int]) -> Iterator[Scenario]:
    """All cells."""
    for count, sd, people, unequal in itertools.product((2, 5), (0.5, 0.7), raters, (False, True)):
        yield Scenario(count, sd, people, unequal)


def simulate(scenario: Scenario, intervals: dict[str, Options], runs: int, seed: int) -> list[Coverage]:
    """Coverage of the difference between the best and the worst contestant."""
    population = scenario.population()
    contrast = np.zeros(scenario.contestants)
    contrast[0], contrast[-1] = 1, -1
    truth = float(contrast @ population.pseudo_true())
    rng = np.random.default_rng(seed)
    hits = dict.fromkeys(intervals, 0)
    for _ in range(runs):
        whole, split = population.draw(rng)
        for name in covering(whole, split, contrast, truth, intervals):
            hits[name] += 1
    return [Coverage(scenario, name, count, runs) for name, count in hits.items()]


def covering(
    whole: Design, split: Design, contrast: Floats, truth: float, intervals: dict[str, Options]
) -> Iterator[str]:
    """Names of the intervals that cover the truth in one sample."""
    found = estimate(whole)
    value = contrast[None] @ found.fit.beta
    for name, options in intervals.items():
        uncertainty = measure(whole, split, found, options)
        if uncertainty is not None:
            bounds = uncertainty.bounds(contrast[None], value, options.level)
            if bounds.lower[0] <= truth <= bounds.upper[0]:
                yield name


def simulate_sequence(scenario: Scenario, runs: int, seed: int) -> Coverage:
    """Coverage of a rater's mean score by the confidence sequence, at all looks at once; two contestants."""
    rng = np.random.default_rng(seed)
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    chance = float(expit(2 * TOP + scenario.sd * nodes) @ weights / weights.sum())
    mean = TIES / 2 + (1 - TIES) * chance
    hits = sum(covers_always(session_scores(scenario, rng), mean) for _ in range(runs))
    return Coverage(scenario, SEQUENCE, hits, runs)


def session_scores(scenario: Scenario, rng: np.random.Generator) -> Floats:
    """One score per rater, in random order: raters come as they come."""
    votes = rng.permutation(np.array(scenario.population().votes))
    chances = expit(2 * TOP + rng.normal(0, scenario.sd, votes.size)) * (1 - TIES)
    wins = rng.binomial(votes, chances)
    ties = rng.binomial(votes - wins, TIES / (1 - chances))
    scores: Floats = (wins + ties / 2) / votes
    return scores


def acceptable(found: Coverage) -> bool:
    """Whether the promise about an interval is kept, three standard errors of the simulation allowed."""
    slack = 3 * found.error
    if found.interval == DEFAULT:
        return LOW - slack <= found.rate <= HIGH + slack
    return found.interval != SEQUENCE or found.rate >= ALWAYS - slack


def show(scenario: Scenario, results: list[Coverage], console: Console) -> None:
    """Print a cell's line."""
    votes = "4-120" if scenario.unequal else "20"
    head = f"{scenario.contestants} contestants  sd {scenario.sd}  {scenario.raters:3} raters  {votes:5} votes each:"
    console.print(head, "  ".join(f"{r.interval} {100 * r.rate:.1f}" for r in results), highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Amount:
    """How much to simulate in a cell; every cell starts from the seed, so its result is its own."""

    runs: int
    more_runs: int
    bootstrap_runs: int
    bootstraps: int
    seed: int


def simulate_cell(scenario: Scenario, amount: Amount) -> list[Coverage]:
    """Everything that a cell's line says."""
    count = amount.runs if scenario.raters == min(RATERS) else amount.more_runs
    results = simulate(scenario, INTERVALS, count, amount.seed)
    if amount.bootstrap_runs:
        resampled = {
            "boot.": Options(ci=Ci.BOOTSTRAP, bootstraps=amount.bootstraps),
            "rater boot.": Options(ci=Ci.RATER_BOOTSTRAP, bootstraps=amount.bootstraps),
        }
        results += simulate(scenario, resampled, amount.bootstrap_runs, amount.seed)
    if scenario.contestants == 2:
        results.append(simulate_sequence(scenario, count, amount.seed))
    return results


def simulate_all(cells: Sequence[Scenario], amount: Amount, workers: int) -> Iterator[list[Coverage]]:
    """Each cell's coverage, in the cells' order, by so many processes."""
    work = partial(simulate_cell, amount=amount)
    if workers == 1:
        yield from map(work, cells)
        return
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(work, cells)


def main(
    runs: Annotated[int, typer.Option(help="Runs of each cell with 12 raters.")] = 10_000,
    more_runs: Annotated[int, typer.Option(help="Runs of each cell with 50 and with 200 raters.")] = 2_000,
    bootstrap_runs: Annotated[int, typer.Option(help="Runs for the bootstrap intervals; 0 leaves them out.")] = 200,
    raters: Annotated[list[int] | None, typer.Option(help="Numbers of raters; may be given more than once.")] = None,
    bootstraps: Annotated[int, typer.Option(help="Replicates of each bootstrap.")] = 200,
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 1,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that share the cells; the figures do not depend on it.")
    ] = 1,
) -> None:
    """Print the coverage of every interval of the marginal (pseudo-true) difference."""
    console = Console()
    console.print("Coverage of 95% intervals of the difference between the best and the worst contestant, %")
    cells = list(scenarios(raters or RATERS))
    broken: list[Coverage] = []
    amount = Amount(runs, more_runs, bootstrap_runs, bootstraps, seed)
    for scenario, results in zip(cells, simulate_all(cells, amount, workers), strict=True):
        show(scenario, results, console)
        broken += [result for result in results if not acceptable(result)]
    for result in broken:
        console.print(f"Out of bounds: {result.interval} in {result.scenario}: {result.rate:.3f}")
    raise typer.Exit(1 if broken else 0)


if __name__ == "__main__":
    typer.run(main)
