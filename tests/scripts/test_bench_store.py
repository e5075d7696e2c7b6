"""The measurement itself: it votes with and without counts, and prints every figure."""

from __future__ import annotations

import pytest

from scripts.bench_store import app
from tests.scripts.cli import run

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("more", [(), ("--counts-only",)])
def test_every_figure_is_printed(more: tuple[str, ...]) -> None:
    said = run(app, "--blocks", "2", "--votes", "2000", "--contestants", "4", "--raters", "30", *more)
    assert said.exit_code == 0
    assert "with its count" in said.stdout and "2,000 stored votes, 4 contestants" in said.stdout
    assert ("GROUP BY" in said.stdout) == (not more)
