"""Times the ratings against other packages, from one DataFrame of Arrow strings to the result, reduction included.

Run as `python -m scripts.bench_ratings`; `pip install -r requirements-bench.txt` brings the peers. Every measurement is
a process of its own, tools take turns, and the least time of the turns is shown with the peak memory beyond the input.
Only numpy and pandas are imported here, so that another environment's Python can run a measurement too. `--quick` runs
a corner of the grid in a few minutes; docs/benchmarks.md says how to get the peers and how to read the rows.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

VOTES = (1_000, 100_000, 1_000_000, 10_000_000)
CONTESTANTS = (2, 20, 100, 300)
TASKS = ("point", "sandwich", "boot100", "boot1000")
PATIENCE_S = 30.0
"""A tool that took longer than this is not asked again with more votes."""
LIMIT_S = 300.0
QUICK_VOTES, QUICK_CONTESTANTS, QUICK_TASKS = (1_000, 100_000), (20, 300), ("point", "sandwich", "boot100")
NO_ANSWER = "no estimate: gives all contestants the same score"

Work = Callable[[pd.DataFrame], object]


class Measurement(NamedTuple):
    """Seconds, and MiB beyond the input; None where a tool does not do this or was too slow."""

    seconds: float | None
    mib: float | None
    note: str = ""


def make_votes(votes: int, contestants: int, seed: int = 0) -> pd.DataFrame:
    """Votes as Arrow strings, a fifth of them ties."""
    rng = np.random.default_rng(seed)
    names = pd.array([f"vendor-model-{k:03d}-instruct" for k in range(contestants)], dtype="str")
    labels = pd.array(["model_a", "model_b", "tie", "both_bad"], dtype="str")
    theta = rng.normal(0, 0.8, contestants)
    a = rng.integers(0, contestants, votes)
    b = (a + rng.integers(1, contestants, votes)) % contestants
    wins = rng.random(votes) < 1 / (1 + np.exp(theta[b] - theta[a]))
    outcome = np.where(rng.random(votes) < 0.2, rng.integers(2, 4, votes), np.where(wins, 0, 1))
    return pd.DataFrame({"model_a": names.take(a), "model_b": names.take(b), "winner": labels.take(outcome)})


def ours(task: str) -> Work:
    """This package; without rank sets, which no other tool computes."""
    from arena.analysis.counts import reduce_votes
    from arena.analysis.ratings import rate
    from arena.analysis.results import Ci, Options

    kinds = {"point": Ci.NONE, "sandwich": Ci.SANDWICH, "boot100": Ci.BOOTSTRAP, "boot1000": Ci.BOOTSTRAP}
    options = Options(ci=kinds[task], ranks=False, bootstraps=1000 if task == "boot1000" else 100)
    return lambda frame: rate(reduce_votes(frame), options)


def evalica(task: str) -> Work:
    """Evalica's Newman iteration and Bradley-Terry in Rust; its bootstrap refits the votes."""
    import evalica as peer

    wins = {"model_a": peer.Winner.X, "model_b": peer.Winner.Y, "tie": peer.Winner.Draw, "both_bad": peer.Winner.Draw}

    def point(frame: pd.DataFrame) -> object:
        winners = [wins[label] for label in frame["winner"].tolist()]
        found = peer.bradley_terry(frame["model_a"].tolist(), frame["model_b"].tolist(), winners)
        if found.scores.nunique() == 1:  # what it says where no finite maximum exists
            raise ArithmeticError(NO_ANSWER)
        return found

    def boot(frame: pd.DataFrame) -> object:
        winners = [wins[label] for label in frame["winner"].tolist()]
        xs, ys = frame["model_a"].tolist(), frame["model_b"].tolist()
        method: Literal["percentile"] = "percentile"
        count = 1000 if task == "boot1000" else 100
        return peer.bootstrap(peer.bradley_terry, xs, ys, winners, n_resamples=count, bootstrap_method=method)

    if task == "sandwich":
        raise LookupError("evalica has no sandwich")
    return point if task == "point" else boot


def choix(task: str) -> Work:
    """Choix's spectral ranking, which ends at the maximum likelihood; a tie is a win for each, a win two."""
    import choix as peer

    if task != "point":
        raise LookupError("choix has point estimates only")

    def point(frame: pd.DataFrame) -> object:
        size = len(frame)
        codes, names = pd.factorize(pd.concat([frame["model_a"], frame["model_b"]]))
        a, b, winner = codes[:size], codes[size:], frame["winner"].to_numpy()
        first, second = winner != "model_b", winner != "model_a"
        games = [*zip(a[first], b[first], strict=True), *zip(b[second], a[second], strict=True)]
        decided = np.concatenate([(winner == "model_a")[first], (winner == "model_b")[second]])
        games += [game for game, twice in zip(games, decided, strict=True) if twice]
        return peer.ilsr_pairwise(len(names), games)

    return point


def arenakit(task: str) -> Work:
    """Arenakit without its prior."""
    import arenakit as peer

    wins: dict[str, Literal["a", "b", "tie"]] = {"model_a": "a", "model_b": "b", "tie": "tie", "both_bad": "tie"}

    def arena(frame: pd.DataFrame) -> Any:
        rows = zip(frame["model_a"], frame["model_b"], frame["winner"], strict=True)
        return peer.Arena([peer.Battle(model_a=a, model_b=b, winner=wins[w]) for a, b, w in rows])

    if task == "sandwich":
        raise LookupError("arenakit has no sandwich")
    if task == "point":
        return lambda frame: peer.fit_bt(arena(frame).counts(), prior=0.0)
    count = 1000 if task == "boot1000" else 100
    return lambda frame: peer.bootstrap(arena(frame), lambda counts: peer.fit_bt(counts, prior=0.0), n_resamples=count)


def arena_rank(task: str) -> Work:
    """Arena-rank, its point estimate and its sandwich; its bootstrap forks under JAX and can hang."""
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    if task.startswith("boot"):
        raise LookupError("arena-rank's bootstrap is not run")

    def work(frame: pd.DataFrame) -> object:
        data = PairDataset.from_pandas(frame)
        model = BradleyTerry(n_competitors=len(data.competitors))
        return model.fit(data) if task == "point" else model.compute_ratings_and_cis(data)

    return work


def draws(task: str) -> Work:
    """Only the multinomial counts of the bootstrap: the floor of what resampling cells can cost."""
    from arena.analysis.bootstrap import votes_sampler
    from arena.analysis.counts import reduce_votes
    from arena.analysis.design import build
    from arena.analysis.family import Family

    if not task.startswith("boot"):
        raise LookupError("draws are of bootstraps")
    count = 1000 if task == "boot1000" else 100

    def work(frame: pd.DataFrame) -> object:
        sample = votes_sampler(build(reduce_votes(frame), Family.HALF_TIES))
        rng = np.random.default_rng(0)
        return sum(float(sample(rng)[0, 0]) for _ in range(count))

    return work


TOOLS: dict[str, Callable[[str], Work]] = {
    "ours": ours,
    "draws only": draws,
    "evalica": evalica,
    "choix": choix,
    "arenakit": arenakit,
    "arena-rank": arena_rank,
}


def measure(tool: str, task: str, frame: pd.DataFrame, repeats: int) -> Measurement:
    """Least seconds of some runs, after one on a small table, and the peak memory of the first."""
    work = TOOLS[tool](task)
    work(make_votes(2000, 3))
    before = _peak_mib()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work(frame)
        seconds.append(time.perf_counter() - start)
        if seconds[-1] > PATIENCE_S / 10:
            break
    return Measurement(min(seconds), _peak_mib() - before)


def run_worker(python: str, tool: str, task: str, table: Path, repeats: int) -> Measurement:
    """Measure in a process of its own."""
    module = [python, str(Path(__file__).resolve()), "--worker", tool, task, str(table), "--repeats", str(repeats)]
    try:
        done = subprocess.run(module, capture_output=True, text=True, timeout=LIMIT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Measurement(None, None, f"> {LIMIT_S:.0f} s")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["failed"])[-1]
        return Measurement(None, None, "-" if "LookupError" in last else last.split(": ", 1)[-1][:70])
    return Measurement(*json.loads(done.stdout.splitlines()[-1]))


def worker(tool: str, task: str, table: Path, repeats: int) -> None:
    """Print one measurement as JSON."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    frame = pd.read_parquet(table)
    print(json.dumps(measure(tool, task, frame, repeats)[:2]))


def available(arena_rank_python: str | None) -> dict[str, str]:
    """Tools that are installed, with the Python to run them."""
    modules = {"evalica": "evalica", "choix": "choix", "arenakit": "arenakit"}
    found = {"ours": sys.executable, "draws only": sys.executable}
    found |= {tool: sys.executable for tool, name in modules.items() if importlib.util.find_spec(name)}
    return found | ({"arena-rank": arena_rank_python} if arena_rank_python else {})


def cell(
    tools: dict[str, str], task: str, table: Path, turns: int, tired: set[tuple[str, str]]
) -> dict[str, Measurement]:
    """Every tool's best of some turns on one table."""
    results: dict[str, Measurement] = {}
    for _ in range(turns):
        for tool, python in tools.items():
            if (tool, task) in tired:
                results[tool] = Measurement(None, None, "too slow before")
                continue
            found = run_worker(python, tool, task, table, 5)
            if found.note == f"> {LIMIT_S:.0f} s" or (found.seconds or 0) > PATIENCE_S:
                tired.add((tool, task))
            known = results.get(tool)
            if known is None or known.seconds is None or (found.seconds or np.inf) < known.seconds:
                results[tool] = found
    return results


def show(votes: int, contestants: int, task: str, results: dict[str, Measurement]) -> None:
    """Print a cell's rows."""
    own = results["ours"].seconds
    for tool, found in results.items():
        if found.seconds is None:
            if found.note != "-":
                print(f"{votes:>10,} {contestants:>4} {task:9} {tool:11} {found.note}", flush=True)
            continue
        times = f"{found.seconds / own:8.1f}x" if own else ""
        row = f"{votes:>10,} {contestants:>4} {task:9} {tool:11} {found.seconds:10.4f} s {times} {found.mib:8.0f} MiB"
        print(row, flush=True)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Read the arguments and run the cells."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a corner of the grid, in a few minutes")
    parser.add_argument("--votes", type=int, nargs="+", help="default: 1000 to 10 million")
    parser.add_argument("--contestants", type=int, nargs="+", help="default: 2, 20, 100, 300")
    parser.add_argument("--tasks", nargs="+", choices=TASKS, help="default: all")
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=list(TOOLS))
    parser.add_argument("--turns", type=int, default=2, help="alternating turns of all tools")
    parser.add_argument("--arena-rank-python", help="Python of an environment with arena-rank")
    parser.add_argument("--worker", nargs=3, metavar=("TOOL", "TASK", "TABLE"), help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=5, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        worker(asked.worker[0], asked.worker[1], Path(asked.worker[2]), asked.repeats)
        return
    installed = available(asked.arena_rank_python)
    tools = {tool: python for tool, python in installed.items() if tool in asked.tools or tool == "ours"}
    tired: set[tuple[str, str]] = set()
    tasks = asked.tasks or (QUICK_TASKS if asked.quick else TASKS)
    with tempfile.TemporaryDirectory() as folder:
        for contestants in asked.contestants or (QUICK_CONTESTANTS if asked.quick else CONTESTANTS):
            for votes in asked.votes or (QUICK_VOTES if asked.quick else VOTES):
                table = Path(folder) / "votes.parquet"
                make_votes(votes, contestants).to_parquet(table)
                for task in tasks:
                    show(votes, contestants, task, cell(tools, task, table, asked.turns, tired))


if __name__ == "__main__":
    main()
