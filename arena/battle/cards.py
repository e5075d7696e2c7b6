"""The cards that say who was who, after the vote."""

from __future__ import annotations

import json
from collections.abc import Mapping

from arena.battle.views import Card, card
from arena.chat.roster import Roster
from arena.models import Battle, BattleState, Contestant, Side
from arena.ports import Store


async def battle_cards(battle: Battle, store: Store, roster: Roster) -> Mapping[Side, Card] | None:
    """Both sides' cards; None unless the vote is stored."""
    if battle.state is not BattleState.VOTED:
        return None
    sides = {Side.A: (battle.left, battle.left_hash), Side.B: (battle.right, battle.right_hash)}
    gone = [digest for name, digest in sides.values() if roster.named(name) is None]
    stored = await store.contestant_cards(gone) if gone else {}
    return {
        side: card(roster.named(name) or _from_snapshot(name, stored.get(digest, "{}")), battle, side)
        for side, (name, digest) in sides.items()
    }


def _from_snapshot(name: str, snapshot: str) -> Contestant:
    """A contestant that has left the contestants file, as far as its card needs it."""
    shape = json.loads(snapshot)
    return Contestant(
        name=name,
        display=shape.get("display", name),
        base_url="",
        model=shape.get("model", ""),
        licence=shape.get("licence", ""),
        notice=shape.get("notice", ""),
    )
