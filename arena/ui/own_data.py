"""What the arena has of a person, as JSON for that person. Names of models are there only where the vote is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from arena.battle.views import turn_texts
from arena.models import Battle, BattleState, Side, Vote

Json = dict[str, Any]


def own_data(battles: Sequence[Battle]) -> Json:
    """A person's battles, newest first, with what they wrote and what they were answered."""
    return {"battles": [_battle_json(battle) for battle in battles]}


def _battle_json(battle: Battle) -> Json:
    whole: Json = {
        "battle": battle.id,
        "state": battle.state.value,
        "created_at": battle.created_at.isoformat(),
        "conversation": [
            {"prompt": turn.prompt, **{side.value: turn.sides[side].text for side in Side}}
            for turn in turn_texts(battle)
        ],
    }
    if battle.state is BattleState.VOTED and battle.vote is not None:
        whole |= {"model_a": battle.left, "model_b": battle.right, "vote": _vote_json(battle.vote)}
    return whole


def _vote_json(vote: Vote) -> Json:
    return {
        "outcome": vote.outcome.value,
        "created_at": vote.created_at.isoformat(),
        "counted": vote.counted,
        "reasons": [reason.value for reason in vote.reasons],
        "tags_a": [tag.value for tag in vote.tags_a],
        "tags_b": [tag.value for tag in vote.tags_b],
        "comment": vote.comment,
        "comment_after": vote.comment_after,
    }
