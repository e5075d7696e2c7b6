from __future__ import annotations

import json

from arena.analysis.counts import reduce_votes
from arena.analysis.ratings import rate
from arena.analysis.results import Ci, Method, Options
from arena.analysis.tables import COLUMNS, to_document, to_frame, to_json
from tests.arena.analysis.samples import STIGLER, paired, simulated

KEYS = [
    "contestants", "position", "tie", "method", "ci", "gauge", "n_votes", "n_raters", "log_likelihood", "converged",
    "separated", "warnings",
]  # fmt: skip
ROW = [
    "name", "theta", "se", "rating", "lower", "upper", "rank", "rank_lower", "rank_upper", "wins", "losses", "ties",
    "battles",
]  # fmt: skip


def test_the_document_has_the_agreed_keys() -> None:
    options = Options(method=Method.DAVIDSON, position=True)
    document = to_document(rate(reduce_votes(simulated(8, 3), raters=True), options))
    assert list(document) == KEYS
    assert list(document["contestants"][0]) == ROW
    assert list(document["position"]) == ["theta", "se"] and list(document["tie"]) == ["log_nu", "se"]
    assert (document["method"], document["ci"], document["gauge"], document["n_raters"]) == (
        "davidson",
        "cluster",
        "sum-zero",
        8,
    )


def test_floats_keep_their_full_precision_and_counts_are_whole() -> None:
    ratings = rate(paired(STIGLER))
    read = json.loads(to_json(ratings))
    assert read["contestants"][0]["theta"] == ratings.contestants[0].theta
    assert read["n_votes"] == 3727 and isinstance(read["n_votes"], int)
    assert read["position"] is None and read["tie"] is None and read["n_raters"] is None


def test_what_cannot_be_said_is_null() -> None:
    read = json.loads(to_json(rate(paired(STIGLER), Options(ci=Ci.NONE))))
    assert read["contestants"][0]["se"] is None and read["contestants"][0]["lower"] is None


def test_slices_stand_under_their_names() -> None:
    ratings = rate(paired(STIGLER))
    assert list(json.loads(to_json(ratings, {"zh": ratings}))["slices"]["zh"]) == KEYS


def test_the_frame_has_a_row_per_contestant_best_first() -> None:
    frame = to_frame(rate(paired(STIGLER)))
    assert tuple(frame.columns) == COLUMNS
    assert frame["rank"].tolist() == [1, 2, 3, 4] and frame["name"][0] == "JRSS-B"
