"""Looks at the votes of the last day every half minute, marks what the rules find, and erases what is too old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from arena.abuse.rules import WINDOW, Thresholds, findings
from arena.errors import StoreError
from arena.ports import Clock, Store

CHECK_S = 30.0
FORGET_S = 3600.0
ADDRESSES_KEPT = timedelta(days=2)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRules:
    """What the settings decide. `texts_kept`: how long texts are kept; None: until somebody erases them."""

    checks: bool = True
    thresholds: Thresholds = field(default_factory=Thresholds)
    texts_kept: timedelta | None = None


class Watch:
    """The periodic work against abuse and for privacy; any number of processes may do it beside each other."""

    def __init__(self, store: Store, clock: Clock, rules: WatchRules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules
        self._looked_at: datetime | None = None

    async def check_forever(self) -> None:
        """Look at new votes until cancelled."""
        while True:
            await self._done("checks_failed", self.check)
            await asyncio.sleep(CHECK_S)

    async def forget_forever(self) -> None:
        """Erase what is too old until cancelled."""
        while True:
            await self._done("forgetting_failed", self.forget)
            await asyncio.sleep(FORGET_S)

    async def check(self) -> int:
        """Apply the rules once, unless nobody has voted since; how many votes were marked."""
        newest = await self._store.last_vote_at() if self._rules.checks else None
        if newest is None or newest == self._looked_at:
            return 0
        now = self._clock.now()
        traces = await self._store.vote_traces(now - WINDOW)
        found = await asyncio.to_thread(findings, traces, self._rules.thresholds)
        marked = await self._store.apply_findings(found, now) if found else 0
        self._looked_at = newest
        if marked:
            log.warning("votes_marked", votes=marked)
        return marked

    async def forget(self) -> int:
        """Erase texts and addresses that are too old, once; how many battles lost their texts."""
        now = self._clock.now()
        kept = self._rules.texts_kept
        erased = await self._store.forget(now - kept if kept else None, now - ADDRESSES_KEPT, now)
        if erased:
            log.info("texts_erased", battles=erased)
        return erased

    @staticmethod
    async def _done(event: str, work: Callable[[], Awaitable[int]]) -> None:
        """A database that is away for a while is no reason to stop looking."""
        try:
            await work()
        except StoreError as error:
            log.warning(event, error=str(error))
