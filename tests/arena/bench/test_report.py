import numpy as np
import pytest

from arena.bench.figures import figures_of
from arena.bench.footprint import Footprint
from arena.bench.outcome import Bench, Machine, Outcome, this_machine
from arena.bench.plain import plain
from arena.bench.published import PUBLISHED
from arena.bench.report import ecdf_of, growth_of, render
from arena.bench.report_text import TEXTS, ReportLanguage
from arena.errors import ChatError
from arena.models import ErrorKind
from tests.arena.bench.samples import load, sample

WORDS = TEXTS[ReportLanguage.EN]
NOWHERE = Footprint(rss_mib_peak=2048.0, gpu_mib_peak=None, gpu_watts_mean=None)


def bench(*samples, concurrency=1, **more):
    run = load(*samples, concurrency=concurrency)
    outcome = Outcome(figures=figures_of(run), footprint=NOWHERE, samples=run.samples, **more)
    machine = Machine(cpu="A <fast> processor", cores=2, memory_gib=24.0, gpu="Card")
    return Bench(outcomes=[outcome], machine=machine, at="2026-11-22 01:00 UTC", settings={"seed": "0"})


TWO = (sample((1.0, "a"), (2.0, "bc")), sample((3.0, "d"), (3.5, "e")))


def test_the_share_of_first_tokens_rises_in_steps_to_one():
    curves = ecdf_of(bench(*TWO, sample(failure=ChatError(ErrorKind.CUT, "gone"))), WORDS)
    assert curves.xs[0].tolist() == [1, 1, 3, 3]
    assert curves.ys[0].tolist() == [0, 0.5, 0.5, 1]


def test_the_typical_answer_is_the_one_of_middle_duration():
    curves = growth_of(bench(*TWO, sample((9.0, "late"))), WORDS)
    assert curves.xs[0].tolist() == [3, 3, 3.5, 3.5]
    assert curves.ys[0].tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("language", list(ReportLanguage))
def test_the_page_has_every_part_and_is_safe_to_open(language):
    page = render(bench(*TWO), language)
    for key in ("title", "times", "work", "cadence", "machine", "published", "definitions"):
        assert f"{TEXTS[language][key]}</h" in page
    assert page.count("<svg") == 2
    assert "A &lt;fast&gt; processor" in page
    assert "<script" not in page


def test_both_languages_have_the_same_words():
    assert TEXTS[ReportLanguage.EN].keys() == TEXTS[ReportLanguage.ZH].keys()
    for key, text in TEXTS[ReportLanguage.EN].items():
        assert text.count("|") == TEXTS[ReportLanguage.ZH][key].count("|")


def test_a_session_in_which_all_failed_still_has_its_page():
    page = render(bench(sample(failure=ChatError(ErrorKind.CUT, "gone"))))
    assert "cut 1" in page
    assert "<svg" not in page


def test_published_figures_stand_beside_ours_of_the_same_batch_only():
    rows = plain(bench(*TWO, load_s=5.0))["published"]
    ours = {(row["what"], row["hardware"]): row["ours"] for row in rows}
    assert ours["first token, mean", "T4"] == {"x": 2000.0}
    assert ours["load", "RTX 3060"] == {"x": 5.0}
    assert ours["memory", "T4"] == {"x": 2.0}
    assert ours["output, batch of 4", "RTX 3060"] == {}
    four = plain(bench(*TWO, concurrency=4))["published"]
    assert next(row["ours"] for row in four if row["batch"] == 4) == {"x": 0.4}


def test_every_published_figure_names_its_source_and_hardware():
    assert all(row.source and row.hardware for row in PUBLISHED)
    assert all(row.llama is not None or row.r1 is not None for row in PUBLISHED)


def test_the_values_have_no_text_of_prompts_or_answers():
    found = str(plain(bench(sample((1.0, "secret answer"), prompt="secret prompt"))))
    assert "secret" not in found


def test_this_machine_is_named():
    machine = this_machine("Card")
    assert machine.line.startswith("Card, ")
    assert machine.cores >= 1
    assert np.isfinite(machine.memory_gib)
