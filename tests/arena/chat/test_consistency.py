"""Asking several times where results can be compared."""

import asyncio
from contextlib import aclosing

import pytest

from arena.chat.consistency import SelfConsistentChat
from arena.chat.prompts import build_messages
from arena.chat.streaming import AnswerReader, Attempt
from arena.clock import SystemClock
from arena.contestant_parts import PromptPolicy, SystemAs
from arena.errors import ChatError
from arena.models import AnswerState, Contestant, ErrorKind, Side
from arena.ports import Chunk
from tests.support.chat import Script, ScriptedChat

SUM, TALK = "What is 12 * 7?", "Good morning"
CUT = ChatError(ErrorKind.CUT, "gone")


def contestant(samples, **changes):
    return Contestant(name="x", display="X", base_url="http://localhost/v1", model="m", samples=samples, **changes)


async def read(asked, prompt, *scripts):
    chat = ScriptedChat({"x": list(scripts)})
    attempt = Attempt(
        answer_id="1", side=Side.A, number=1, contestant=asked, messages=build_messages(asked, [], prompt)
    )
    reader = AnswerReader(attempt, SelfConsistentChat(chat), SystemClock(), lambda _urgent: None)
    await reader.run()
    return reader, chat


async def test_the_most_frequent_result_is_shown():
    scripts = [Script([f"It is {n}."], first_s=0.01 * i) for i, n in enumerate((80, 84, 85, 84, 84))]
    reader, chat = await read(contestant(5), SUM, *scripts)
    assert reader.text == "It is 84."
    assert len(chat.asked) == 5


async def test_the_winning_answer_appears_in_one_piece():
    reader, _ = await read(contestant(3), SUM, Script(["It ", "is ", "84."], pause_s=0.01))
    assert (reader.text, reader.measured.chunks) == ("It is 84.", 1)


async def test_tokens_and_requests_of_all_are_counted():
    reader, _ = await read(contestant(3), SUM, Script(["80"]), Script(["84"]), Script(["85", " "]))
    measured = reader.measured
    assert (measured.requests, measured.prompt_tokens, measured.completion_tokens) == (3, 21, 4)


async def test_requests_that_cannot_change_the_result_are_ended_and_what_they_wrote_is_counted():
    slow = Script(["1 ", "2 ", "3 "], hang=True)
    reader, chat = await read(contestant(3), SUM, slow, Script(["84"], first_s=0.05), Script(["84"], first_s=0.05))
    assert reader.text == "84"
    assert chat.running == 0
    assert (reader.measured.prompt_tokens, reader.measured.completion_tokens) == (21, 5)


async def test_a_talk_is_asked_once_and_streams():
    reader, chat = await read(contestant(5), TALK, Script(["Good ", "morning!"]))
    assert (reader.text, reader.measured.chunks, reader.measured.requests, len(chat.asked)) == (
        "Good morning!",
        2,
        1,
        1,
    )


@pytest.mark.parametrize(
    "policy",
    [
        PromptPolicy(system="What is 3 * 4?", system_as=SystemAs.USER, prefix="\n"),
        PromptPolicy(math_suffix="What is 3 * 4?"),
    ],
)
async def test_only_what_the_person_wrote_decides(policy):
    _, talked = await read(contestant(3, prompt=policy), TALK, Script(["Hi"]))
    _, reckoned = await read(contestant(3, prompt=policy), SUM, Script(["84"]))
    assert (len(talked.asked), len(reckoned.asked)) == (1, 3)


async def test_answers_without_results_give_the_first():
    reader, _ = await read(contestant(2), SUM, Script(["No idea."]), Script(["None at all."]))
    assert reader.text == "No idea."


async def test_a_failed_request_has_no_vote_and_is_no_failure():
    reader, chat = await read(contestant(3), SUM, Script([CUT]), Script(["84"]), Script(["84"]))
    assert (reader.end.state, reader.text, len(chat.asked)) == (AnswerState.COMPLETE, "84", 3)


async def test_when_all_fail_it_is_tried_again_once_and_every_request_is_counted():
    reader, chat = await read(contestant(2), SUM, Script([CUT]))
    assert (reader.end.error_kind, len(chat.asked), reader.measured.requests) == (ErrorKind.CUT, 4, 4)


async def test_thinking_is_not_taken_for_the_result():
    steps = [Chunk(thinking="\\boxed{1} \\boxed{1}"), "84"]
    reader, _ = await read(contestant(2, thinks=True), SUM, Script(steps))
    assert (reader.text, reader.thinking) == ("84", "\\boxed{1} \\boxed{1}")


async def test_leaving_ends_every_request():
    chat = ScriptedChat({"x": [Script(["84"], hang=True)]})
    asked = contestant(3)
    async with aclosing(SelfConsistentChat(chat).stream(asked, build_messages(asked, [], SUM))) as chunks:
        await anext(chunks)
        await asyncio.sleep(0.01)
        assert chat.running == 3
    assert chat.running == 0


async def test_stopping_a_reader_in_mid_sampling_ends_every_request():
    chat = ScriptedChat({"x": [Script(["84"], hang=True)]})
    asked = contestant(3)
    attempt = Attempt(answer_id="1", side=Side.A, number=1, contestant=asked, messages=build_messages(asked, [], SUM))
    task = asyncio.create_task(
        AnswerReader(attempt, SelfConsistentChat(chat), SystemClock(), lambda _urgent: None).run()
    )
    await asyncio.sleep(0.02)
    assert chat.running == 3
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert chat.running == 0


def test_the_hash_of_a_contestant_without_samples_is_what_it_was():
    assert "samples" not in contestant(1).snapshot
    assert contestant(1).snapshot_hash != contestant(2).snapshot_hash
