"""A stranger's recount of a study's report: from the export's CSV and its dictionary alone, with nothing of ours.

Names, codes and structure are read from the two files; every figure is computed with the standard library and scipy,
by other formulas than the arena's where there are others. The keys are those of `scripts.study report --json`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import product
from math import ceil, exp, inf, log, sqrt
from statistics import median
from typing import Any

import pytest
from scipy.special import betaln
from scipy.stats import beta, binomtest

from tests.support.stranger_statistics import (
    ELO,
    LEVEL,
    Z,
    coin,
    finite,
    fisher_p,
    likelihood_interval,
    narrowest,
    needed,
    newcombe,
    power,
    tango,
)


def recount(study_csv: str, dictionary_csv: str) -> dict:
    """Every figure that `--json` tells, but for what identifies the study."""
    rows = list(csv.DictReader(io.StringIO(study_csv, newline="")))
    table = Export(rows, list(csv.DictReader(io.StringIO(dictionary_csv, newline=""))))
    people = [table.person(label) for label in table.labels]
    votes = Counter(p["prefers"] for p in people if p["full"])
    names = table.contestants
    focus = 1 if votes[names[1]] > votes[names[0]] else 0
    a, b = names[focus], names[1 - focus]
    full = [p for p in people if p["full"]]
    here = [p for p in people if p["state"] not in ("withdrawn", "replaced")]
    places = int(table.facts["places"])
    return {
        "contestants": list(names),
        "focus": a,
        "other": b,
        "flow": flow(people, places),
        "flow_ab": flow([p for p in people if p["sequence"] == "AB"], places // 2),
        "flow_ba": flow([p for p in people if p["sequence"] == "BA"], places // 2),
        "full": analysis(table, full, a, b),
        "per_protocol": analysis(table, [p for p in full if p["per_protocol"]], a, b),
        "worst": worst(here, a),
        "order": order(full, a),
        "blinding": blinding(full, a),
        "quotes": quotes(table, here),
        "by_period": [talk(here, n, "") for n in (1, 2)],
        "by_contestant": [talk(here, 0, name) for name in names],
        "languages": dict(sorted(Counter(p["language"] for p in full).items())),
        "sizes": sizes(len(full), sum(p["prefers"] == a for p in full)),
    }


class Export:
    """The rows of an export, and of its dictionary who asks what."""

    def __init__(self, rows: list[dict], dictionary: list[dict]) -> None:
        self.rows = rows
        self.facts = {r["variable"]: r["value"] for r in rows if r["kind"] == "study"}
        self.contestants = (self.facts["contestant_a"], self.facts["contestant_b"])
        self.labels = [r["participant"] for r in rows if r["kind"] == "participant"]
        self.asked = {e["name"]: e["meaning"].split(":")[0].split(", ") for e in dictionary if e["kind"] == "answer"}

    def with_role(self, role: str) -> list[str]:
        return [name for name, (found, _, _) in self.asked.items() if found == role]

    def person(self, label: str) -> dict:
        mine = [r for r in self.rows if r["participant"] == label]
        known = [r for r in mine if r["missing"] == "no"]
        own = next(r for r in mine if r["kind"] == "participant")
        said = {(r["variable"], r["period"]): r for r in known if r["kind"] == "answer"}
        figures = {
            p: {r["variable"]: r["value"] for r in known if (r["kind"], r["period"]) == ("figure", p)} for p in "12"
        }
        met = {r["period"]: r["contestant"] for r in mine if r["kind"] == "figure"}
        begun = [
            p for p in "12"
            if int(figures[p].get("turns", 0)) > 0 or "active_s" in figures[p] or any(at == p for _, at in said)
        ]  # fmt: skip
        prefers = said.get((self.with_role("primary")[0], "0"))
        full = own["state"] not in ("withdrawn", "replaced") and begun == ["1", "2"] and prefers is not None
        least = int(self.facts["minimum_turns"])
        enough = all(figures[p] and int(figures[p]["turns"]) >= least and figures[p]["leaked"] == "no" for p in "12")
        return {
            "label": label, "state": own["state"], "sequence": own["sequence"], "language": own["language"],
            "said": said, "figures": figures, "met": met, "begun": begun, "full": full,
            "per_protocol": full and enough,
            "prefers": prefers["contestant"] if prefers else None,
            "prefers_period": prefers["value"] if prefers else None,
            "guess": self._guess(said, own["sequence"]),
        }  # fmt: skip

    def _guess(self, said: dict, sequence: str) -> str | None:
        row = said.get((self.with_role("blinding")[0], "0"))
        if row is None:
            return None
        if row["value"] not in self.contestants:
            return "dont_know"
        return "correct" if row["value"] == self.contestants[0 if sequence == "AB" else 1] else "wrong"

    def answer(self, person: dict, question: str, contestant: str) -> bool | None:
        found = [r for (name, _), r in person["said"].items() if name == question and r["contestant"] == contestant]
        return found[0]["value"] == "yes" if found else None


def flow(people: list[dict], places: int) -> dict:
    return {
        "places": places,
        "invited": len(people),
        "consented": sum(p["sequence"] != "" for p in people),
        "began_first": sum("1" in p["begun"] for p in people),
        "began_second": sum("2" in p["begun"] for p in people),
        "answered_primary": sum(p["prefers"] is not None for p in people),
        "completed": sum(p["state"] == "completed" for p in people),
        "full": sum(p["full"] for p in people),
        "per_protocol": sum(p["per_protocol"] for p in people),
        "withdrawn": sum(p["state"] == "withdrawn" for p in people),
        "replaced": sum(p["state"] == "replaced" for p in people),
    }


def analysis(table: Export, people: list[dict], a: str, b: str) -> dict:
    found = [secondary(table, people, q, a, b) for q in table.with_role("secondary")]
    last = 0.0
    for rank, each in enumerate(sorted(found, key=lambda s: s["p"])):
        last = max(last, min(1.0, (len(found) - rank) * each["p"]))
        each["p_holm"] = last
    return {"people": [p["label"] for p in people], "primary": primary(people, a), "secondaries": found}


def primary(people: list[dict], a: str) -> dict:
    n, k = len(people), sum(p["prefers"] == a for p in people)
    ab, ba = by_period(people)
    unbalanced = max(sum(ab), sum(ba)) > 2 * min(sum(ab), sum(ba))
    p_gart = fisher_p(ab, ba)
    p = p_gart if unbalanced else coin(k, n)
    if unbalanced:
        other = [
            abs(i - ab[0]) + abs(j - ba[0])
            for i, j in product(range(sum(ab) + 1), range(sum(ba) + 1))
            if (fisher_p((i, sum(ab) - i), (j, sum(ba) - j)) <= LEVEL) != (p <= LEVEL)
        ]
    else:
        other = [abs(i - k) for i in range(n + 1) if (coin(i, n) <= LEVEL) != (p <= LEVEL)]
    return {
        "n": n, "k": k, "result": preference(k, n) if n else None,
        "evalue": 2.0**n * exp(betaln(k + 1, n - k + 1)),
        "p": p, "by_sequence": p_gart, "unbalanced": unbalanced, "changes": min(other, default=None),
    }  # fmt: skip


def preference(k: int, n: int) -> dict:
    exact = binomtest(k, n)
    logit = log(k / (n - k)) if 0 < k < n else inf if k else -inf
    reach = Z * sqrt(1 / k + 1 / (n - k)) if 0 < k < n else inf
    wald = (logit - reach, logit + reach) if 0 < k < n else (-inf, inf)
    firth = log((k + 0.5) / (n - k + 0.5))
    return {
        "n": n, "k": k, "share": k / n, "p_binomial": exact.pvalue,
        "clopper_pearson": list(exact.proportion_ci(0.95, "exact")),
        "wilson": list(exact.proportion_ci(0.95, "wilson")),
        # Closed where everybody said the same, as Brown, Cai and DasGupta have it.
        "jeffreys": [
            beta.ppf(0.025, k + 0.5, n - k + 0.5) if k else 0.0,
            beta.ppf(0.975, k + 0.5, n - k + 0.5) if k < n else 1.0,
        ],
        "p_gt_half": beta.sf(0.5, k + 1, n - k + 1),
        "log_odds": finite(logit), "elo": finite(ELO * logit),
        "elo_wald": [finite(ELO * end) for end in wald],
        "elo_profile": [finite(ELO * end) for end in likelihood_interval(k, n)],
        "log_odds_firth": firth,
        "elo_firth_profile": [finite(ELO * end) for end in likelihood_interval(k + 0.5, n + 1)],
    }  # fmt: skip


def secondary(table: Export, people: list[dict], question: str, a: str, b: str) -> dict:
    said = [(table.answer(p, question, a), table.answer(p, question, b)) for p in people]
    whole = Counter(pair for pair in said if None not in pair)
    both, only_a, only_b = whole[True, True], whole[True, False], whole[False, True]
    n = sum(whole.values())
    p = coin(only_a, only_a + only_b)
    up = only_a >= only_b
    filled = Counter((not up if f is None else f, up if o is None else o) for f, o in said)
    other = [
        abs(i - only_a) + abs(j - only_b)
        for i, j in product(range(n + 1), repeat=2)
        if i + j <= n and (coin(i, i + j) <= LEVEL) != (p <= LEVEL)
    ]
    return {
        "question": question, "n": n, "both": both, "b": only_a, "c": only_b, "neither": whole[False, False],
        "missing": len(said) - n, "p": p, "p_holm": 1.0,
        "p_worst": coin(filled[True, False], filled[True, False] + filled[False, True]),
        "difference": (only_a - only_b) / n if n else None,
        "newcombe": newcombe(both, only_a, only_b, n), "tango": tango(only_a, only_b, n),
        "changes": min(other, default=None),
    }  # fmt: skip


def worst(here: list[dict], a: str) -> dict:
    begun = [p for p in here if p["begun"]]
    k = sum(p["prefers"] == a for p in begun)
    missing = sum(p["prefers"] is None for p in begun)
    return {"n": len(begun), "k": k, "missing": missing, "p": coin(k, len(begun))}


def by_period(people: list[dict]) -> tuple[tuple[int, int], tuple[int, int]]:
    count = Counter((p["sequence"], p["prefers_period"]) for p in people)
    return (count["AB", "1"], count["AB", "2"]), (count["BA", "1"], count["BA", "2"])


def order(full: list[dict], a: str) -> dict:
    who = Counter((p["sequence"], p["prefers"] == a) for p in full)
    ab, ba = ((who[s, True], who[s, False]) for s in ("AB", "BA"))
    ab_periods, ba_periods = by_period(full)
    return {
        "ab": list(ab), "ba": list(ba), "ab_periods": list(ab_periods), "ba_periods": list(ba_periods),
        "p_order": fisher_p(ab, ba), "p_by_sequence": fisher_p(ab_periods, ba_periods),
    }  # fmt: skip


def blinding(full: list[dict], a: str) -> dict:
    wrong = [p for p in full if p["guess"] == "wrong"]
    return {
        "all": guesses(full),
        "ab": guesses([p for p in full if p["sequence"] == "AB"]),
        "ba": guesses([p for p in full if p["sequence"] == "BA"]),
        "wrong_prefer_focus": sum(p["prefers"] == a for p in wrong),
        "wrong_with_preference": len(wrong),
    }


def guesses(people: list[dict]) -> dict:
    found = Counter(p["guess"] for p in people)
    right, wrong = found["correct"], found["wrong"]
    n = right + wrong + found["dont_know"]
    return {
        "n": n, "correct": right, "wrong": wrong, "dont_know": found["dont_know"], "missing": found[None],
        "index": (right - wrong) / n if n else None, "tango": tango(right, wrong, n), "p": coin(right, right + wrong),
    }  # fmt: skip


def quotes(table: Export, here: list[dict]) -> list[dict]:
    asked = [name for name, (_, kind, _) in table.asked.items() if kind == "yes_no_phrase"]
    found: dict[tuple, list] = {}
    for person in here:
        for row in person["said"].values():
            words = " ".join(row["phrase"].split())
            if words and row["variable"] in asked:
                key = (row["variable"], row["contestant"], words.casefold())
                found.setdefault(key, [words, set()])[1].add(person["label"])
    told = [
        {"question": q, "contestant": who, "phrase": words, "people": len(by)}
        for (q, who, _), (words, by) in found.items()
    ]
    return sorted(told, key=lambda t: (t["question"], t["contestant"], -t["people"]))


def talk(here: list[dict], number: int, contestant: str) -> dict:
    measured = [
        person["figures"][p]
        for person in here
        for p in person["begun"]
        if person["figures"][p] and (p == str(number) or person["met"][p] == contestant)
    ]
    return {
        "period": number, "contestant": contestant,
        **{name: spread([int(f[name]) for f in measured]) for name in ("turns", "prompt_chars", "answer_chars")},
        "active_s": spread([float(f["active_s"]) for f in measured if "active_s" in f]),
        "failures": sum(int(f["failures"]) for f in measured),
        "leaks": sum(f["leaked"] == "yes" for f in measured),
    }  # fmt: skip


def spread(values: list[float]) -> dict:
    if not values:
        return {"n": 0, "median": None, "low": None, "high": None}
    return {"n": len(values), "median": median(values), "low": min(values), "high": max(values)}


def sizes(n: int, k: int) -> dict:
    least = next((i for i in range(n // 2 + 1, n + 1) if binomtest(i, n).pvalue <= LEVEL), None)
    narrow = narrowest(k / n if n else 0.5)
    return {
        "n": n,
        "critical": least,
        "power": {p: power(n, float(p)) for p in ("0.60", "0.65", "0.70", "0.75", "0.83")},
        "needed": needed(),
        "narrow": narrow,
        "correlation": 0.5,
        "each": {str(m): ceil(narrow * (1 + (m - 1) * 0.5) / m) for m in (1, 2, 4)},
    }


def alike(ours: Any, theirs: Any, where: str = "") -> None:
    """The same structure, the same counts, and the same figures to ten digits."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            alike(ours[key], value, f"{where}.{key}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            alike(one, other, f"{where}[{place}]")
    elif isinstance(theirs, float) and ours is not None:
        assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-10), where
    else:
        assert ours == theirs, where
