"""Who may be drawn now: up, and within its spending cap."""

from __future__ import annotations

from arena.battle.pairing import Random, draw_pair
from arena.chat.roster import Roster
from arena.errors import Refusal, UserError
from arena.models import Battle, Contestant, Draw
from arena.ports import Clock, Store


class Matchmaker:
    """Draws pairs from the roster."""

    def __init__(self, roster: Roster, store: Store, clock: Clock, rng: Random) -> None:
        self.roster = roster
        self._store = store
        self._clock = clock
        self._rng = rng

    async def draw(self) -> Draw:
        """Draw a pair and its sides. Raises `UserError` when fewer than two can be drawn."""
        return draw_pair(await self._drawable(), self._rng)

    async def check_open(self) -> None:
        """Raises `UserError` when the arena is paused or fewer than two can be drawn."""
        if await self._store.paused():
            raise UserError(Refusal.PAUSED)
        await self._drawable()

    async def _drawable(self) -> list[Contestant]:
        available = await self.available()
        if len(available) < 2:
            raise UserError(Refusal.TOO_FEW_CONTESTANTS, seconds=round(self.roster.interval_s))
        return available

    async def available(self) -> list[Contestant]:
        """The contestants that can be drawn now."""
        up = self.roster.up()
        if not any(c.price and c.price.daily_cap is not None for c in up):
            return up
        midnight = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        spent = await self._store.tokens_since(midnight)
        return [c for c in up if self._affordable(c, *spent.get(c.name, (0, 0)))]

    async def opponents(self, battle: Battle) -> Draw:
        """The contestants of a battle that goes on. Raises `UserError` when one has left the contestants file."""
        left, right = self.roster.named(battle.left), self.roster.named(battle.right)
        if left is None or right is None:
            raise UserError(Refusal.BATTLE_OVER)
        return Draw(a=left, b=right, probability=battle.probability)

    @staticmethod
    def _affordable(contestant: Contestant, prompt_tokens: int, completion_tokens: int) -> bool:
        price = contestant.price
        if price is None or price.daily_cap is None:
            return True
        return price.cost(prompt_tokens, completion_tokens) < price.daily_cap
