import asyncio
from contextlib import asynccontextmanager

import pytest

from arena.chat.live import Halt, LiveTurn, LiveTurns, SideStatus
from arena.chat.pacing import MatchedPacer, NaturalPacer
from arena.chat.streaming import AnswerReader, Attempt
from arena.clock import SystemClock
from arena.models import AnswerState, BattleState, Contestant, ErrorKind, Pacing, Side
from tests.support.chat import CUT, Script, ScriptedChat

LONG = ["word "] * 200


class Ends:
    """Keeps how turns ended, as the service would."""

    def __init__(self):
        self.answers = None
        self.why = None

    async def __call__(self, turn, why):
        self.why = why
        self.answers = {a.side: a for a in turn.answers(why)}
        return BattleState.READY if why is not Halt.LEFT else BattleState.INTERRUPTED


@asynccontextmanager
async def running(a, b, *, matched=False, grace_s=5.0, cps=2000.0):
    chat, ends = ScriptedChat({"a": [a], "b": [b]}), Ends()

    def readers(changed):
        return [
            AnswerReader(
                Attempt(
                    answer_id=s, side=s, number=1, messages=[],
                    contestant=Contestant(name=s.value, display=s.value, base_url="http://localhost/v1", model="m"),
                ),
                chat, SystemClock(), changed,
            )
            for s in Side
        ]  # fmt: skip

    turns = LiveTurns(_nothing, _nothing)
    turn = LiveTurn(
        key="battle",
        owner="rater",
        index=0,
        readers=readers,
        pacer=MatchedPacer(cps) if matched else NaturalPacer(),
        pacing=Pacing.MATCHED if matched else Pacing.NATURAL,
        clock=SystemClock(),
        grace_s=grace_s,
        finish=ends,
    )
    turns.start(turn)
    try:
        yield turn, ends, chat, turns
    finally:
        await turns.close()


async def _nothing(_):
    return None


async def until(condition, seconds=3.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def test_both_sides_stream_and_the_end_is_told_after_it_was_stored():
    async with running(Script(), Script(["Hi."])) as (turn, ends, _, turns):
        with turn.subscribed():
            assert await turn.until_ended(3)
        assert turn.shown(Side.A) == "Hello there."
        assert ends.answers[Side.B].text == "Hi."
        assert {a.state for a in ends.answers.values()} == {AnswerState.COMPLETE}
        await until(lambda: len(turns) == 0)


async def test_the_slow_side_does_not_hold_up_the_fast_one():
    async with running(Script(["Fast."]), Script(["Slow."], first_s=1.0)) as (turn, *_):
        with turn.subscribed():
            await until(lambda: turn.shown(Side.A) == "Fast.", 0.5)
            assert turn.status(Side.A) is SideStatus.DONE
            assert turn.status(Side.B) is SideStatus.WAITING


async def test_a_sides_first_text_is_shown_at_once():
    async with running(Script(["First."], first_s=0.2), Script(LONG, pause_s=0.004)) as (turn, *_):
        with turn.subscribed():
            await until(lambda: turn.readers[0].text != "")
            await asyncio.sleep(0.01)
            assert turn.shown(Side.A) == "First."


async def test_updates_come_at_most_every_fifty_milliseconds_and_at_least_eighteen_a_second():
    async with running(Script(LONG, pause_s=0.01), Script(LONG, pause_s=0.01)) as (turn, *_):
        with turn.subscribed():
            await until(lambda: turn.version > 1)
            before = turn.version
            await asyncio.sleep(1.0)
            assert 18 <= turn.version - before <= 21


async def test_with_matched_pacing_a_failure_is_told_at_the_end_only():
    async with running(Script([CUT]), Script(LONG[:20], pause_s=0.06), matched=True) as (turn, ends, *_):
        with turn.subscribed():
            await until(lambda: turn.shown(Side.B) != "")
            assert turn.readers[0].end is not None
            assert turn.status(Side.A) is SideStatus.WAITING
            assert await turn.until_ended(5)
            assert turn.status(Side.A) is SideStatus.FAILED
        assert ends.answers[Side.A].error_kind is ErrorKind.CUT


async def test_stop_keeps_what_was_shown_and_ends_the_servers_work():
    async with running(Script(LONG, pause_s=0.02), Script(LONG, pause_s=0.02)) as (turn, ends, chat, _):
        with turn.subscribed():
            await until(lambda: turn.shown(Side.A) and turn.shown(Side.B))
            turn.stop()
            assert await turn.until_ended(1)
        assert ends.why is Halt.STOPPED
        assert ends.answers[Side.A].state is AnswerState.STOPPED
        assert ends.answers[Side.A].text == turn.shown(Side.A)
        assert chat.running == 0


async def test_a_side_stopped_before_its_first_text_did_not_fail():
    async with running(Script(LONG, pause_s=0.02), Script(first_s=9)) as (turn, ends, *_):
        with turn.subscribed():
            await until(lambda: turn.shown(Side.A))
            turn.stop()
            await turn.until_ended(1)
        assert ends.answers[Side.B].state is AnswerState.INTERRUPTED
        assert ends.answers[Side.B].error_kind is None


async def test_when_the_last_watcher_has_left_for_the_grace_the_servers_stop_also_while_silent():
    async with running(Script(LONG, pause_s=0.02), Script(hang=True, steps=[]), grace_s=0.2) as (turn, ends, chat, _):
        with turn.subscribed():
            await until(lambda: turn.shown(Side.A))
        await until(lambda: turn.ended, 1.0)
        assert ends.why is Halt.LEFT
        assert chat.running == 0
        assert ends.answers[Side.A].state is AnswerState.INTERRUPTED


async def test_who_comes_back_within_the_grace_finds_the_stream_running():
    async with running(Script(LONG, pause_s=0.02), Script(LONG, pause_s=0.02), grace_s=0.3) as (turn, *_):
        for _ in range(4):
            with turn.subscribed():
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.15)
        assert not turn.ended


async def test_a_turn_that_nobody_ever_watches_ends_after_the_grace():
    async with running(Script(LONG, pause_s=0.02), Script(LONG, pause_s=0.02), grace_s=0.2) as (turn, *_):
        await until(lambda: turn.ended, 1.0)


async def test_one_watcher_leaving_does_not_end_it_for_the_other():
    async with running(Script(LONG, pause_s=0.02), Script(LONG, pause_s=0.02), grace_s=0.1) as (turn, *_):
        with turn.subscribed():
            with turn.subscribed():
                pass
            await asyncio.sleep(0.3)
            assert not turn.ended


async def test_closing_stores_every_turn_as_interrupted():
    async with running(Script(LONG, pause_s=0.02), Script(LONG, pause_s=0.02)) as (turn, ends, chat, turns):
        with turn.subscribed():
            await until(lambda: turn.shown(Side.A))
            await turns.close()
        assert ends.why is Halt.LEFT
        assert chat.running == 0


async def test_a_fault_while_storing_the_end_still_ends_it_for_the_watchers():
    async with running(Script(), Script()) as (turn, *_):

        async def broken(turn, why):
            raise RuntimeError("no")

        turn._finish = broken
        with turn.subscribed():
            assert await turn.until_ended(3)
        assert turn.state is BattleState.INTERRUPTED


@pytest.mark.parametrize("matched", [False, True])
async def test_no_task_is_left_behind(matched):
    before = len(asyncio.all_tasks())
    async with running(Script(), Script(), matched=matched) as (turn, *_):
        with turn.subscribed():
            await turn.until_ended(5)
    await until(lambda: len(asyncio.all_tasks()) == before)
