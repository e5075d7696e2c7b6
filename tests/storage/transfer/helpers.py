"""A database with every kind of vote, and ways to take it out and in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from arena.ids import new_id
from arena.models import Answer, AnswerState, BattleState, Outcome, Side, Standing, Tag
from storage.store import SqlStore
from storage.transfer.exporting import Exported, export_votes
from storage.transfer.formats import OWN, output
from storage.transfer.importing import Checked, Imported, check_file, import_votes
from storage.transfer.record import Format, Labels
from storage.transfer.writing import whole_file
from tests.storage.sample import (
    MEASURED,
    at,
    cast,
    finish,
    lease,
    new_rater,
    new_turn,
    open_battle,
    ready_battle,
    reread,
    vote_on,
)

NASTY = [
    "plain",
    'quo"te, comma; semi\ttab',
    "two\nlines\r\nand\rmore\n",
    "=cmd|'/C calc'!A0",
    "+1", "-1", "@sum(A1)",
    "你好，世界 🙂 e\u0301 \u2028 \x85 \x0b",
    "  blanks at both ends  ",
    "'", "\\", "\\n", "null", "[]", "NaN", '""', ",",
    "<script>alert(1)</script> $x^2$ ```py\nprint()\n```",
]  # fmt: skip
"""Texts that formats like to break on."""

LABELS = Labels(language=lambda text: "zh" if "你" in text else "en", is_code=lambda text: "```" in text)


async def populate(store: SqlStore) -> None:
    """Votes with nasty texts, several turns, retries, tags, reasons; one withdrawn, one imported."""
    rater_id = await new_rater(store, "regular")
    for i, text in enumerate(NASTY):
        await _nasty_vote(store, rater_id, text, seconds=i)
    await _long_battle(store)
    await cast(store, Outcome.TIE, reasons=(Standing.TOO_FAST, Standing.IDENTITY_LEAK), now=at(200))
    await cast(store, Outcome.BOTH_BAD, origin="elsewhere", now=at(201))
    await cast(store, rater_id=await new_rater(store, "gone"), comment="my words", now=at(202))
    await store.erase("code-gone", at(203))
    await open_battle(store)


def take_out(store: SqlStore, path: Path, format_: Format, *, everything: bool | None = None) -> Exported:
    """Export to a file, all votes where the command line would."""
    every = format_ in OWN if everything is None else everything
    with whole_file(path) as stream:
        return export_votes(store.database, output(format_, path.name), stream, everything=every, progress=_ignore)


def bring_in(store: SqlStore, path: Path, format_: Format | None = None) -> Imported:
    """Import a file."""
    return import_votes(store.database, check(path, format_), LABELS, at(999), _ignore)


def check(path: Path, format_: Format | None = None) -> Checked:
    """Check a file without storing anything."""
    return check_file(path, format_, _ignore)


def _ignore(_done: int) -> None: ...


async def _nasty_vote(store: SqlStore, rater_id: str, text: str, seconds: int) -> None:
    battle = await open_battle(store, rater_id, prompt=text, now=at(seconds))
    await finish(store, battle, {Side.A: text, Side.B: f"{text}b"}, now=at(seconds + 0.5))
    vote = vote_on(battle, list(Outcome)[seconds % 4], origin=store.database.origin, comment=text, now=at(seconds))
    tagged = replace(vote, tags_a=(Tag.WRONG, Tag.NATURAL), tags_b=(Tag.TOO_LONG,), language="zh", is_code=True)
    await store.record_vote(replace(tagged, dwell_ms=None), at(seconds + 1))
    await store.comment_after(battle.id, text)
    await store.close_battle(battle.id, None, at(seconds + 2))


async def _long_battle(store: SqlStore) -> None:
    """Three turns; the second failed on one side twice and was asked again, the third was stopped."""
    battle = await ready_battle(store, now=at(100))
    battle = await store.begin_turn(battle.id, new_turn("second"), lease(), at(101))
    battle = await finish(store, battle, failed=[Side.B], now=at(102))
    battle = await store.begin_retry(battle.id, {Side.B: new_id()}, lease(), at(103))
    battle = await finish(store, battle, failed=[Side.B], now=at(104))
    battle = await store.begin_retry(battle.id, {Side.B: new_id()}, lease(), at(105))
    battle = await finish(store, battle, {Side.B: "at last"}, now=at(106))
    battle = await store.begin_turn(battle.id, new_turn("third"), lease(), at(107))
    stopped = [_stopped(answer) for answer in battle.turns[-1].answers]
    await store.finish_turn(battle.id, stopped, BattleState.READY, None, at(108))
    battle = await reread(store, battle)
    await store.record_vote(vote_on(battle, origin=store.database.origin, now=at(109)), at(109))


def _stopped(answer: Answer) -> Answer:
    slow = replace(MEASURED, prompt_tokens=None, completion_tokens=None, ttfat_ms=0.1 + 0.2)
    return replace(answer, state=AnswerState.STOPPED, text="third answer", leak="I am", measured=slow)
