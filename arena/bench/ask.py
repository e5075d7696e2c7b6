"""One timed question to a model server: what came and when, and why it failed if it did."""

from __future__ import annotations

from contextlib import aclosing
from contextvars import ContextVar

from arena.bench.sample import Arrival, Sample, sample_of
from arena.chat.prompts import build_messages
from arena.errors import ChatError
from arena.models import Contestant, ErrorKind
from arena.ports import ChatClient, Clock

HUNG_UP_S = 0.1
"""A request on a closed connection fails within this; a server that breaks down in its work takes longer."""

_departures: ContextVar[list[float] | None] = ContextVar("departures", default=None)


class Departures:
    """Tells the task that asks when its request really went out; give `note` to the client as `on_send`.

    Building a request takes about a millisecond, and with a hundred at once the last would be charged for all.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def note(self) -> None:
        """Keep the time for the question that this task asks; several requests of one question keep the first."""
        departures = _departures.get()
        if departures is not None:
            departures.append(self._clock.monotonic())


async def ask(client: ChatClient, contestant: Contestant, prompt: str, clock: Clock) -> Sample:
    """Ask once; a failure is in the sample.

    Some servers hang up after an answer, and the next request may meet the closed connection: it was never asked, so
    it is sent again.
    """
    sample = await _ask(client, contestant, prompt, clock)
    if sample.error is ErrorKind.CUT and sample.opened is None and clock.monotonic() - sample.sent < HUNG_UP_S:
        return await _ask(client, contestant, prompt, clock)
    return sample


async def _ask(client: ChatClient, contestant: Contestant, prompt: str, clock: Clock) -> Sample:
    departures: list[float] = []
    token = _departures.set(departures)
    asked = clock.monotonic()
    arrivals: list[Arrival] = []
    try:
        failure = await _read(client, contestant, prompt, clock, arrivals)
    finally:
        _departures.reset(token)
    return sample_of(contestant, prompt, departures[0] if departures else asked, arrivals, failure)


async def _read(
    client: ChatClient, contestant: Contestant, prompt: str, clock: Clock, arrivals: list[Arrival]
) -> ChatError | None:
    messages = build_messages(contestant, [], prompt)
    try:
        async with aclosing(client.stream(contestant, messages)) as chunks:
            async for chunk in chunks:
                # Nothing else here: the other streams wait while this one is looked at.
                arrivals.append(Arrival(clock.monotonic(), chunk))
    except ChatError as error:
        return error
    return None
