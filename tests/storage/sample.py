"""Contestants, battles and votes to store in tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from arena.contestant_parts import PromptPolicy
from arena.ids import new_id
from arena.models import (
    Answer,
    AnswerState,
    Battle,
    BattleState,
    Contestant,
    Draw,
    ErrorKind,
    Measured,
    Outcome,
    Pacing,
    Side,
    Standing,
    Vote,
)
from arena.ports import Lease, NewTurn, RaterDigests, Store
from storage import raters
from storage.store import SqlStore
from storage.tables import RaterRow

NOW = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
LEFT = Contestant(name="plain", display="Plain", base_url="http://localhost:1/v1", model="m1", licence="MIT")
RIGHT = Contestant(
    name="warm",
    display="Warm",
    base_url="http://localhost:2/v1",
    model="m2",
    thinks=True,
    notice="Built with Meta Llama 3",
    prompt=PromptPolicy(system="你好"),
)
DRAW = Draw(a=LEFT, b=RIGHT, probability=0.25)
MEASURED = Measured(
    ttft_ms=12.5,
    ttfat_ms=40.25,
    duration_ms=1234.5678901234567,
    chunks=17,
    gap_p50_ms=20.0,
    gap_p95_ms=33.3,
    gap_max_ms=51.0,
    prompt_tokens=21,
    completion_tokens=55,
    thinking_chars=9,
    engine="llama.cpp b1",
    requests=2,
)


def at(seconds: float) -> datetime:
    """A moment after `NOW`."""
    return NOW + timedelta(seconds=seconds)


def lease(owner: str = "process-1", seconds: float = 6) -> Lease:
    """A lease that runs out so many seconds after `NOW`."""
    return Lease(owner=owner, until=at(seconds))


def new_turn(prompt: str = "hello") -> NewTurn:
    """A turn that asks both sides."""
    return NewTurn(id=new_id(), prompt=prompt, answer_ids={side: new_id() for side in Side})


async def new_rater(store: Store, name: str = "rater") -> str:
    """The id of a rater with a cookie digest made from a name."""
    return await make_rater(store, RaterDigests(f"cookie-{name}", f"code-{name}"), NOW)


async def make_rater(store: Store, who: RaterDigests, now: datetime) -> str:
    """The id of a rater who is made if new, without a battle."""
    assert isinstance(store, SqlStore)
    return await store.write("rater", lambda connection: raters.find_or_add(connection, who, now).id)


async def _digests(store: Store, rater_id: str) -> RaterDigests:
    assert isinstance(store, SqlStore)
    statement = select(RaterRow.digest, RaterRow.erasure_digest).where(RaterRow.id == rater_id)
    return RaterDigests(*await store.read("digests", lambda connection: tuple(connection.execute(statement).one())))


async def open_battle(
    store: Store, rater_id: str | None = None, *, prompt: str = "hello", draw: Draw = DRAW, now: datetime = NOW
) -> Battle:
    """A streaming battle; of a rater of its own unless one is given."""
    rater_id = rater_id or await new_rater(store, new_id())
    who = await _digests(store, rater_id)
    return await store.create_battle(new_id(), who, draw, Pacing.MATCHED, new_turn(prompt), lease(), now)


def ended(battle: Battle, texts: Mapping[Side, str] | None = None, *, failed: Sequence[Side] = ()) -> list[Answer]:
    """The running answers of a battle's last turn as they might end."""
    texts = texts or {Side.A: "answer a", Side.B: "answer b"}
    running = [answer for answer in battle.turns[-1].answers if answer.state is AnswerState.STREAMING]
    return [_failed(answer) if answer.side in failed else _complete(answer, texts[answer.side]) for answer in running]


async def finish(
    store: Store,
    battle: Battle,
    texts: Mapping[Side, str] | None = None,
    *,
    failed: Sequence[Side] = (),
    now: datetime = NOW,
) -> Battle:
    """End the running turn: ready, or failed when a side failed."""
    state = BattleState.FAILED if failed else BattleState.READY
    await store.finish_turn(battle.id, ended(battle, texts, failed=failed), state, 42.5, now)
    return await reread(store, battle)


async def reread(store: Store, battle: Battle) -> Battle:
    """The battle as the store has it now."""
    found = await store.battle(battle.id)
    assert found is not None
    return found


async def ready_battle(store: Store, rater_id: str | None = None, *, now: datetime = NOW) -> Battle:
    """A battle that can be voted on."""
    return await finish(store, await open_battle(store, rater_id, now=now), now=now)


def vote_on(
    battle: Battle,
    outcome: Outcome = Outcome.MODEL_A,
    *,
    reasons: tuple[Standing, ...] = (),
    origin: str = "",
    comment: str = "",
    now: datetime = NOW,
) -> Vote:
    """A vote of the battle's rater."""
    return Vote(
        id=new_id(),
        battle_id=battle.id,
        rater_id=battle.rater_id,
        outcome=outcome,
        created_at=now,
        left=battle.left,
        right=battle.right,
        reasons=reasons,
        comment=comment,
        dwell_ms=5000,
        turns=len(battle.turns),
        language="en",
        pacing=battle.pacing,
        origin=origin,
    )


async def cast(
    store: Store,
    outcome: Outcome = Outcome.MODEL_A,
    rater_id: str | None = None,
    *,
    reasons: tuple[Standing, ...] = (),
    origin: str | None = None,
    comment: str = "",
    now: datetime = NOW,
) -> Battle:
    """A battle with its vote."""
    battle = await ready_battle(store, rater_id, now=now)
    given = await store.origin() if origin is None else origin
    await store.record_vote(vote_on(battle, outcome, reasons=reasons, origin=given, comment=comment, now=now), now)
    return await reread(store, battle)


async def cells(store: Store) -> dict[tuple[str, str, str, str], int]:
    """The maintained counts."""
    return {(c.left, c.right, c.outcome.value, c.standing.value): c.n for c in await store.vote_counts()}


def _complete(answer: Answer, text: str) -> Answer:
    return replace(
        answer,
        state=AnswerState.COMPLETE,
        text=text,
        thinking="let me see",
        finish_reason="stop",
        measured=MEASURED,
    )


def _failed(answer: Answer) -> Answer:
    return replace(answer, state=AnswerState.FAILED, text="half an", error_kind=ErrorKind.CUT)
