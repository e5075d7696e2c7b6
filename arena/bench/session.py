"""The whole measurement of some contestants: warmed up, asked at every concurrency, watched meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from arena.bench.ask import ask
from arena.bench.cost import Power, cost_of
from arena.bench.figures import figures_of
from arena.bench.footprint import Footprint, Gpus
from arena.bench.load import run
from arena.bench.outcome import Outcome
from arena.bench.prompts import Language, everyday
from arena.bench.servers import Server
from arena.bench.watch import Watch
from arena.errors import ChatError
from arena.models import Contestant
from arena.ports import ChatClient, Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How is asked. `warm_ups` are asked one after the other before the clock runs; the first is the new session."""

    concurrencies: Sequence[int] = (1, 4)
    requests: int = 20
    warm_ups: int = 2
    language: Language = Language.BOTH
    seed: int = 0
    max_tokens: int | None = None

    def shaped(self, contestant: Contestant) -> Contestant:
        """The contestant with this plan's limit of tokens."""
        if self.max_tokens is None:
            return contestant
        return replace(contestant, sampling=replace(contestant.sampling, max_tokens=self.max_tokens))

    @property
    def total(self) -> int:
        """How many requests a contestant is asked."""
        return self.warm_ups + self.requests * len(self.concurrencies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bencher:
    """What a measurement needs of the world; `watts` None: as the GPUs tell, where they do."""

    client: ChatClient
    clock: Clock
    gpus: Gpus
    servers: Mapping[str, Server]
    electricity_price: float | None = None
    watts: float | None = None

    async def measure(self, contestant: Contestant, plan: Plan, done: Callable[[int], None]) -> list[Outcome]:
        """One outcome for each concurrency. Raises `ChatError` when the server does not answer a first request."""
        asked = plan.shaped(contestant)
        server = self.servers.get(contestant.name, Server())
        prompts = iter(everyday(plan.total, plan.language, plan.seed))
        new_session_ms = await self._warm_up(asked, list(islice(prompts, plan.warm_ups)), done)
        outcomes = []
        for concurrency in plan.concurrencies:
            questions = list(islice(prompts, plan.requests))
            with Watch(contestant.base_url, server.pids, self.gpus) as watch:
                load = await run(self.client, asked, questions, concurrency, self.clock, done)
            figures = figures_of(load)
            outcomes.append(
                Outcome(
                    figures=figures,
                    footprint=watch.footprint,
                    engine=watch.engine,
                    cost=cost_of(figures, contestant.price, self._power(watch.footprint)),
                    load_s=server.load_s,
                    new_session_ms=new_session_ms,
                    samples=load.samples,
                )
            )
        return outcomes

    async def _warm_up(
        self, contestant: Contestant, prompts: Sequence[str], done: Callable[[int], None]
    ) -> float | None:
        first_ms: float | None = None
        for place, prompt in enumerate(prompts):
            sample = await ask(self.client, contestant, prompt, self.clock)
            if sample.error is not None:
                raise ChatError(sample.error, f"{contestant.name}: {sample.detail}")
            if place == 0 and sample.ttft_s is not None:
                first_ms = sample.ttft_s * 1000
            done(1)
        return first_ms

    def _power(self, footprint: Footprint) -> Power | None:
        watts = self.watts if self.watts is not None else footprint.gpu_watts_mean
        if watts is None or self.electricity_price is None:
            return None
        return Power(watts=watts, price_per_kwh=self.electricity_price)
