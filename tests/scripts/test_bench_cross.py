import pytest

from arena.errors import ChatError, ConfigError
from arena.models import ErrorKind
from arena.ports import Chunk
from scripts._bench_cross import by_their_count
from tests.arena.bench.samples import load, sample, usage

ROLE = Chunk(engine="vllm")


def answer(sent):
    """Role at 0.1 s, three tokens of which the second has no text (half a character), told as three."""
    arrivals = [(sent + 0.1, ROLE), (sent + 0.12, "a"), (sent + 0.4, "b"), (sent + 0.4, usage(5, 3))]
    return sample(*arrivals, sent=sent)


def test_their_clients_chunks_begin_with_the_role_and_count_those_without_text():
    found = by_their_count(load(answer(0.0), answer(2.0), duration_s=4.0), their_chunks=8)
    figures = found.figures
    assert figures["TTFT mean, ms"] == figures["TTFT p50, ms"] == pytest.approx(100)
    assert figures["ITL mean, ms"] == pytest.approx(600 / 6), "0.3 s twice, over three gaps each"
    assert figures["TPOT mean, ms"] == pytest.approx(300 / 2)
    assert figures["E2EL mean, ms"] == pytest.approx(400)
    assert figures["output tokens/s"] == pytest.approx(6 / 4)
    assert figures["all tokens/s"] == pytest.approx(16 / 4)


def test_our_own_definitions_stand_beside_theirs():
    found = by_their_count(load(answer(0.0), duration_s=1.0), their_chunks=4)
    assert found.own["TTFT mean, ms"] == pytest.approx(120)
    assert found.own["ITL mean, ms"] == pytest.approx(280)
    assert (found.chunks, found.prompt_tokens, found.output_tokens) == (2, 5, 3)


def test_a_round_with_a_failure_is_no_comparison():
    failed = sample(failure=ChatError(ErrorKind.CUT, "gone"))
    with pytest.raises(ConfigError, match="did not answer every request"):
        by_their_count(load(answer(0.0), failed), their_chunks=4)
