"""The dashboard asks for nothing that the arena does not tell."""

import json
import re
from pathlib import Path

from arena.metrics import Metrics

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "arena.json"


def test_every_number_of_ours_on_the_dashboard_exists_and_every_one_that_exists_is_on_it():
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    asked = {name for p in panels for t in p["targets"] for name in re.findall(r"arena_\w+", t["expr"])}
    told = {metric.name for metric in Metrics().registry.collect() if metric.name.startswith("arena_")}
    assert {name.removesuffix("_bucket").removesuffix("_total") for name in asked} == told
