"""A whole battle service on a SQLite file and a scripted chat, for tests of the rules."""

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from arena.battle.matchmaker import Matchmaker
from arena.battle.rules import Rules
from arena.battle.runner import RunnerRules, TurnRunner
from arena.battle.service import BattleService
from arena.chat.consistency import SelfConsistentChat
from arena.chat.roster import Roster
from arena.clock import SystemClock
from arena.keys import Keys
from arena.models import Contestant, Pacing
from storage.database import open_database
from storage.store import SqlStore
from tests.support.chat import ScriptedChat


class MovableClock(SystemClock):
    """The real clock, put forward by the test."""

    def __init__(self):
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Arena:
    service: BattleService
    runner: TurnRunner
    store: SqlStore
    chat: ScriptedChat
    roster: Roster
    keys: Keys
    clock: MovableClock

    def visitor(self) -> str:
        """The digest of a new person's cookie."""
        digest = self.keys.rater_digest(self.keys.new_cookie())
        assert digest is not None
        return digest

    async def settled(self, digest, view):
        """The view after the running turn has ended, watched to its end."""
        turn = self.runner.turns.get(view.battle_id)
        if turn is not None:
            with turn.subscribed():
                assert await turn.until_ended(10)
        return await self.service.view(digest, view.battle_id)

    async def ready(self, digest, prompt="Good morning"):
        """A battle with both answers there."""
        sent = await self.service.send(digest, prompt)
        return await self.settled(digest, sent.view)


def contestants(n=2, **changes):
    names = ["canary-left", "canary-right", "canary-third"][:n]
    return [
        Contestant(**({"name": n, "display": n.upper(), "base_url": "http://localhost/v1", "model": n} | changes))
        for n in names
    ]


@asynccontextmanager
async def arena(
    tmp_path: Path, *, field=None, pacing=Pacing.NATURAL, runner_rules=None, url=None, client=None, rng=None, **rules
):
    """An arena whose contestants answer as `chat.scripts` say, or what `client` reads; `rng` draws the pairs."""
    store = SqlStore(open_database(url or f"sqlite:///{tmp_path / 'arena.db'}", busy_timeout_ms=1_000))
    chat, clock, keys = ScriptedChat(), MovableClock(), Keys("a secret of this test only")
    roster = Roster(field or contestants(), chat, clock, 30.0)
    await roster.probe_all()
    rules_here = runner_rules or RunnerRules(pace_cps=2000)
    runner = TurnRunner(store=store, client=SelfConsistentChat(client or chat), clock=clock, rules=rules_here)
    service = BattleService(
        store=store,
        runner=runner,
        matchmaker=Matchmaker(roster, store, clock, rng or Random(7)),
        keys=keys,
        clock=clock,
        rules=Rules(pacing=pacing, **rules),
    )
    try:
        yield Arena(service, runner, store, chat, roster, keys, clock)
    finally:
        await service.line.close()
        await runner.turns.close()
        store.close()
