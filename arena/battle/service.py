"""The one state machine of a blind battle.

Every public method is something that a person does. The caller hands over the digest of the person's cookie; what
comes back is a view without names. All refusals are `UserError`s; a database that cannot be written to is
`StoreUnavailable`, and then nothing has changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from arena.abuse.limits import Act, Limiter, ProcessCounts
from arena.battle.ballot import Ballot, read_comment
from arena.battle.cards import battle_cards
from arena.battle.desk import VoteDesk, check_ready
from arena.battle.line import Line
from arena.battle.matchmaker import Matchmaker
from arena.battle.rules import Rules
from arena.battle.runner import TurnRunner
from arena.battle.views import BattleView, battle_view, failed_sides
from arena.chat.live import Halt, LiveTurn
from arena.chat.prompts import clean_prompt
from arena.errors import ArenaError, ArenaPaused, LiveBattleExists, Refusal, StateConflict, StoreError, UserError
from arena.ids import new_id
from arena.keys import Keys
from arena.models import Battle, BattleState, Side
from arena.ports import Clock, NewTurn, RaterDigests, Store

ENDED = frozenset({BattleState.VOTED, BattleState.ABANDONED, BattleState.VOID})
ABANDONED_AFTER = timedelta(days=1)
VOID_AFTER = timedelta(minutes=30)
SWEEP_S = 30.0
HISTORY_LIMIT = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a prompt: `accepted` is False when the person had another battle open, which is shown instead."""

    view: BattleView
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A place in the line, from 1, and the prompt that waits there; `accepted` is False when another one waits."""

    place: int
    prompt: str
    accepted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a watcher of a battle needs: the battle, and its running turn when it runs here."""

    battle: Battle
    turn: LiveTurn | None


class BattleService:
    """Opens, runs, judges and ends battles."""

    def __init__(
        self,
        *,
        store: Store,
        runner: TurnRunner,
        matchmaker: Matchmaker,
        keys: Keys,
        clock: Clock,
        rules: Rules,
        limiter: Limiter | None = None,
    ) -> None:
        self._store = store
        self._runner = runner
        self._matchmaker = matchmaker
        self._keys = keys
        self._clock = clock
        self._desk = VoteDesk(store, clock, rules)
        self.rules = rules
        self.line: Line[Sent] = Line(runner.free, runner.rules.max_waiting, runner.rules.grace_s)
        runner.turns.freed = self.line.call
        self.limiter = limiter or Limiter({}, ProcessCounts(clock), clock)

    # --- looking ---

    async def current(self, digest: str | None) -> BattleView | None:
        """The battle that is on this person's page, or None."""
        rater = await self._store.find_rater(digest) if digest else None
        battle = await self._store.current_battle(rater.id) if rater else None
        if battle is None or digest is None or self._clock.now() - battle.updated_at > ABANDONED_AFTER:
            return None
        return await self._view(await self._mend(battle), digest)

    async def view(self, digest: str | None, battle_id: str) -> BattleView:
        """A battle of this person's, as it stands."""
        battle, digest = await self._own(digest, battle_id)
        return await self._view(await self._mend(battle), digest)

    async def watch(self, digest: str | None, battle_id: str) -> Watch:
        """A battle to follow; a turn whose process died is marked as interrupted first."""
        running = self._runner.running(digest, battle_id)
        if running is not None:  # as nearly always: what the database would say is known
            return Watch(battle=running[0], turn=running[1])
        battle, _ = await self._own(digest, battle_id)
        return Watch(battle=await self._mend(battle), turn=self._runner.turns.get(battle_id))

    def waiting(self, digest: str | None) -> Queued | None:
        """A person's place in the line, which is kept for asking; None for who does not wait."""
        ticket = self.line.ticket(digest) if digest else None
        if digest is None or ticket is None:
            return None
        self.line.stay(digest)
        return Queued(place=ticket[0], prompt=ticket[1])

    def called(self, digest: str | None) -> Sent | None:
        """What a person's turn in the line has brought; None when it did not come. Raises why it came in vain."""
        outcome = self.line.outcome(digest) if digest else None
        if isinstance(outcome, ArenaError):
            raise outcome
        return outcome

    # --- chatting ---

    async def send(self, digest: str | None, prompt: str, battle_id: str = "", *, address: str = "") -> Sent | Queued:
        """Send a prompt: the first opens a battle, later ones are further turns of it.

        When all slots are taken the prompt gets a place in the line, and is sent when its turn has come. `address` is
        the hash of the address prefix that the request came from, empty when it is not known.
        """
        if digest is None:
            raise UserError(Refusal.NO_RATER)
        prompt = self._check_prompt(prompt)
        await self.limiter.check(Act.PROMPT, digest, address)
        if battle_id:
            return await self._next_turn(digest, prompt, battle_id)
        return await self._open(digest, prompt)

    async def stop(self, digest: str | None, battle_id: str) -> BattleView:
        """End both sides and keep what was shown."""
        battle, digest = await self._own(digest, battle_id)
        turn = self._runner.turns.get(battle.id)
        if turn is None:
            raise UserError(Refusal.NOTHING_TO_STOP)
        await self._runner.halt(turn, Halt.STOPPED)
        return await self.view(digest, battle_id)

    def leave(self, digest: str | None) -> bool:
        """Give up a place in the line; False for who has none."""
        return digest is not None and self.line.leave(digest)

    async def retry(self, digest: str | None, battle_id: str) -> Sent | Queued:
        """Ask again: the side that failed, or both after an interruption."""
        battle, digest = await self._own(digest, battle_id)
        battle = await self._mend(battle)
        if battle.state not in (BattleState.FAILED, BattleState.INTERRUPTED):
            raise UserError(Refusal.NOTHING_TO_RETRY)
        await self.limiter.check(Act.PROMPT, digest)
        return await self._in_line(digest, "", partial(self._begin_retry, digest, battle))

    async def new_battle(self, digest: str | None, battle_id: str) -> None:
        """Leave a battle: skipped when it had no vote, taken off the page when it had."""
        battle, digest = await self._own(digest, battle_id)
        self.line.leave(digest)
        turn = self._runner.turns.get(battle.id)
        if turn is not None:
            await self._runner.halt(turn, Halt.LEFT)
            battle, _ = await self._own(digest, battle_id)
        try:
            await self._close(battle)
        except StateConflict:  # it has gone on meanwhile, in another process or tab
            battle, _ = await self._own(digest, battle_id)
            await self._close(battle)

    # --- judging ---

    async def vote(
        self, digest: str | None, battle_id: str, token: str, ballot: Ballot, *, address: str = ""
    ) -> BattleView:
        """Store the vote, then show who was who. Voting again gives the stored vote back."""
        battle, digest = await self._own(digest, battle_id)
        if not self._keys.vote_token_is(token, battle.id, digest):
            raise UserError(Refusal.BAD_TOKEN)
        if battle.vote is None:
            check_ready(battle)
            try:
                vote = await self._desk.record(battle, ballot, address)
                self.line.leave(digest)
                battle = replace(battle, state=BattleState.VOTED, vote=vote)
            except StateConflict:
                battle, _ = await self._own(digest, battle_id)
                check_ready(battle)
                raise
        return await self._view(battle, digest)

    async def comment(self, digest: str | None, battle_id: str, comment: str) -> BattleView:
        """Store a comment that was written after the reveal, as such."""
        battle, digest = await self._own(digest, battle_id)
        if battle.vote is None:
            raise UserError(Refusal.NOT_VOTED)
        await self.limiter.check(Act.WORD, digest)
        await self._store.comment_after(battle.id, read_comment(comment, self.rules.max_comment_chars))
        return await self.view(digest, battle_id)

    async def report(self, digest: str | None, battle_id: str, side: str, reason: str) -> None:
        """Tell the operator of an answer."""
        battle, _ = await self._own(digest, battle_id)
        if side not in {s.value for s in Side}:
            raise UserError(Refusal.BAD_SIDE)
        text = read_comment(reason, self.rules.max_report_chars)
        await self.limiter.check(Act.WORD, digest)
        await self._store.report(battle.id, Side(side), text, self._clock.now())
        log.warning("answer_reported", battle=battle.id, side=side)

    # --- a person's own data ---

    async def votes(self, digest: str | None) -> Sequence[Battle]:
        """This person's voted battles, newest first."""
        rater = await self._store.find_rater(digest) if digest else None
        return await self._store.votes_of(rater.id, HISTORY_LIMIT) if rater else ()

    async def export(self, code: str, *, address: str = "") -> Sequence[Battle]:
        """Everything that a person has left, by their code: voted battles and others, newest first."""
        await self.limiter.check(Act.CODE, None, address)
        battles = await self._store.battles_of(self._keys.erasure_digest(code))
        if battles is None:
            raise UserError(Refusal.BAD_CODE)
        return battles

    async def erase(self, code: str, *, address: str = "") -> int:
        """Erase a person's texts by their code; how many votes were withdrawn."""
        await self.limiter.check(Act.CODE, None, address)
        withdrawn = await self._store.erase(self._keys.erasure_digest(code), self._clock.now())
        if withdrawn is None:
            raise UserError(Refusal.BAD_CODE)
        log.info("rater_erased", votes=withdrawn)
        return withdrawn

    # --- housekeeping ---

    async def sweep_forever(self) -> None:
        """End battles that nobody came back to, until cancelled."""
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> None:
        """End battles that nobody came back to, once."""
        now = self._clock.now()
        try:
            interrupted = await self._store.interrupt_expired(now)
            ended = await self._store.expire(now - ABANDONED_AFTER, now - VOID_AFTER, now)
        except StoreError as error:
            log.warning("sweep_failed", error=str(error))
            return
        if interrupted or ended:
            log.info("swept", interrupted=interrupted, ended=ended)

    # --- steps ---

    async def _in_line(self, digest: str, prompt: str, work: Callable[[], Awaitable[Sent]]) -> Sent | Queued:
        """Do what takes a slot, now or when the person's turn has come."""
        sent = await self.line.enter(digest, prompt, work)
        if sent is not None:
            return sent
        place, waits = self.line.ticket(digest) or (1, prompt)
        return Queued(place=place, prompt=waits, accepted=waits == prompt)

    async def _open(self, digest: str, prompt: str) -> Sent | Queued:
        if self.line.must_wait:
            # Nobody shall wait for a refusal.
            await self._matchmaker.check_open()
            rater = await self._store.find_rater(digest)
            battle = await self._store.current_battle(rater.id) if rater else None
            if battle is not None and battle.state not in ENDED:
                battle = await self._mend(battle)
                return Sent(view=await self._view(battle, digest), accepted=_is_same_send(battle, prompt))
        return await self._in_line(digest, prompt, partial(self._begin_battle, digest, prompt))

    async def _begin_battle(self, digest: str, prompt: str) -> Sent:
        rater = RaterDigests(digest, self._keys.erasure_digest(self._keys.erasure_code(digest)))
        draw = await self._matchmaker.draw()
        try:
            battle = await self._store.create_battle(
                new_id(), rater, draw, self.rules.pacing, _new_turn(prompt), self._runner.lease(), self._clock.now()
            )
        except ArenaPaused:
            raise UserError(Refusal.PAUSED) from None
        except LiveBattleExists:
            battle = await self._live(digest)
            return Sent(view=await self._view(battle, digest), accepted=_is_same_send(battle, prompt))
        self._runner.start(battle, digest, draw, tuple(Side))
        self._runner.meter.opened()
        log.info("battle_opened", battle=battle.id, **self._logged(prompt))
        return Sent(view=await self._view(battle, digest), accepted=True)

    async def _next_turn(self, digest: str, prompt: str, battle_id: str) -> Sent | Queued:
        battle, digest = await self._own(digest, battle_id)
        if battle.state is BattleState.STREAMING:
            return Sent(view=await self._view(battle, digest), accepted=_is_same_send(battle, prompt))
        check_ready(battle)
        if len(battle.turns) >= self.rules.max_turns:
            raise UserError(Refusal.TOO_MANY_TURNS, limit=self.rules.max_turns)
        return await self._in_line(digest, prompt, partial(self._begin_turn, digest, prompt, battle))

    async def _begin_turn(self, digest: str, prompt: str, battle: Battle) -> Sent:
        contestants = await self._matchmaker.opponents(battle)
        try:
            battle = await self._store.begin_turn(battle.id, _new_turn(prompt), self._runner.lease(), self._clock.now())
        except StateConflict:
            battle, _ = await self._own(digest, battle.id)
            return Sent(view=await self._view(battle, digest), accepted=_is_same_send(battle, prompt))
        self._runner.start(battle, digest, contestants, tuple(Side))
        return Sent(view=await self._view(battle, digest), accepted=True)

    async def _begin_retry(self, digest: str, battle: Battle) -> Sent:
        sides = failed_sides(battle) or tuple(Side)
        contestants = await self._matchmaker.opponents(battle)
        try:
            battle = await self._store.begin_retry(
                battle.id, {side: new_id() for side in sides}, self._runner.lease(), self._clock.now()
            )
        except StateConflict:
            return Sent(view=await self.view(digest, battle.id), accepted=False)
        self._runner.start(battle, digest, contestants, sides, retry=len(sides) == 1)
        return Sent(view=await self._view(battle, digest), accepted=True)

    async def _close(self, battle: Battle) -> None:
        end = None if battle.state in ENDED else BattleState.VOID
        if battle.state is BattleState.READY:
            end = BattleState.ABANDONED
        await self._store.close_battle(battle.id, end, self._clock.now())

    async def _live(self, digest: str) -> Battle:
        rater = await self._store.find_rater(digest)
        battle = await self._store.current_battle(rater.id) if rater else None
        if battle is None:
            raise UserError(Refusal.NO_BATTLE)
        return await self._mend(battle)

    async def _mend(self, battle: Battle) -> Battle:
        """A streaming battle whose process is gone becomes interrupted once its lease has run out."""
        if battle.state is not BattleState.STREAMING or self._runner.turns.get(battle.id) is not None:
            return battle
        if await self._store.interrupt_expired(self._clock.now(), battle.id):
            return await self._store.battle(battle.id) or battle
        return battle

    async def _own(self, digest: str | None, battle_id: str) -> tuple[Battle, str]:
        if digest is None:
            raise UserError(Refusal.NO_RATER)
        if not battle_id:
            raise UserError(Refusal.NO_BATTLE)
        battle = await self._store.own_battle(digest, battle_id)
        if battle is None:
            raise UserError(Refusal.NOT_YOUR_BATTLE)
        return battle, digest

    async def _view(self, battle: Battle, digest: str) -> BattleView:
        cards = await battle_cards(battle, self._store, self._matchmaker.roster)
        return battle_view(battle, self._keys.vote_token(battle.id, digest), cards)

    def _check_prompt(self, prompt: str) -> str:
        clean = clean_prompt(prompt)
        if not clean:
            raise UserError(Refusal.PROMPT_EMPTY)
        if len(clean) > self.rules.max_prompt_chars:
            raise UserError(Refusal.PROMPT_TOO_LONG, limit=self.rules.max_prompt_chars, length=len(clean))
        return clean

    def _logged(self, prompt: str) -> dict[str, object]:
        return {"prompt": prompt} if self.rules.log_prompts else {"prompt_chars": len(prompt)}


def _new_turn(prompt: str) -> NewTurn:
    return NewTurn(id=new_id(), prompt=prompt, answer_ids={side: new_id() for side in Side})


def _is_same_send(battle: Battle, prompt: str) -> bool:
    """Whether a refused send was the second click on the same prompt."""
    going_on = battle.state in (BattleState.STREAMING, BattleState.READY)
    return going_on and bool(battle.turns) and battle.turns[-1].prompt == prompt
