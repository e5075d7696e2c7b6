"""What the services need from the world: a chat client, a store, a clock. Adapters implement these; tests fake them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from arena.errors import Refusal
from arena.models import (
    Answer,
    Battle,
    BattleState,
    Contestant,
    Draw,
    Finding,
    Message,
    Pacing,
    Rater,
    Side,
    Vote,
    VoteCount,
    VoteTrace,
)


class Chunk(NamedTuple):
    """One piece of a streamed answer as the server sent it. Empty strings where a kind of text is absent.

    A tuple, because one is made for every token, and a frozen dataclass costs five times as much to make.

    `requests`: how many requests the stream stands for; more than one when several answers were asked for one.
    """

    text: str = ""
    thinking: str = ""
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    engine: str = ""
    requests: int = 1


class ChatClient(Protocol):
    """A way to talk to model servers."""

    def stream(self, contestant: Contestant, messages: Sequence[Message]) -> AsyncGenerator[Chunk, None]:
        """Stream one answer. Raises `ChatError`; closing the iterator ends the server's work."""
        ...

    async def probe(self, contestant: Contestant) -> None:
        """Ask the endpoint for its models. Raises `ChatError` when it is down or does not serve the model."""
        ...

    async def warm_up(self) -> None:
        """Do what the first request of a process would otherwise wait for."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...


class Meter(Protocol):
    """What monitoring is told of."""

    def opened(self) -> None:
        """A battle was opened."""
        ...

    def turn_ended(self, battle: Battle, state: BattleState, answers: Sequence[Answer]) -> None:
        """A turn ended with these attempts."""
        ...

    def refused(self, refusal: Refusal) -> None:
        """A request was refused."""
        ...


class Unmetered:
    """Where nobody monitors."""

    def opened(self) -> None:
        """Nothing is noted."""

    def turn_ended(self, battle: Battle, state: BattleState, answers: Sequence[Answer]) -> None:
        """Nothing is noted."""

    def refused(self, refusal: Refusal) -> None:
        """Nothing is noted."""


class Clock(Protocol):
    """Time, passed in."""

    def now(self) -> datetime:
        """The time, timezone-aware UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump, for durations."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """A turn about to be asked: ids are made by the caller; `answer_ids` has one entry per side that is asked."""

    id: str
    prompt: str
    answer_ids: Mapping[Side, str]


@dataclass(frozen=True, slots=True)
class RaterDigests:
    """Who a rater is, as HMACs: of their cookie, and of the code that erases what they left."""

    cookie: str
    erasure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Which process runs a battle, and until when others must leave it alone."""

    owner: str
    until: datetime


class Store(Protocol):
    """The database, in units of work. Every method is one transaction.

    All raise `StoreUnavailable` when the database is locked, read-only, full or gone; then nothing was written.
    Changes of a battle's state name the states they start from and raise `StateConflict` when it is in none of them.
    """

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn at the database."""
        ...

    async def ping(self) -> None:
        """Prove that the database can be written to; nothing is kept. A proof may hold for a second."""
        ...

    async def origin(self) -> str:
        """The random id of this database, made once; what `Vote.origin` says of votes given here."""
        ...

    async def secret(self) -> str:
        """The secret that was made once and kept in the database; used where the settings have none."""
        ...

    async def paused(self) -> bool:
        """Whether the operator has paused the arena."""
        ...

    async def set_paused(self, paused: bool) -> None:
        """Pause the arena, or go on."""
        ...

    async def find_rater(self, digest: str) -> Rater | None:
        """The rater with this cookie digest, or None; writes nothing."""
        ...

    async def current_battle(self, rater_id: str) -> Battle | None:
        """The rater's newest battle that has not been closed (live, or voted and still on the page), with its turns."""
        ...

    async def own_battle(self, digest: str, battle_id: str) -> Battle | None:
        """A battle with its turns, answers and vote, if the rater with this cookie digest is its own."""
        ...

    async def battle(self, battle_id: str) -> Battle | None:
        """A battle with its turns, answers and vote."""
        ...

    async def create_battle(
        self,
        battle_id: str,
        rater: RaterDigests,
        draw: Draw,
        pacing: Pacing,
        turn: NewTurn,
        lease: Lease,
        now: datetime,
    ) -> Battle:
        """Store the rater if new, contestants' snapshots, the draw and the first turn, in state `streaming`.

        Voted or void battles that the rater left unclosed are closed. Raises `LiveBattleExists`, also when two
        processes race, and `ArenaPaused`.
        """
        ...

    async def begin_turn(self, battle_id: str, turn: NewTurn, lease: Lease, now: datetime) -> Battle:
        """`ready` -> `streaming` with another turn."""
        ...

    async def begin_retry(self, battle_id: str, answer_ids: Mapping[Side, str], lease: Lease, now: datetime) -> Battle:
        """`failed` or `interrupted` -> `streaming` with a new attempt at the last turn for each side named."""
        ...

    async def save_progress(self, answers: Sequence[Answer]) -> None:
        """Keep the text shown so far of answers that still run."""
        ...

    async def renew_leases(self, battle_ids: Sequence[str], lease: Lease) -> None:
        """Say that this process still runs these battles."""
        ...

    async def finish_turn(
        self, battle_id: str, answers: Sequence[Answer], state: BattleState, pace_cps: float | None, now: datetime
    ) -> None:
        """`streaming` -> `state`, with the answers as they ended, in one transaction. Sets `ready_at` when ready."""
        ...

    async def interrupt_expired(self, now: datetime, battle_id: str | None = None) -> int:
        """Mark streaming battles (or this one) whose lease has run out as interrupted; how many."""
        ...

    async def expire(self, abandoned_before: datetime, void_before: datetime, now: datetime) -> int:
        """End what nobody came back to; how many.

        `ready` and untouched since `abandoned_before` -> abandoned; failed or interrupted since `void_before` -> void.
        """
        ...

    async def close_battle(self, battle_id: str, state: BattleState | None, now: datetime) -> None:
        """Take a battle off its rater's page; `state` is the end state of one that was live (None: it had ended).

        A ready battle ends in `abandoned`, any other live one in `void`; else it is a `StateConflict`.
        """
        ...

    async def record_vote(self, vote: Vote, now: datetime, findings: Sequence[Finding] = (), address: str = "") -> Vote:
        """`ready` -> `voted`, the vote and its cell of `vote_count`, durably and at once.

        `findings` are what rules found on it; the reasons of those that failed are in the vote. `address` is the hash
        of the address prefix. A rater who is excluded gets that reason too.

        A battle that has a vote keeps it: the stored vote is returned, whatever the new one said. Raises
        `StateConflict` in any other state.
        """
        ...

    async def vote_traces(self, since: datetime) -> Sequence[VoteTrace]:
        """What the rules over several votes may know of the votes given here since a time, oldest first."""
        ...

    async def apply_findings(self, findings: Sequence[Finding], now: datetime) -> int:
        """Store findings that are new, and take votes that failed out of the ratings; how many votes changed.

        A vote that the operator has cleared of a rule stays cleared.
        """
        ...

    async def count_request(self, key: str, amount: int, until: datetime, now: datetime) -> int:
        """Count a request within its window, which ends at `until` if this is its first; how many there are now."""
        ...

    async def requests_counted(self, key: str, now: datetime) -> tuple[int, datetime] | None:
        """How many requests a window has had, and when it ends; None when there is none open."""
        ...

    async def forget(self, texts_before: datetime | None, addresses_before: datetime, now: datetime) -> int:
        """Erase what is older than it may be; how many battles lost their texts.

        The texts and comments of battles untouched since `texts_before` (None: all are kept; the votes stay as they
        are), the hashes of addresses of votes before `addresses_before`, and counts of requests that have run out.
        """
        ...

    async def comment_after(self, battle_id: str, comment: str) -> None:
        """Store a comment that was written after the reveal."""
        ...

    async def report(self, battle_id: str, side: Side, reason: str, now: datetime) -> None:
        """Store a rater's report of an answer as an audit event."""
        ...

    async def votes_of(self, rater_id: str, limit: int) -> Sequence[Battle]:
        """A rater's voted battles with their turns, newest first."""
        ...

    async def battles_of(self, erasure_digest: str) -> Sequence[Battle] | None:
        """All battles of the rater with this erasure code, newest first; None when no rater has it."""
        ...

    async def erase(self, erasure_digest: str, now: datetime) -> int | None:
        """Erase a person's texts and comments and the link to the rater; votes stay as `withdrawn`.

        Returns how many votes that were, None when no rater has this code.
        """
        ...

    async def vote_counts(self) -> Sequence[VoteCount]:
        """All cells of the maintained counts."""
        ...

    async def last_vote_at(self) -> datetime | None:
        """When the newest vote was stored."""
        ...

    async def contestant_cards(self, hashes: Sequence[str]) -> Mapping[str, str]:
        """Snapshots (canonical JSON) by their hash, for battles whose contestants have left the file."""
        ...

    async def tokens_since(self, since: datetime) -> Mapping[str, tuple[int, int]]:
        """Prompt and completion tokens per contestant's name since a time, for spending caps."""
        ...
