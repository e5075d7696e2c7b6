"""The contestants of this arena, which of them can be drawn now, and why the others cannot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from arena.errors import ChatError
from arena.models import Contestant
from arena.ports import ChatClient, Clock

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What an endpoint's `/v1/models` last gave; `problem` is empty when it is up. For operators only."""

    problem: str
    since: datetime


class Roster:
    """Keeps every endpoint's health. An endpoint that was never asked counts as down."""

    def __init__(self, contestants: Sequence[Contestant], client: ChatClient, clock: Clock, interval_s: float) -> None:
        self.contestants = tuple(contestants)
        self._client = client
        self._clock = clock
        self.interval_s = interval_s
        self._health: dict[str, Health] = {}

    @property
    def health(self) -> Mapping[str, Health]:
        """Health by contestant's name."""
        return dict(self._health)

    def up(self) -> list[Contestant]:
        """The contestants whose endpoint answered last time."""
        return [c for c in self.contestants if c.name in self._health and not self._health[c.name].problem]

    def named(self, name: str) -> Contestant | None:
        """The contestant of this name, or None when it is not in the file any more."""
        return next((c for c in self.contestants if c.name == name), None)

    async def probe_all(self) -> None:
        """Ask every endpoint once, side by side."""
        await asyncio.gather(*(self._probe(c) for c in self.contestants))

    async def probe_forever(self) -> None:
        """Ask again every interval, until cancelled."""
        while True:
            await asyncio.sleep(self.interval_s)
            await self.probe_all()

    async def _probe(self, contestant: Contestant) -> None:
        try:
            await self._client.probe(contestant)
            problem = ""
        except ChatError as error:
            problem = str(error)
        before = self._health.get(contestant.name)
        if before is not None and before.problem == problem:
            return
        self._health[contestant.name] = Health(problem=problem, since=self._clock.now())
        if problem:
            log.warning("contestant_down", contestant=contestant.name, problem=problem)
        else:
            log.info("contestant_up", contestant=contestant.name)
