"""The recreated table against independent computations, to ten digits."""

from __future__ import annotations

from math import comb, log
from pathlib import Path

import mpmath as mp
import pytest

from arena.errors import DataError
from arena.study import reconstruct
from arena.study.claims import claims
from arena.study.figures import figures
from arena.study.published import DATA, Totals, every_split, published, recreate
from arena.study.reading import from_csv, to_csv
from arena.study.recreated import render
from arena.study_models import StudySource

mp.mp.dps = 40
FOUND = recreate(published())
JSON = FOUND.as_json()
Z = mp.sqrt(2) * mp.erfinv(mp.mpf("0.95"))
ELO = 400 / mp.log(10)


def ten(*wanted: object) -> object:
    return pytest.approx([float(x) for x in wanted], rel=1e-10, abs=1e-11)  # type: ignore[arg-type]


def beta_quantile(a: float, b: float, tail: str) -> mp.mpf:
    def excess(x: mp.mpf) -> mp.mpf:
        return mp.betainc(a, b, 0, x, regularized=True) - mp.mpf(tail)

    return mp.findroot(excess, (mp.mpf("0.3"), mp.mpf("0.999")), solver="anderson")


def tail(k: int, n: int) -> float:
    low = min(k, n - k)
    return min(1.0, 2 * sum(comb(n, i) for i in range(low + 1)) / 2**n)


def test_the_json_has_exactly_the_settled_names() -> None:
    assert set(JSON) == {"preference", "understood", "ai_tone", "holm", "power"}
    assert set(JSON["preference"]) == {
        "n", "k", "share", "p_binomial", "clopper_pearson", "wilson", "jeffreys", "p_gt_half", "log_odds", "elo",
        "elo_wald", "elo_profile", "log_odds_firth", "elo_firth_profile",
    }  # fmt: skip
    assert set(JSON["understood"]) == {"splits", "p_min", "p_max"}
    assert {name for split in JSON["understood"]["splits"] for name in split} == {
        "b", "c", "p_mcnemar", "newcombe", "tango",
    }  # fmt: skip
    assert set(JSON["ai_tone"]) == {"p_conditional", "p_once_min", "p_once_max"}
    assert set(JSON["holm"]) == {"preference", "understood_min", "understood_max", "ai_tone_min", "ai_tone_max"}
    assert set(JSON["power"]) == {"n12", "needed"}
    assert list(JSON["power"]["n12"]) == list(JSON["power"]["needed"]) == ["0.60", "0.65", "0.70", "0.75", "0.83"]
    assert JSON["power"]["needed"]["0.83"].keys() == {"80", "90"}


def test_the_preference() -> None:
    p = FOUND.preference
    assert (p.n, p.k, p.share) == (12, 10, 10 / 12)
    assert [p.p_binomial, p.p_gt_half] == ten(mp.mpf(158) / 4096, mp.betainc(11, 3, 0.5, 1, regularized=True))
    assert list(p.clopper_pearson) == ten(beta_quantile(10, 3, "0.025"), beta_quantile(11, 2, "0.975"))
    assert list(p.jeffreys) == ten(beta_quantile(10.5, 2.5, "0.025"), beta_quantile(10.5, 2.5, "0.975"))
    wilson = mp.polyroots([1 + Z**2 / 12, -(mp.mpf(20) / 12 + Z**2 / 12), (mp.mpf(10) / 12) ** 2])
    assert list(p.wilson) == ten(*sorted(wilson))


def test_the_elo_gap() -> None:
    p, t = FOUND.preference, mp.log(5)
    reach = Z * mp.sqrt(mp.mpf(1) / 10 + mp.mpf(1) / 2)
    assert [p.log_odds, p.elo, p.log_odds_firth] == ten(t, ELO * t, mp.log(mp.mpf(21) / 5))
    assert list(p.elo_wald) == ten(ELO * (t - reach), ELO * (t + reach))
    for found, k, n in ((p.elo_profile, 10, 12), (p.elo_firth_profile, mp.mpf("10.5"), 13)):
        best = k * mp.log(k / (n - k)) - n * mp.log(1 + k / (n - k))
        for bound in found:
            root = mp.findroot(
                lambda x, k=k, n=n, best=best: 2 * (best - k * x + n * mp.log(1 + mp.exp(x))) - Z**2,
                bound * log(10) / 400,
            )
            assert bound == pytest.approx(float(ELO * root), rel=1e-10)


def test_understood_over_every_pairing_that_fits() -> None:
    assert [(s.b, s.c) for s in FOUND.understood.splits] == [(7, 3), (6, 2), (5, 1), (4, 0)]
    assert [s.p_mcnemar for s in FOUND.understood.splits] == ten(
        *(tail(b, b + c) for b, c in ((7, 3), (6, 2), (5, 1), (4, 0)))
    )
    assert [FOUND.understood.p_min, FOUND.understood.p_max] == ten(0.125, 0.34375)
    # The intervals themselves: tests/arena/analysis/test_paired.py


def test_totals_that_must_overlap_have_no_pairing_without_it() -> None:
    assert [(s.b, s.c) for s in every_split(Totals(4, 2), 4).splits] == [(2, 0)]


def test_mentions_and_holm() -> None:
    tone, adjusted = FOUND.ai_tone, FOUND.holm
    assert [tone.p_conditional, tone.p_once_min, tone.p_once_max] == ten(tail(7, 9), tail(5, 5), tail(7, 9))
    p = 158 / 4096
    assert [adjusted.preference, adjusted.understood_min, adjusted.understood_max] == ten(3 * p, 0.25, 2 * tail(7, 9))
    assert [adjusted.ai_tone_min, adjusted.ai_tone_max] == ten(0.25, 2 * tail(7, 9))


def test_the_percentages_come_out_as_published() -> None:
    totals = published()
    for name, percent in totals.percents.items():
        question, who = name.split(".")
        assert round(100 * getattr(getattr(totals, question), who) / totals.participants) == percent
    assert sorted(totals.percents.values()) == [42, 75, 83]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_claim_is_told_with_its_figures(language: str) -> None:
    text = " ".join(f"{c.published} {c.computed} {c.carries}" for c in claims(published(), FOUND, language))
    for figure in (
        "83%",
        "75%",
        "42%",
        "0.0386",
        "51.6 – 97.9%",
        "0.1250",
        "0.0625",
        "0.3438",
        "0.1157",
        "0.0977",
        "0.0455",
        "210 / 274",
    ):
        assert figure in text
    page = render(published(), FOUND, language)
    assert all(c.computed in page or "&gt;" in page for c in claims(published(), FOUND, language))
    assert "{" not in page.split("</style>")[1]


def test_a_file_of_totals_that_lacks_something_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "totals.toml"
    broken.write_text(DATA.read_text(encoding="utf-8").replace("loser = 7", ""), encoding="utf-8")
    with pytest.raises(DataError, match="loser"):
        published(broken)


def test_the_reconstructed_sheets_have_the_published_totals_and_go_the_way_of_a_real_study() -> None:
    record = from_csv(to_csv(reconstruct.record()), reconstruct.record().study.protocol)
    found, totals = figures(record), published()
    assert found.focus == totals.winner
    assert (found.full.primary.k, found.full.primary.n) == (10, 12)
    assert found.full.primary.result == FOUND.preference
    understood, tone = found.full.secondaries
    assert (understood.both + understood.b, understood.both + understood.c) == (9, 5)
    assert (tone.both + tone.b, tone.both + tone.c) == (2, 7)
    split = next(s for s in FOUND.understood.splits if s.b == understood.b)
    assert (understood.p, understood.newcombe, understood.tango) == (split.p_mcnemar, split.newcombe, split.tango)
    assert (found.flow_ab.full, found.flow_ba.full) == (6, 6)


def test_every_reconstructed_row_says_so() -> None:
    text = to_csv(reconstruct.record())
    assert {line.split(",")[2] for line in text.splitlines()[1:]} == {"reconstructed"}
    assert {sheet.source for sheet in reconstruct.record().sheets} == {StudySource.RECONSTRUCTED}
