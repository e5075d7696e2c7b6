"""What answers cost: from a price list, or from the power that the machine draws."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from arena.bench.figures import Figures
from arena.contestant_parts import Price


class Basis(StrEnum):
    """Where a cost comes from."""

    PRICE = "price"
    POWER = "power"


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What the serving machine draws, and what electricity costs a kilowatt-hour, in the operator's currency."""

    watts: float
    price_per_kwh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """In the operator's currency; per million tokens of output, and per answer that came."""

    basis: Basis
    per_million_tokens: float
    per_answer: float


def cost_of(figures: Figures, price: Price | None, power: Power | None) -> Cost | None:
    """Power when it is given, else the contestant's price; None when neither is, or nothing was answered."""
    if not figures.completed or not figures.output_tokens:
        return None
    if power is not None:
        total = power.watts * figures.duration_s / 3_600_000 * power.price_per_kwh
        return _cost(Basis.POWER, total, figures)
    if price is not None:
        return _cost(Basis.PRICE, price.cost(figures.prompt_tokens, figures.output_tokens), figures)
    return None


def _cost(basis: Basis, total: float, figures: Figures) -> Cost:
    return Cost(
        basis=basis,
        per_million_tokens=total / figures.output_tokens * 1e6,
        per_answer=total / figures.completed,
    )
