"""What a browser may know of a battle: the one place where a stored battle loses its names.

Everything here goes over the wire as it is. Before the vote no field may depend on which contestant is on which side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.models import USABLE_ANSWERS, Answer, Battle, BattleState, Contestant, Outcome, Side, Standing, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SideText:
    """One side of a turn: its text, and whether it is an answer."""

    text: str
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnText:
    """A turn as both sides showed it."""

    prompt: str
    sides: Mapping[Side, SideText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """True times of a side, over its usable answers: mean first text, mean characters a second, failures."""

    first_text_ms: float | None
    chars_per_second: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Who a side was; made only for a battle that has its vote."""

    name: str
    display: str
    licence: str
    notice: str
    about: Mapping[str, str]
    speed: Speed


@dataclass(frozen=True, slots=True, kw_only=True)
class BattleView:
    """A battle as its rater may see it. `cards` and `outcome` are there after the vote only."""

    battle_id: str
    token: str
    state: BattleState
    turns: int
    failed: tuple[Side, ...] = ()
    leaked: bool = False
    outcome: Outcome | None = None
    counted: bool | None = None
    reasons: tuple[Standing, ...] = ()
    comment_open: bool = False
    cards: Mapping[Side, Card] | None = None


def turn_texts(battle: Battle) -> list[TurnText]:
    """All turns' texts."""
    return [_turn_text(turn) for turn in battle.turns]


def failed_sides(battle: Battle) -> tuple[Side, ...]:
    """Sides whose newest attempt at the last turn is no answer; empty unless the battle failed."""
    if battle.state is not BattleState.FAILED or not battle.turns:
        return ()
    last = battle.turns[-1]
    return tuple(side for side in Side if not usable(last.latest(side)))


def usable(answer: Answer | None) -> bool:
    """Whether an attempt can be read and voted on."""
    return answer is not None and answer.state in USABLE_ANSWERS and bool(answer.text.strip())


def battle_view(battle: Battle, token: str, cards: Mapping[Side, Card] | None) -> BattleView:
    """The view of a battle; `cards` are dropped unless the vote is stored."""
    voted = battle.state is BattleState.VOTED and battle.vote is not None
    return BattleView(
        battle_id=battle.id,
        token=token,
        state=battle.state,
        turns=len(battle.turns),
        failed=failed_sides(battle),
        leaked=battle.leaked,
        outcome=battle.vote.outcome if voted and battle.vote else None,
        counted=battle.vote.counted if voted and battle.vote else None,
        reasons=battle.vote.reasons if voted and battle.vote else (),
        comment_open=bool(voted and battle.vote and not battle.vote.comment_after),
        cards=cards if voted else None,
    )


def speed(battle: Battle, side: Side) -> Speed:
    """True speeds of a side, over its usable answers."""
    answers = [a for t in battle.turns if usable(a := t.latest(side)) and a is not None]
    first = [a.measured.ttfat_ms for a in answers if a.measured.ttfat_ms is not None]
    took = [a.measured.duration_ms for a in answers if a.measured.duration_ms is not None]
    writing_ms = sum(
        a.measured.duration_ms - a.measured.ttfat_ms
        for a in answers
        if a.measured.duration_ms is not None and a.measured.ttfat_ms is not None
    )
    chars = sum(len(a.text) for a in answers)
    return Speed(
        first_text_ms=sum(first) / len(first) if first else None,
        chars_per_second=chars / (writing_ms / 1000) if writing_ms > 0 else None,
        seconds=sum(took) / 1000 if took else None,
    )


def card(contestant: Contestant, battle: Battle, side: Side) -> Card:
    """The card that is shown after the vote."""
    return Card(
        name=contestant.name,
        display=contestant.display,
        licence=contestant.licence,
        notice=contestant.notice,
        about=dict(contestant.about),
        speed=speed(battle, side),
    )


def _turn_text(turn: Turn) -> TurnText:
    sides = {}
    for side in Side:
        answer = turn.latest(side)
        sides[side] = SideText(text=answer.text if answer else "", usable=usable(answer))
    return TurnText(prompt=turn.prompt, sides=sides)
