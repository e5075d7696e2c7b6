"""A closed loop of questions: so many at a time, each followed by the next. Results are samples, in the order asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arena.bench.ask import ask
from arena.bench.sample import Sample
from arena.models import Contestant
from arena.ports import ChatClient, Clock

CROWD = 10
"""More streams than this do not start in one instant: a hundred requests are built in a tenth of a second."""
CROWD_STEP_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was asked of one contestant, and how long all of it took, in seconds."""

    contestant: Contestant
    concurrency: int
    samples: tuple[Sample, ...]
    duration_s: float


async def run(
    client: ChatClient,
    contestant: Contestant,
    prompts: Sequence[str],
    concurrency: int,
    clock: Clock,
    done: Callable[[int], None],
    step_s: float | None = None,
) -> Load:
    """Ask every prompt once, `concurrency` at a time; `done` is called with 1 after each.

    `step_s`: between the beginnings of two streams; when not given, 0 for a few and `CROWD_STEP_S` for a crowd.
    """
    waiting = iter(enumerate(prompts))
    samples: dict[int, Sample] = {}
    usual_s = CROWD_STEP_S if concurrency > CROWD else 0.0
    apart_s = usual_s if step_s is None else step_s

    async def one_stream(place: int) -> None:
        await asyncio.sleep(place * apart_s)
        for index, prompt in waiting:
            samples[index] = await ask(client, contestant, prompt, clock)
            done(1)

    began = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        for place in range(min(concurrency, len(prompts))):
            group.create_task(one_stream(place))
    duration_s = clock.monotonic() - began
    ordered = tuple(samples[index] for index in sorted(samples))
    return Load(contestant=contestant, concurrency=concurrency, samples=ordered, duration_s=duration_s)
