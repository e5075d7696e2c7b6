"""The figures of a study's report as frozen dataclasses; a pure function of a `StudyRecord` fills them.

`focus` is the contestant that more people preferred (the protocol's first, if neither): intervals and differences are
for it against the `other`. Shares are of 1; p is exact and two-sided; intervals are 95%.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from arena.study.people import Person
from arena.study.preference import Bounds, Preference


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """How many people came how far. Each line counts those of the line before who went on, but for the last three."""

    places: int
    invited: int
    consented: int
    began_first: int
    began_second: int
    answered_primary: int
    completed: int
    full: int
    per_protocol: int
    withdrawn: int
    replaced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Primary:
    """The preference. `result` is None where nobody is in the set; `evalue` may be looked at as often as one likes.

    `by_sequence`: p of Mainland and Gart's test; it is the primary one where `unbalanced`. `changes`: fewest changed
    answers that turn the verdict of the primary test over.
    """

    n: int
    k: int
    result: Preference | None
    evalue: float
    p: float
    by_sequence: float
    unbalanced: bool
    changes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secondary:
    """A yes or no question asked of both contestants, of those who answered for both.

    `b` people said yes of the focus alone, `c` of the other alone. `p_worst`: all missing answers against the finding.
    """

    question: str
    n: int
    both: int
    b: int
    c: int
    neither: int
    missing: int
    p: float
    p_holm: float
    p_worst: float
    difference: float | None
    newcombe: Bounds
    tango: Bounds
    changes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSet:
    """The same analysis over one set of participants."""

    people: tuple[str, ...]
    primary: Primary
    secondaries: tuple[Secondary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstCase:
    """Everybody who began and stayed, a missing preference counted for the other contestant."""

    n: int
    k: int
    missing: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who was preferred, by sequence: `ab` and `ba` count those who preferred the focus and the other."""

    ab: tuple[int, int]
    ba: tuple[int, int]
    ab_periods: tuple[int, int]
    ba_periods: tuple[int, int]
    p_order: float
    p_by_sequence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What people thought Model 1 was. `index` is (correct - wrong) / n; 0 is what blindness gives."""

    n: int
    correct: int
    wrong: int
    dont_know: int
    missing: int
    index: float | None
    tango: Bounds
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Blinding:
    """Guesses of everybody and by sequence; among wrong guessers, `wrong_prefer_focus` preferred the focus."""

    all: Guesses
    ab: Guesses
    ba: Guesses
    wrong_prefer_focus: int
    wrong_with_preference: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words that gave a contestant away, and how many people quoted them."""

    question: str
    contestant: str
    phrase: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of one measure: how many people, median and range; None where nobody."""

    n: int
    median: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What was measured of the conversations in one period, or with one contestant."""

    period: int
    contestant: str
    turns: Spread
    prompt_chars: Spread
    answer_chars: Spread
    active_s: Spread
    failures: int
    leaks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What this many people can show, and how many it takes.

    `narrow`: people for an interval of 20 points at the share found (1/2 where none was). `each`: people by the number
    of conversations each for the same, if two answers of one person correlate by `correlation`, which is assumed.
    """

    n: int
    critical: int | None
    power: Mapping[str, float]
    needed: Mapping[str, Mapping[str, int]]
    narrow: int
    correlation: float
    each: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything that the report says, and what it was made from."""

    study: str
    source: str
    state: str
    closed_early: bool
    protocol_hash: str
    contestants: tuple[str, str]
    focus: str
    other: str
    flow: Flow
    flow_ab: Flow
    flow_ba: Flow
    full: AnalysisSet
    per_protocol: AnalysisSet
    worst: WorstCase
    order: Order
    blinding: Blinding | None
    quotes: tuple[Quote, ...]
    by_period: tuple[Talk, ...]
    by_contestant: tuple[Talk, ...]
    recorded: bool
    languages: Mapping[str, int]
    sizes: Sizes
    people: tuple[Person, ...]
    version: str = "1"

    def as_json(self) -> dict[str, Any]:
        """The figures for a JSON file; what is infinite there becomes null."""
        found: dict[str, Any] = plain(self)
        return found


def plain(value: Any) -> Any:
    """A value as JSON can have it."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(name): plain(found) for name, found in value.items()}
    if isinstance(value, tuple | list):
        return [plain(found) for found in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
