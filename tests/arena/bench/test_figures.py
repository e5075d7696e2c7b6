import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.bench.cost import Basis, Power, cost_of
from arena.bench.figures import figures_of, spread
from arena.contestant_parts import Price
from arena.ports import Chunk
from tests.arena.bench.samples import THINKER, load, sample, usage
from tests.support.chat import CUT


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=50))
def test_percentiles_are_numpys_and_in_order(seconds):
    found = spread(seconds)
    assert found.n == len(seconds)
    assert found.p99 == pytest.approx(float(np.percentile(seconds, 99)) * 1000)
    assert min(seconds) * 1000 - 1e-6 <= found.p50 <= found.p95 <= found.p99 <= max(seconds) * 1000 + 1e-6


def test_no_values_give_no_figure():
    assert spread([None, None]) is None


def test_gaps_of_all_requests_are_pooled():
    found = figures_of(load(sample((1.0, "a"), (1.1, "b")), sample((1.0, "a"), (1.3, "b"), (1.6, "c"))))
    assert found.itl.n == 3
    assert found.itl.mean == pytest.approx(700 / 3)
    assert found.tpot.n == 2


def test_throughput_is_over_the_whole_run():
    one = sample((1.0, "a"), (2.0, "b"), (2.0, usage(30, 20)))
    found = figures_of(load(one, one, duration_s=4.0))
    assert (found.output_tokens_per_s, found.total_tokens_per_s, found.requests_per_s) == (10.0, 25.0, 0.5)


def test_failures_are_apart_and_in_no_time():
    good, bad = sample((1.0, "a"), (1.0, usage(7, 1))), sample((9.0, "half"), failure=CUT)
    found = figures_of(load(good, bad, sample(failure=CUT), sample()))
    assert (found.requests, found.completed, found.errors) == (4, 1, {"cut": 2, "empty": 1})
    assert (found.ttft.n, found.ttft.mean, found.output_tokens) == (1, 1000.0, 1)


def test_thinking_without_an_answer_counts_as_no_answer_with_its_times():
    thought = sample((1.0, Chunk(thinking="a")), (2.0, usage(7, 50, finish="length")), contestant=THINKER)
    found = figures_of(load(thought))
    assert (found.completed, found.no_answer, found.cut, found.thinking_tokens, found.answer_tokens) == (1, 1, 1, 50, 0)
    assert found.ttft is not None
    assert found.ttfat is None


def test_small_steady_pieces_are_typing():
    steady = sample(*((0.1 * i, "word ") for i in range(1, 20)))
    found = figures_of(load(steady)).cadence
    assert found.typing
    assert found.chars_per_chunk == 5
    assert found.gap_ms.p50 == pytest.approx(100)


def test_long_pauses_are_blocks_and_their_share_of_time_is_told():
    halting = sample((1.0, "a"), (1.25, "b"), (2.0, "c"))
    found = figures_of(load(halting)).cadence
    assert not found.typing
    assert found.paused_share == pytest.approx(0.75)


def test_whole_sentences_are_blocks():
    assert not figures_of(load(sample((1.0, "x" * 40), (1.1, "y" * 40)))).cadence.typing


def test_the_cost_by_price_counts_prompts_and_all_output():
    found = figures_of(load(sample((1.0, "a"), (2.0, usage(1000, 500)))))
    cost = cost_of(found, Price(input_per_million=1.0, output_per_million=4.0), None)
    assert (cost.basis, cost.per_answer) == (Basis.PRICE, pytest.approx(0.003))
    assert cost.per_million_tokens == pytest.approx(6.0)


def test_the_cost_by_power_is_energy_times_its_price():
    found = figures_of(load(sample((1.0, "a"), (2.0, usage(1000, 500))), duration_s=3600.0))
    cost = cost_of(found, Price(output_per_million=4.0), Power(watts=300.0, price_per_kwh=0.20))
    assert (cost.basis, cost.per_answer) == (Basis.POWER, pytest.approx(0.06))
    assert cost.per_million_tokens == pytest.approx(120.0)


def test_nothing_known_or_nothing_answered_costs_nothing_that_can_be_said():
    answered = figures_of(load(sample((1.0, "a"))))
    assert cost_of(answered, None, None) is None
    assert cost_of(figures_of(load(sample(failure=CUT))), Price(output_per_million=4.0), None) is None


def test_requests_of_samples_are_counted():
    found = figures_of(load(sample((1.0, "84"), (1.0, usage(21, 9, requests=3)))))
    assert (found.requests, found.asked) == (1, 3)
