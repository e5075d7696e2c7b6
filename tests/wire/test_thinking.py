"""Models that think, as vLLM serves them: with a reasoning parser, and without one."""

import sqlite3

import pytest

from tests.support.app import running_app, visitor
from tests.support.model_script import pieces

pytestmark = pytest.mark.integration

THOUGHT = "canary-thought: they ask how I am, so"
ANSWER = "Fine, thank you."
WIRE = ["reasoning", "reasoning_content", "tags", "close_tag"]
"""vLLM with a parser; other servers; templates by which the model opens its thinking, or finds it opened."""


@pytest.fixture(scope="module")
def arena(models, tmp_path_factory):
    thinker = models.contestant("thinker", thinking=THOUGHT, text=ANSWER)
    plain = models.contestant("plain", text=ANSWER)
    with running_app(tmp_path_factory.mktemp("thinking"), [thinker, plain], pacing="natural") as app:
        yield app


def answers(arena, battle):
    query = (
        "select answer.text, thinking, error_kind, completion_tokens, ttft_ms, ttfat_ms from answer "
        "join turn on turn.id = answer.turn_id join conversation on conversation.id = answer.conversation_id "
        "join contestant on contestant.hash = conversation.contestant_hash "
        "where turn.battle_id = ? and contestant.name = 'thinker' order by turn.position"
    )
    with sqlite3.connect(arena.data / "arena.db") as db:
        return db.execute(query, (battle["battle"],)).fetchall()


@pytest.mark.parametrize("wire", WIRE)
async def test_thinking_is_kept_and_measured_but_neither_shown_nor_sent_back(wire, arena, models):
    models.script("thinker", thinking=THOUGHT, thinking_as=wire, text=ANSWER, rate=100.0)
    models.clear_log()
    async with visitor(arena.url) as person:
        battle = await person.turn("How are you?")
        battle = await person.turn("And now?", battle["battle"])
        assert battle["state"] == "ready"
        assert [turn[side] for turn in battle["conversation"] for side in "ab"] == [ANSWER] * 4
        assert not any(b"canary-thought" in received for received in person.received)
    for text, thinking, error, tokens, ttft, ttfat in answers(arena, battle):
        assert (text, thinking.strip(), error) == (ANSWER, THOUGHT, None)
        assert tokens == len(pieces(THOUGHT)) + len(pieces(ANSWER)), "thinking is paid for too"
        assert ttft < ttfat
    second = models.log("thinker")[-1].body["messages"]
    assert [message["content"].strip() for message in second] == ["How are you?", ANSWER, "And now?"]


@pytest.mark.parametrize(
    "script",
    [
        {"text": "", "thinking": THOUGHT, "finish": "length"},
        {"text": THOUGHT, "finish": "length"},  # without a parser nothing says that this is not an answer
    ],
    ids=["with a parser", "without"],
)
async def test_thinking_that_is_cut_off_is_no_answer_and_is_not_shown(script, arena, models):
    models.script("thinker", rate=100.0, **script)
    async with visitor(arena.url) as person:
        battle = await person.turn("How are you?")
        assert battle["state"] == "failed"
        assert (await person.vote(battle))["error"] == "not_ready"
        assert not any(b"canary-thought" in received for received in person.received)
    ((_, thinking, error, *_),) = answers(arena, battle)
    assert (thinking.strip(), error) == (THOUGHT, "thinking_only")
