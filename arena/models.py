"""The words of the arena as frozen dataclasses and enums. Standard library only, no I/O.

Times are timezone-aware UTC datetimes; durations carry their unit in the name. Ids are UUID strings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from arena.contestant_parts import Price, PromptPolicy, Sampling, Serve


class Side(StrEnum):
    """`a` is shown left, `b` right."""

    A = "a"
    B = "b"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.B if self is Side.A else Side.A


class Outcome(StrEnum):
    """What the rater said, in the words of the public data sets."""

    MODEL_A = "model_a"
    MODEL_B = "model_b"
    TIE = "tie"
    BOTH_BAD = "both_bad"


class BattleState(StrEnum):
    """Where a battle is; DESIGN's state machine. `arena/battle/service.py` is the only place that moves it."""

    OPEN = "open"
    STREAMING = "streaming"
    READY = "ready"
    VOTED = "voted"
    ABANDONED = "abandoned"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    VOID = "void"


LIVE_STATES = frozenset(
    {BattleState.OPEN, BattleState.STREAMING, BattleState.READY, BattleState.FAILED, BattleState.INTERRUPTED}
)
"""States in which a battle still belongs to its rater's page; one such battle per rater."""


class AnswerState(StrEnum):
    """How one attempt at an answer stands."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


USABLE_ANSWERS = frozenset({AnswerState.COMPLETE, AnswerState.STOPPED})
"""Attempts that can be read and voted on."""


class ErrorKind(StrEnum):
    """What went wrong between us and a model server. Stored and counted, never sent to a browser before the vote."""

    UNREACHABLE = "unreachable"
    REFUSED_KEY = "refused_key"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    BAD_REQUEST = "bad_request"
    SERVER_ERROR = "server_error"
    REDIRECT = "redirect"
    WRONG_CONTENT_TYPE = "wrong_content_type"
    MALFORMED = "malformed"
    NO_FIRST_TOKEN = "no_first_token"  # noqa: S105 - a name, not a secret
    STALLED = "stalled"
    CUT = "cut"
    EMPTY = "empty"
    THINKING_ONLY = "thinking_only"
    TOO_LONG = "too_long"
    INTERNAL = "internal"


class Pacing(StrEnum):
    """`matched`: both sides at one rate. `natural`: each as it comes."""

    MATCHED = "matched"
    NATURAL = "natural"


class Standing(StrEnum):
    """Whether a stored vote enters the ratings, and if not, why; a vote may have several reasons."""

    COUNTED = "counted"
    IDENTITY_LEAK = "identity_leak"
    RATER_EXCLUDED = "rater_excluded"
    TOO_FAST = "too_fast"
    ONE_SIDED = "one_sided"
    SAME_ADDRESS = "same_address"
    SAME_PROMPT = "same_prompt"
    IMPORTED = "imported"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a rule against abuse found: `unknown` says that it could not look, which is no mark against the vote."""

    FAILED = "failed"
    UNKNOWN = "unknown"


class Tag(StrEnum):
    """Reasons that a rater may tick for a side."""

    NATURAL = "natural"
    UNDERSTOOD = "understood"
    HELPFUL = "helpful"
    FRIENDLY = "friendly"
    SOUNDED_LIKE_AI = "sounded_like_ai"
    WRONG = "wrong"
    TOO_LONG = "too_long"
    OFF_TOPIC = "off_topic"


# --- contestants ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A model as served: endpoint, model id, prompt policy and sampling.

    `samples`: how often it is asked where a calculation is wanted; the answer with the most frequent result is shown.
    """

    name: str
    display: str
    base_url: str
    model: str
    api_key_env: str = ""
    thinks: bool = False
    licence: str = ""
    notice: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0
    samples: int = 1
    prompt: PromptPolicy = field(default_factory=PromptPolicy)
    sampling: Sampling = field(default_factory=Sampling)
    price: Price | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    serve: Serve | None = None

    snapshot: str = field(init=False, repr=False, compare=False)
    """Canonical JSON of everything that shapes the answers; the address and the key do not."""
    snapshot_hash: str = field(init=False, repr=False, compare=False)
    """SHA-256 of `snapshot`, hexadecimal: the identity of a contestant's row."""

    def __post_init__(self) -> None:
        # Every battle needs them several times.
        snapshot = self._canonical()
        object.__setattr__(self, "snapshot", snapshot)
        object.__setattr__(self, "snapshot_hash", hashlib.sha256(snapshot.encode()).hexdigest())

    def _canonical(self) -> str:
        shape: dict[str, Any] = {
            "name": self.name,
            "display": self.display,
            "model": self.model,
            "thinks": self.thinks,
            "licence": self.licence,
            "notice": self.notice,
            "prompt": asdict(self.prompt),
            "sampling": asdict(self.sampling),
            "extra": dict(self.extra),
        }
        if self.samples > 1:  # only then, so that the hashes from before there were samples stay
            shape["samples"] = self.samples
        return json.dumps(shape, ensure_ascii=False, sort_keys=True)


# --- conversations ---


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message as sent to a model; role is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """True timings and counts of one attempt, whatever the pacing showed. None: never happened, or not reported.

    `ttft_ms`: request to first token of any kind; `ttfat_ms`: to the first answer token; `duration_ms`: to the end.
    Gaps are those between chunks, in milliseconds.
    """

    ttft_ms: float | None = None
    ttfat_ms: float | None = None
    duration_ms: float | None = None
    chunks: int = 0
    gap_p50_ms: float | None = None
    gap_p95_ms: float | None = None
    gap_max_ms: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    thinking_chars: int = 0
    engine: str = ""
    requests: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One attempt of one side at one turn."""

    id: str
    side: Side
    attempt: int
    state: AnswerState
    text: str = ""
    thinking: str = ""
    finish_reason: str = ""
    error_kind: ErrorKind | None = None
    measured: Measured = Measured()
    leak: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A prompt and every attempt at answering it, oldest first."""

    id: str
    index: int
    prompt: str
    created_at: datetime
    answers: tuple[Answer, ...] = ()

    def latest(self, side: Side) -> Answer | None:
        """The newest attempt of a side, or None before the first."""
        return max((a for a in self.answers if a.side is side), key=lambda a: a.attempt, default=None)


# --- battles and votes ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Rater:
    """A pseudonymous voter: an id of ours, never the cookie."""

    id: str
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """Who meets whom, who is on which side, and how probable this draw was."""

    a: Contestant
    b: Contestant
    probability: float

    def side(self, side: Side) -> Contestant:
        """The contestant on a side."""
        return self.a if side is Side.A else self.b


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A stored vote. `left` and `right` are contestants' names; `reasons` is empty exactly when the vote counts.

    `dwell_ms` is from the moment both answers were there to the vote, by the server's clock. `origin` names the
    database in which the vote was given, so that an imported vote keeps its source.
    """

    id: str
    battle_id: str
    rater_id: str | None
    outcome: Outcome
    created_at: datetime
    left: str
    right: str
    reasons: tuple[Standing, ...] = ()
    tags_a: tuple[Tag, ...] = ()
    tags_b: tuple[Tag, ...] = ()
    comment: str = ""
    comment_after: str = ""
    dwell_ms: int | None = None
    turns: int = 1
    language: str = "und"
    is_code: bool = False
    pacing: Pacing = Pacing.MATCHED
    origin: str = ""

    @property
    def counted(self) -> bool:
        """Whether the vote enters the ratings."""
        return not self.reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Battle:
    """One blind comparison as the database has it. Names of contestants are in it: it never goes to a browser whole."""

    id: str
    rater_id: str
    state: BattleState
    left: str
    right: str
    left_hash: str
    right_hash: str
    probability: float
    pacing: Pacing
    created_at: datetime
    updated_at: datetime
    ready_at: datetime | None = None
    closed_at: datetime | None = None
    pace_cps: float | None = None
    owner: str = ""
    lease_until: datetime | None = None
    turns: tuple[Turn, ...] = ()
    vote: Vote | None = None

    @property
    def leaked(self) -> bool:
        """Whether a model named itself in an answer that was shown."""
        return any(a.leak for t in self.turns for a in t.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCount:
    """One cell of the maintained counts: `n` votes of this outcome with this standing between left and right."""

    left: str
    right: str
    outcome: Outcome
    standing: Standing
    n: int


# --- abuse ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found on a vote. `details` has the numbers behind it and never a word of what was written."""

    vote_id: str
    rule: Standing
    verdict: Verdict
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteTrace:
    """What the rules over several votes may know of one.

    `address` is a keyed hash of an address prefix that changes daily, empty when it is not known. `prompt` is the
    beginning of the first prompt. `cleared` are the rules whose finding the operator has lifted.
    """

    vote_id: str
    rater_id: str
    created_at: datetime
    outcome: Outcome
    left: str
    right: str
    address: str = ""
    prompt: str = ""
    cleared: frozenset[Standing] = frozenset()

    @property
    def preferred(self) -> str | None:
        """The name of the contestant that was preferred; None unless the vote decided for one."""
        return {Outcome.MODEL_A: self.left, Outcome.MODEL_B: self.right}.get(self.outcome)
