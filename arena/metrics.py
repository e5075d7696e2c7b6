"""What monitoring may know: numbers of this process for Prometheus, and the votes of the database they share.

Every process answers for itself, on its own address; sum over them, except for `arena_votes`, which all read from the
same database. Names of contestants are labels, so the page is the operator's only.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.process_collector import ProcessCollector

from arena.errors import Refusal
from arena.models import Answer, Battle, BattleState, Side, VoteCount

CONTENT_TYPE = CONTENT_TYPE_LATEST
_TOKEN_S = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60)
_DATABASE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """Counts what happens in one process; `arena.ports.Meter` for Prometheus."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._opened = Counter("arena_battles_opened", "Battles opened here", registry=registry)
        self._ended = Counter(
            "arena_turns_ended", "Turns ended here, by what state that left", ["state"], registry=registry
        )
        self._refused = Counter(
            "arena_requests_refused", "Requests refused with a sentence", ["reason"], registry=registry
        )
        self._errors = Counter(
            "arena_answer_errors",
            "Attempts at an answer that failed",
            ["kind", "side", "contestant"],
            registry=registry,
        )
        self._first_token = Histogram(
            "arena_first_token_seconds", "From the request to a model's first token of any kind", ["contestant"],
            buckets=_TOKEN_S, registry=registry,
        )  # fmt: skip
        self._database = Histogram(
            "arena_database_seconds", "Database calls, waiting for a thread included", ["call"],
            buckets=_DATABASE_S, registry=registry,
        )  # fmt: skip
        self._running = Gauge("arena_turns_running", "Turns whose answers are being written here", registry=registry)
        self._room = Gauge("arena_turns_max", "Turns that may run here at once", registry=registry)
        self._queue = Gauge("arena_queue", "People who wait for a turn to begin here", registry=registry)
        self._waiting = Gauge("arena_database_waiting", "Database calls that wait for a thread", registry=registry)
        self._votes = Gauge(
            "arena_votes", "Votes in the database, by what they count as", ["standing"], registry=registry
        )

    def opened(self) -> None:
        """A battle was opened."""
        self._opened.inc()

    def turn_ended(self, battle: Battle, state: BattleState, answers: Sequence[Answer]) -> None:
        """A turn ended with these attempts."""
        self._ended.labels(state.value).inc()
        for answer in answers:
            contestant = battle.left if answer.side is Side.A else battle.right
            if answer.error_kind is not None:
                self._errors.labels(answer.error_kind.value, answer.side.value, contestant).inc()
            if answer.measured.ttft_ms is not None:
                self._first_token.labels(contestant).observe(answer.measured.ttft_ms / 1000)

    def refused(self, refusal: Refusal) -> None:
        """A request was refused."""
        self._refused.labels(refusal.value).inc()

    def database(self, call: str, seconds: float) -> None:
        """A call of the store took so long."""
        self._database.labels(call).observe(seconds)

    def page(self, votes: Sequence[VoteCount], *, running: int, room: int, queue: int, waiting: int) -> bytes:
        """The text that Prometheus reads."""
        standings: Tally[str] = Tally()
        for cell in votes:
            standings[cell.standing.value] += cell.n
        self._votes.clear()
        for standing, n in standings.items():
            self._votes.labels(standing).set(n)
        self._running.set(running)
        self._room.set(room)
        self._queue.set(queue)
        self._waiting.set(waiting)
        return generate_latest(self.registry)
