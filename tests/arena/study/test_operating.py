"""True sizes and powers with twelve people, and simulated studies that agree with them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from arena.study.operating import ALTERNATIVES, Test, characteristics, rejection, simulate
from arena.study.truth import Truth, bare_study, imagine
from arena.study_models import Sequence, StudySource

STUDY = bare_study()


def by_every_answer(p: Fraction, q: Fraction) -> dict[str, float]:
    """Chances for four people in each order, over all 256 sets of answers one by one."""
    found: Counter[str] = Counter()
    for answers in product((True, False), repeat=8):
        weight = Fraction(1)
        for place, second in enumerate(answers):
            chance = p if place < 4 else q
            weight *= chance if second else 1 - chance
        i, j = sum(answers[:4]), sum(answers[4:])
        found["binomial"] += weight * (binomtest(i + j, 8).pvalue <= 0.05)
        found["order"] += weight * (fisher_exact([[i, 4 - i], [j, 4 - j]]).pvalue <= 0.05)
        found["mainland_gart"] += weight * (fisher_exact([[4 - i, i], [j, 4 - j]]).pvalue <= 0.05)
    return {name: float(chance) for name, chance in found.items()}


def test_the_chances_are_those_of_all_sets_of_answers() -> None:
    wanted = by_every_answer(Fraction(7, 10), Fraction(1, 5))
    truth = Truth(prefer_ab=0.7, prefer_ba=0.2)
    assert 0 < wanted["mainland_gart"] < wanted["order"]
    for name, chance in wanted.items():
        assert rejection(Test(name), truth, (4, 4)) == pytest.approx(chance, abs=1e-14)


def test_the_binomials_size_is_the_published_one_and_no_test_exceeds_its_level() -> None:
    sizes = {c.test: c.size for c in characteristics()}
    assert round(sizes[Test.BINOMIAL], 4) == 0.0386
    assert sizes[Test.BINOMIAL] == 158 / 4096
    assert all(0 < size <= 0.05 for size in sizes.values())


def test_mcnemar_conditions_on_those_who_differ() -> None:
    # With nobody in between, McNemar's test is the binomial test.
    truth = Truth(first=0.0, second=1.0, correct=0.5, wrong=0.5)
    assert rejection(Test.MCNEMAR, truth) == 1.0
    assert rejection(Test.BLINDING, truth) == pytest.approx(158 / 4096)
    discordant = sum(
        comb(12, m) * 0.5**12 * sum(comb(m, k) * 0.5**m for k in range(m + 1) if binomtest(k, m).pvalue <= 0.05)
        for m in range(1, 13)
    )
    assert rejection(Test.MCNEMAR, Truth()) == pytest.approx(discordant)


def test_an_effect_of_the_order_alone_is_seen_by_fishers_test_and_by_no_other() -> None:
    found = {c.test: c.power["order decides .83"] for c in characteristics()}
    assert found[Test.ORDER] > 0.3
    assert found[Test.MAINLAND_GART] < 0.05
    assert found[Test.BINOMIAL] < 0.05


@pytest.mark.parametrize("name", ["nothing", *ALTERNATIVES])
def test_a_thousand_simulated_studies_agree_with_the_chances(name: str) -> None:
    for rate in simulate(STUDY, {"nothing": Truth(), **ALTERNATIVES}[name], 1000, seed=12):
        assert abs(rate.z) <= 3.3, rate
        assert rate.studies == 1000


def test_an_imagined_study_is_marked_balanced_and_the_same_for_the_same_seed() -> None:
    first, again = (imagine(STUDY, Truth(), np.random.default_rng(5)) for _ in range(2))
    assert first == again
    assert first.study.source is StudySource.SIMULATED
    assert Counter(s.sequence for s in first.sheets) == {Sequence.AB: 6, Sequence.BA: 6}
    assert {s.source for s in first.sheets} == {StudySource.SIMULATED}
    assert first.study.protocol == STUDY.protocol
