"""Where votes are taken: a ballot becomes a vote with all that is known of it, and is stored with what was found."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from arena.abuse.reading import look_at
from arena.battle.ballot import Ballot
from arena.battle.labels import label_language, looks_like_code
from arena.battle.rules import Rules
from arena.battle.views import turn_texts
from arena.errors import Refusal, UserError
from arena.ids import new_id
from arena.models import Battle, BattleState, Finding, Standing, Verdict, Vote
from arena.ports import Clock, Store


class VoteDesk:
    """Makes votes of ballots and stores them."""

    def __init__(self, store: Store, clock: Clock, rules: Rules) -> None:
        self._store = store
        self._clock = clock
        self._rules = rules

    async def record(self, battle: Battle, ballot: Ballot, address: str) -> Vote:
        """Store the vote on a battle that is ready; the vote as it is stored."""
        vote = await self._vote(battle, ballot)
        found = []
        if self._rules.reading is not None:
            look = look_at(battle, vote.dwell_ms, self._rules.reading)
            vote = replace(vote, reasons=vote.reasons + look.reasons)
            if look.verdict is not None:
                found.append(_finding(vote, Standing.TOO_FAST, look.verdict, look.details))
        if self._rules.check_addresses and not address:
            details = "the address is not known, or is that of a private network"
            found.append(_finding(vote, Standing.SAME_ADDRESS, Verdict.UNKNOWN, details))
        kept = address if self._rules.check_addresses else ""
        return await self._store.record_vote(vote, self._clock.now(), found, kept)

    async def _vote(self, battle: Battle, ballot: Ballot) -> Vote:
        now = self._clock.now()
        prompts = "\n".join(turn.prompt for turn in battle.turns)
        texts = "\n".join(side.text for turn in turn_texts(battle) for side in turn.sides.values())
        return Vote(
            id=new_id(),
            battle_id=battle.id,
            rater_id=battle.rater_id,
            outcome=ballot.outcome,
            created_at=now,
            left=battle.left,
            right=battle.right,
            reasons=(Standing.IDENTITY_LEAK,) if battle.leaked else (),
            tags_a=ballot.tags_a,
            tags_b=ballot.tags_b,
            comment=ballot.comment,
            dwell_ms=_dwell_ms(battle.ready_at, now),
            turns=len(battle.turns),
            language=await asyncio.to_thread(label_language, prompts),
            is_code=looks_like_code(f"{prompts}\n{texts}"),
            pacing=battle.pacing,
            origin=await self._store.origin(),
        )


def check_ready(battle: Battle) -> None:
    """Raises `UserError` unless the battle can be voted on and gone on with."""
    if battle.state is BattleState.STREAMING:
        raise UserError(Refusal.STILL_STREAMING)
    if battle.state in (BattleState.FAILED, BattleState.INTERRUPTED, BattleState.OPEN):
        raise UserError(Refusal.NOT_READY)
    if battle.state is not BattleState.READY:
        raise UserError(Refusal.BATTLE_OVER)


def _finding(vote: Vote, rule: Standing, verdict: Verdict, details: str) -> Finding:
    return Finding(vote_id=vote.id, rule=rule, verdict=verdict, details=details)


def _dwell_ms(ready_at: datetime | None, now: datetime) -> int | None:
    return None if ready_at is None else max(0, round((now - ready_at).total_seconds() * 1000))
