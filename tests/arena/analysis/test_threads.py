"""Results do not depend on how many threads the linear algebra uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAMME = """
import json, sys
from arena.analysis.counts import reduce_votes
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Method, Options
from scripts.bench_ratings import make_votes

found = []
for votes, contestants, options in (
    (40_000, 140, Options(ci=Ci.SANDWICH, ranks=False)),
    (600, 140, Options(ci=Ci.NONE)),
    (20_000, 100, Options(method=Method.DAVIDSON, position=True, ci=Ci.SANDWICH, ranks=False)),
):
    rated = rate(reduce_votes(make_votes(votes, contestants)), options)
    found.append(rated.separated)
    found += [value for row in sorted(rated.contestants, key=lambda row: row.name) for value in (row.theta, row.se)]
json.dump(found, sys.stdout)
"""


def rated_with(threads: int) -> list[float | None]:
    variables = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = os.environ | dict.fromkeys(variables, str(threads))
    done = subprocess.run([sys.executable, "-c", PROGRAMME], env=environment, capture_output=True, check=True)
    found: list[float | None] = json.loads(done.stdout)
    return found


def test_one_thread_and_several_give_the_same_figures() -> None:
    one, several = rated_with(1), rated_with(4)
    assert True in one  # Firth's way is among them
    for first, second in zip(one, several, strict=True):
        assert second == pytest.approx(first, abs=1e-10)
