import pytest

from arena.errors import ChatError
from arena.models import ErrorKind
from arena.ports import Chunk
from tests.arena.bench.samples import THINKER, sample, usage


def test_the_times_are_vllms():
    found = sample((0.1, Chunk(engine="e")), (0.5, "a"), (0.6, "b"), (0.9, "c"), (1.5, usage(7, 5)), sent=0.1)
    assert found.ttft_s == pytest.approx(0.4)
    assert found.gaps_s == pytest.approx((0.1, 0.3))
    assert found.e2el_s == pytest.approx(0.8)  # the usage that comes after the last token is not waited for
    assert found.tpot_s == pytest.approx(0.4 / 4)  # by the server's count of tokens, not by chunks
    assert found.opened == 0.1


def test_the_first_token_of_the_answer_comes_after_the_thinking():
    found = sample(
        (1.0, Chunk(thinking="hm")), (2.0, Chunk(thinking="so")), (3.0, "Yes"), (3.5, usage(7, 9)), contestant=THINKER
    )
    assert (found.ttft_s, found.ttfat_s) == (1.0, 3.0)
    assert (found.answer, found.thinking) == ("Yes", "hmso")


def test_inline_thinking_is_told_apart_too():
    found = sample((1.0, "hm "), (2.0, "so</think>"), (3.0, "\n\nYes"), (4.0, "."), contestant=THINKER)
    assert (found.ttfat_s, found.answer, found.thinking) == (3.0, "Yes.", "hm so")


def test_tokens_are_shared_out_by_chunks():
    found = sample(
        (1.0, Chunk(thinking="a")), (2.0, Chunk(thinking="b")), (3.0, "c"), (4.0, "d"), (4.1, usage(3, 40)),
        contestant=THINKER,
    )  # fmt: skip
    assert (found.output_tokens, found.thinking_tokens) == (40, 20)


def test_without_a_count_of_the_servers_chunks_are_tokens():
    assert sample((1.0, "a"), (2.0, "b")).output_tokens == 2


def test_an_answer_in_one_piece_has_no_time_per_token():
    assert sample((1.0, "all of it"), (1.1, usage(7, 9))).tpot_s is None


def test_leading_blank_lines_are_seen_although_they_are_not_shown():
    assert sample((1.0, "\n"), (1.1, "\nHi")).blank_lead
    assert sample((1.0, "hm</think>\n\nHi"), contestant=THINKER).blank_lead
    assert not sample((1.0, "  Hi\n")).blank_lead
    assert sample((1.0, "\n"), (1.1, "\nHi")).answer == "Hi"


def test_a_failure_is_in_the_sample():
    found = sample(failure=ChatError(ErrorKind.CUT, "gone"))
    assert (found.error, found.detail, found.ttft_s, found.e2el_s) == (ErrorKind.CUT, "gone", None, None)


def test_an_answer_cut_by_the_limit_says_so():
    assert sample((1.0, "a"), (1.0, usage(7, 1, finish="length"))).cut
