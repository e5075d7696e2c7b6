"""What k of n people who preferred one of two contestants say about them."""

from __future__ import annotations

from dataclasses import dataclass

from arena.analysis.exact import binomial
from arena.analysis.one_parameter import LogOdds, firth, profile, wald
from arena.analysis.paired import Difference
from arena.analysis.posterior import above_half
from arena.analysis.proportions import Interval, Proportion, proportion
from arena.analysis.results import ELO

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Preference:
    """The preference as a proportion and as a Bradley-Terry gap; intervals are 95%, for the model that won."""

    n: int
    k: int
    share: float
    p_binomial: float
    clopper_pearson: Bounds
    wilson: Bounds
    jeffreys: Bounds
    p_gt_half: float
    log_odds: float
    elo: float
    elo_wald: Bounds
    elo_profile: Bounds
    log_odds_firth: float
    elo_firth_profile: Bounds


def preference(k: int, n: int) -> Preference:
    """Everything that is said of k of n who preferred a model."""
    gap, penalised = wald(k, n), firth(k, n)
    bounds = {interval: proportion(k, n, interval=interval) for interval in Interval}
    return Preference(
        n=n,
        k=k,
        share=k / n,
        p_binomial=binomial(k, n),
        clopper_pearson=ends(bounds[Interval.CLOPPER_PEARSON]),
        wilson=ends(bounds[Interval.WILSON]),
        jeffreys=ends(bounds[Interval.JEFFREYS]),
        p_gt_half=above_half(k, n),
        log_odds=gap.estimate,
        elo=ELO * gap.estimate,
        elo_wald=_elo(gap),
        elo_profile=_elo(profile(k, n)),
        log_odds_firth=penalised.estimate,
        elo_firth_profile=_elo(penalised),
    )


def ends(found: Proportion | Difference) -> Bounds:
    """An interval as a pair."""
    return found.lower, found.upper


def _elo(found: LogOdds) -> Bounds:
    return ELO * found.lower, ELO * found.upper
