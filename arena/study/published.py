"""The published 12-person study: its totals as data, and everything that can be computed from totals alone."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from arena.analysis.exact import conditional, mcnemar
from arena.analysis.holm import holm
from arena.analysis.paired import newcombe, tango
from arena.analysis.power import needed, power
from arena.errors import DataError
from arena.study.preference import Bounds, Preference, ends, preference

DATA = Path(__file__).with_name("published.toml")
PREFERENCES = ("0.60", "0.65", "0.70", "0.75", "0.83")
"""True preferences for which the power is told."""
POWERS = ("80", "90")


@dataclass(frozen=True, slots=True)
class Totals:
    """How many of all said it of the model that won, and of the other."""

    winner: int
    loser: int


@dataclass(frozen=True, slots=True)
class Published:
    """The totals as they were published. `percents` are those that the article prints, by question and model."""

    source: Mapping[str, str]
    participants: int
    minutes: int
    winner: str
    loser: str
    winner_display: str
    loser_display: str
    preference: Totals
    understood: Totals
    ai_tone: Totals
    percents: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Split:
    """One pairing that fits the totals; `b` people said yes of the winner alone, `c` of the other alone."""

    b: int
    c: int
    p_mcnemar: float
    newcombe: Bounds
    tango: Bounds


@dataclass(frozen=True, slots=True)
class Understood:
    """Every pairing that fits, and the range of p over them."""

    splits: tuple[Split, ...]
    p_min: float
    p_max: float


@dataclass(frozen=True, slots=True)
class AiTone:
    """Mentions taken for independent, and the range of p if each came from another person."""

    p_conditional: float
    p_once_min: float
    p_once_max: float


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Holm's adjusted p of the three questions, at the smallest and at the largest p of `understood`."""

    preference: float
    understood_min: float
    understood_max: float
    ai_tone_min: float
    ai_tone_max: float


@dataclass(frozen=True, slots=True)
class Power:
    """Power of 12 people by true preference, and the number of people that 80 and 90% take."""

    n12: Mapping[str, float]
    needed: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Recreated:
    """All figures; `as_json` gives them their public names."""

    preference: Preference
    understood: Understood
    ai_tone: AiTone
    holm: Adjusted
    power: Power

    def as_json(self) -> dict[str, Any]:
        """The figures under the names that the issue of this study settled."""
        return asdict(self)


def published(path: Path = DATA) -> Published:
    """The published totals. Raises `DataError` where the file is not what it should be."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        questions = {name: data[name] for name in ("preference", "understood", "ai_tone")}
        names = ("source", "participants", "minutes", "winner", "loser", "winner_display", "loser_display")
        percents = {
            f"{name}.{key.removesuffix('_percent')}": value
            for name, table in questions.items()
            for key, value in table.items()
            if key.endswith("_percent")
        }
        totals: dict[str, Any] = {name: Totals(table["winner"], table["loser"]) for name, table in questions.items()}
        return Published(**{name: data[name] for name in names} | totals, percents=percents)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"{path.name} is not the published study's totals: {error}") from error


def recreate(totals: Published) -> Recreated:
    """Everything that the totals give."""
    found = preference(totals.preference.winner, totals.participants)
    understood = every_split(totals.understood, totals.participants)
    tone = mentions(totals.ai_tone)
    return Recreated(found, understood, tone, adjusted(found, understood, tone), powers(totals.participants))


def every_split(totals: Totals, n: int) -> Understood:
    """Every number of people who said yes of both that the totals allow."""
    fewest = max(0, totals.winner + totals.loser - n)
    splits = tuple(_split(both, totals, n) for both in range(fewest, min(totals.winner, totals.loser) + 1))
    p = [split.p_mcnemar for split in splits]
    return Understood(splits, min(p), max(p))


def mentions(totals: Totals) -> AiTone:
    """Mentions: conditional on their sum; and as people, where each came from another one."""
    once = [mcnemar(totals.winner - both, totals.loser - both) for both in range(min(totals.winner, totals.loser) + 1)]
    return AiTone(conditional(totals.winner, totals.loser), min(once), max(once))


def adjusted(found: Preference, understood: Understood, tone: AiTone) -> Adjusted:
    """Holm over the three questions at both ends of what `understood` may be."""
    low = holm((found.p_binomial, understood.p_min, tone.p_conditional))
    high = holm((found.p_binomial, understood.p_max, tone.p_conditional))
    return Adjusted(max(low[0], high[0]), low[1], high[1], min(low[2], high[2]), max(low[2], high[2]))


def powers(n: int) -> Power:
    """Power of n people, and how many it takes."""
    return Power(
        {p: power(n, float(p)) for p in PREFERENCES},
        {p: {target: needed(float(p), int(target) / 100) for target in POWERS} for p in PREFERENCES},
    )


def _split(both: int, totals: Totals, n: int) -> Split:
    b, c = totals.winner - both, totals.loser - both
    return Split(b, c, mcnemar(b, c), ends(newcombe(both, b, c, n)), ends(tango(b, c, n)))
