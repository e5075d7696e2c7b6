import pytest

from arena.chat.streaming import AnswerReader, Attempt
from arena.clock import SystemClock
from arena.contestant_parts import PromptPolicy
from arena.errors import ChatError
from arena.models import AnswerState, Contestant, ErrorKind, Side
from arena.ports import Chunk
from tests.support.chat import CUT, Script, ScriptedChat


def contestant(**changes):
    return Contestant(**({"name": "x", "display": "X", "base_url": "http://localhost/v1", "model": "m"} | changes))


async def read(*scripts, **changes):
    chat = ScriptedChat({"x": list(scripts)})
    attempt = Attempt(answer_id="1", side=Side.A, number=1, contestant=contestant(**changes), messages=[])
    reader = AnswerReader(attempt, chat, SystemClock(), lambda _urgent: None)
    await reader.run()
    return reader, chat


async def test_an_answer_is_read_to_its_end_with_its_counts():
    reader, _ = await read(Script(["Hello ", "there."]))
    assert reader.text == "Hello there."
    assert reader.end.state is AnswerState.COMPLETE
    assert reader.end.finish_reason == "stop"
    assert (reader.measured.chunks, reader.measured.prompt_tokens, reader.measured.requests) == (2, 7, 1)


async def test_thinking_never_becomes_text():
    steps = [Chunk(thinking="hmm "), Chunk(thinking="yes"), "The answer"]
    reader, _ = await read(Script(steps), thinks=True)
    assert (reader.text, reader.thinking) == ("The answer", "hmm yes")
    assert reader.measured.thinking_chars == 7
    assert reader.measured.ttft_ms <= reader.measured.ttfat_ms


async def test_leading_blank_lines_are_dropped_where_the_policy_says_so():
    trimmed, _ = await read(Script(["\n", "\n", "Hi"]))
    kept, _ = await read(Script(["\n", "\n", "Hi"]), prompt=PromptPolicy(trim_leading=False))
    assert trimmed.text == "Hi"
    assert kept.text == "\n\nHi"


@pytest.mark.parametrize("kind", [k for k in ErrorKind if k is not ErrorKind.THINKING_ONLY])
async def test_a_failure_before_the_first_text_is_tried_again_once_silently(kind):
    reader, chat = await read(Script([ChatError(kind, "x")]), Script(["Fine."]))
    assert (reader.text, reader.end.state) == ("Fine.", AnswerState.COMPLETE)
    assert len(chat.asked) == 2
    assert reader.measured.requests == 2


async def test_a_second_failure_before_the_first_text_is_final():
    reader, chat = await read(Script([CUT]))
    assert reader.end.error_kind is ErrorKind.CUT
    assert len(chat.asked) == 2


async def test_a_failure_after_the_first_text_is_not_tried_again():
    reader, chat = await read(Script(["Half an ", CUT]), Script(["Other."]))
    assert (reader.text, reader.end.state, len(chat.asked)) == ("Half an ", AnswerState.FAILED, 1)


async def test_an_empty_answer_is_no_answer():
    reader, chat = await read(Script([]))
    assert reader.end.error_kind is ErrorKind.EMPTY
    assert len(chat.asked) == 2


async def test_thinking_that_uses_up_all_tokens_is_no_answer_and_is_not_paid_twice():
    reader, chat = await read(Script([Chunk(thinking="and so on")]), thinks=True)
    assert reader.end.error_kind is ErrorKind.THINKING_ONLY
    assert len(chat.asked) == 1


async def test_thinking_of_a_failed_request_does_not_stay_with_the_next():
    reader, _ = await read(Script([Chunk(thinking="lost"), CUT]), Script([Chunk(thinking="kept"), "Yes"]), thinks=True)
    assert (reader.thinking, reader.text) == ("kept", "Yes")


async def test_a_fault_of_ours_ends_the_side_instead_of_hanging_the_battle():
    reader, _ = await read(Script([Chunk(text=3)]))
    assert reader.end.error_kind is ErrorKind.INTERNAL


async def test_gaps_between_chunks_are_measured():
    reader, _ = await read(Script(["a"] * 5, pause_s=0.02))
    assert reader.measured.gap_p50_ms == pytest.approx(20, abs=15)
    assert reader.measured.gap_max_ms >= reader.measured.gap_p95_ms >= reader.measured.gap_p50_ms


async def test_a_nul_in_a_models_text_is_dropped_before_a_database_would_refuse_it():
    reader, _ = await read(Script(["a\0b", Chunk(thinking="c\0d"), "e"]), thinks=False)
    assert "\0" not in reader.text + reader.thinking
