"""Random people do random things to the battle service of two processes: no state outside the state machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from arena.battle.ballot import Ballot
from arena.battle.runner import RunnerRules
from arena.battle.service import Queued
from arena.chat.live import Halt
from arena.errors import ChatError, Refusal, StateConflict, UserError
from arena.models import LIVE_STATES, BattleState, ErrorKind, Outcome
from storage.integrity import problems
from tests.long.sizes import sizes
from tests.support.arena import Arena, arena
from tests.support.chat import Script

STEPS = 50
TRACE = """
CREATE TRIGGER IF NOT EXISTS trace_states AFTER UPDATE OF state ON battle WHEN old.state <> new.state
BEGIN INSERT INTO trace VALUES (old.state, new.state); END
"""
ALLOWED = {
    ("streaming", "ready"), ("streaming", "failed"), ("streaming", "interrupted"), ("streaming", "void"),
    ("ready", "streaming"), ("ready", "voted"), ("ready", "abandoned"),
    ("failed", "streaming"), ("failed", "void"),
    ("interrupted", "streaming"), ("interrupted", "void"),
}  # fmt: skip
"""DESIGN's machine; an erasure ends what is live as New battle would."""
SCRIPTS = {
    "answers": Script(),
    "fails": Script([ChatError(ErrorKind.SERVER_ERROR, "scripted")]),
    "breaks off": Script(["Half an ", ChatError(ErrorKind.CUT, "scripted")]),
    "says nothing": Script([]),
    "leaks": Script(["I am canary-left, and you?"]),
    "hangs": Script(["Let me see "], hang=True),
}
PEOPLE = 4
ROOM = (1, 2)
"""How many turns each process runs at once."""
WAITING = 1
"""How many people may wait for one; the others are refused."""
GRACE_S = 0.02
PATIENCE_S = 30.0
people = st.integers(0, PEOPLE - 1)
processes = st.integers(0, len(ROOM) - 1)


class Battles(RuleBasedStateMachine):
    """Four people, two processes with little room, one database."""

    reached: ClassVar[Counter[str]] = Counter()
    """What became of prompts."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = TemporaryDirectory()
        self._stack = AsyncExitStack()
        self._watching = [ExitStack() for _ in range(PEOPLE)]
        self.here: list[Arena] = self._do(self._open())
        self.people = [self.here[0].visitor() for _ in range(PEOPLE)]
        self.known = ["", "no-such-battle"]

    async def _open(self) -> list[Arena]:
        folder, opened = Path(self._folder.name), []
        for room in ROOM:
            rules = RunnerRules(pace_cps=100_000, grace_s=GRACE_S, lease_s=0.2, max_live=room, max_waiting=WAITING)
            opened.append(await self._stack.enter_async_context(arena(folder, runner_rules=rules, max_turns=3)))
        with opened[0].store.database.write() as connection:
            connection.execute(text("CREATE TABLE trace (old TEXT, new TEXT)"))
            connection.execute(text(TRACE))
        return opened

    def _do(self, work):
        return self._runner.run(work)

    def _try(self, work):
        """A refusal is an answer, and losing a race with another process is one; anything else is a fault."""
        try:
            return self._do(work)
        except (UserError, StateConflict):
            return None

    async def _send(self, who, at, prompt, battle=""):
        """Send a prompt, and note what came of it."""
        try:
            sent = await self.here[at].service.send(self.people[who], prompt, battle)
        except UserError as error:
            self._reached(error.refusal.value)
        except StateConflict:
            self._reached("overtaken")
        else:
            self._reached("queued" if isinstance(sent, Queued) else "sent")
            if not isinstance(sent, Queued) and sent.view.battle_id not in self.known:
                self.known.append(sent.view.battle_id)

    def _reached(self, what):
        event(what)
        self.reached[what] += 1

    def teardown(self) -> None:
        try:
            self._do(self._nobody_is_left_behind())
        finally:
            self._do(self._stack.aclose())
            self._close()

    async def _nobody_is_left_behind(self) -> None:
        for watching in self._watching:
            watching.close()
        for _ in range(100):
            if not any(len(there.service.line) or len(there.runner.turns) for there in self.here):
                return
            await asyncio.sleep(GRACE_S)
        raise AssertionError([(len(there.service.line), len(there.runner.turns)) for there in self.here])

    def _close(self) -> None:
        self._runner.close()
        self._folder.cleanup()

    # --- what people do ---

    @rule(
        who=people, at=processes, prompt=st.sampled_from(["hi", "", "x" * 5000, "\0", "说"]), which=st.integers(0, 40)
    )
    def send(self, who, at, prompt, which):
        self._do(self._send(who, at, prompt, self._battle(which)))

    @rule(who=people, at=processes)
    def open(self, who, at):
        self._do(self._send(who, at, "hello"))

    @initialize()
    def the_line_is_full_once(self):
        """So that every run has people who wait, are called, leave and are refused."""
        self.a_crowd_comes(0, "wait")
        self.a_crowd_comes(1, "leave")

    @rule(at=processes, then=st.sampled_from(["wait", "leave", "send again", "nothing"]))
    def a_crowd_comes(self, at, then):
        """Everybody leaves their battle and sends in the same moment; then those who wait do something."""

        async def crowd() -> None:
            for person in self.people:
                view = await self.here[at].service.current(person)
                if view is not None:
                    await self.here[at].service.new_battle(person, view.battle_id)
            await asyncio.gather(*(self._send(who, at, f"{who} says hello") for who in range(PEOPLE)))
            for who, person in enumerate(self.people):
                if self.here[at].service.waiting(person) is not None:
                    await self._in_line(who, at, then)

        self._try(crowd())

    async def _in_line(self, who, at, then):
        service, person = self.here[at].service, self.people[who]
        if then == "leave" and service.leave(person):
            self._reached("left the line")
        if then == "send again":
            await self._send(who, at, "something else")
        if then == "wait":
            with service.line.watched(person):
                while service.waiting(person) is not None:
                    assert await service.line.beyond(service.line.version, PATIENCE_S), "nobody was called"
            self._reached("called" if service.called(person) else "called in vain")

    @rule(who=people, at=processes)
    def stay(self, who, at):
        """Watch one's answers and one's place in the line, until one goes."""

        async def watch() -> None:
            there, person = self.here[at], self.people[who]
            view = await there.service.current(person)
            turn = there.runner.turns.get(view.battle_id) if view else None
            if turn is not None:
                self._watching[who].enter_context(turn.subscribed())
            self._watching[who].enter_context(there.service.line.watched(person))

        self._do(watch())

    @rule(who=people)
    def go(self, who):
        async def close() -> None:
            self._watching[who].close()

        self._do(close())

    @rule(who=people, at=processes, act=st.sampled_from(["leave", "waiting", "called"]))
    def stand_in_line(self, who, at, act):
        async def do() -> None:
            getattr(self.here[at].service, act)(self.people[who])

        self._try(do())

    @rule(
        who=people, at=processes, which=st.integers(0, 40), act=st.sampled_from(["stop", "retry", "new_battle", "view"])
    )
    def act(self, who, at, which, act):
        self._try(getattr(self.here[at].service, act)(self.people[who], self._battle(which)))

    @rule(who=people, at=processes, which=st.integers(0, 40), outcome=st.sampled_from(Outcome), forged=st.booleans())
    def vote(self, who, at, which, outcome, forged):
        battle = self._battle(which)
        token = "forged" if forged else self.here[at].keys.vote_token(battle, self.people[who])
        view = self._try(self.here[at].service.vote(self.people[who], battle, token, Ballot(outcome=outcome)))
        if view is not None:
            assert not forged
            assert view.state is BattleState.VOTED

    @rule(who=people, at=processes)
    def vote_on_what_is_open(self, who, at):
        view = self._try(self.here[at].service.current(self.people[who]))
        if view is not None:
            ballot = Ballot(outcome=Outcome.TIE)
            self._try(self.here[at].service.vote(self.people[who], view.battle_id, view.token, ballot))

    @rule(who=people, at=processes, which=st.integers(0, 40), words=st.sampled_from(["", "good", "x" * 5000]))
    def comment_and_report(self, who, at, which, words):
        self._try(self.here[at].service.comment(self.people[who], self._battle(which), words))
        self._try(self.here[at].service.report(self.people[who], self._battle(which), "a", words))

    @rule(who=people, at=processes)
    def erase(self, who, at):
        self._try(self.here[at].service.erase(self.here[at].keys.erasure_code(self.people[who])))

    # --- what the world does ---

    @rule(left=st.sampled_from(sorted(SCRIPTS)), right=st.sampled_from(sorted(SCRIPTS)))
    def models_change(self, left, right):
        for there in self.here:
            there.chat.scripts = {"canary-left": [SCRIPTS[left]], "canary-right": [SCRIPTS[right]]}

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.05]))
    def time_passes(self, seconds):
        self._do(asyncio.sleep(seconds))

    @rule(ahead=st.sampled_from([timedelta(seconds=1), timedelta(minutes=31), timedelta(hours=25)]), at=processes)
    def much_later(self, ahead, at):
        for there in self.here:
            there.clock.ahead += ahead
        self._do(self.here[at].service.sweep())

    @rule(at=processes)
    def everybody_leaves(self, at):
        async def leave() -> None:
            for battle in list(self.known):
                turn = self.here[at].runner.turns.get(battle)
                if turn is not None:
                    await self.here[at].runner.halt(turn, Halt.LEFT)

        self._do(leave())

    def _battle(self, which: int) -> str:
        return self.known[-1 - which % len(self.known)]

    # --- what is always so ---

    @invariant()
    def states_change_as_the_machine_says_and_the_database_is_whole(self):
        with self.here[0].store.database.read() as connection:
            found = {tuple(row) for row in connection.execute(text("SELECT DISTINCT old, new FROM trace"))}
            live = ", ".join(f"'{state}'" for state in LIVE_STATES)
            most = f"SELECT max(n) FROM (SELECT count(*) n FROM battle WHERE state IN ({live}) GROUP BY rater_id)"
            crowded = connection.scalar(text(most)) or 0
            stray = (
                "SELECT count(*) FROM answer JOIN turn ON turn.id = turn_id JOIN battle ON battle.id = turn.battle_id"
            )
            strays = connection.scalar(
                text(f"{stray} WHERE answer.state = 'streaming' AND battle.state <> 'streaming'")
            )
            held = connection.scalar(text("SELECT count(*) FROM battle WHERE state <> 'streaming' AND owner <> ''"))
            assert problems(connection) == []
        assert found <= ALLOWED
        assert (crowded <= 1, strays, held) == (True, 0, 0)

    @invariant()
    def no_process_has_more_than_it_has_room_for(self):
        for there, room in zip(self.here, ROOM, strict=True):
            assert len(there.runner.turns) <= room
            assert sum(not ticket.called for ticket in there.service.line._tickets.values()) <= WAITING

    @invariant()
    def names_are_shown_after_the_vote_only(self):
        for person in self.people:
            view = self._do(self.here[0].service.current(person))
            assert view is None or (view.cards is not None) is (view.state is BattleState.VOTED)


@pytest.mark.parametrize("steps", sizes(small=300, full=10_000))
def test_the_battle_service_stays_inside_its_state_machine(steps: int) -> None:
    how = settings(
        max_examples=steps // STEPS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    Battles.reached.clear()
    run_state_machine_as_test(Battles, settings=how)
    assert {"sent", "queued", "called", "left the line", Refusal.FULL.value} <= set(Battles.reached)
