"""The table of faults: what the rater reads, what is stored, whether a vote is possible; on either side.

A real client and a model server that misbehaves, before the first token (`first`) and in mid-answer (`mid`). The other
side always answers. That nothing of it reaches a browser is shown in test_faults.py.
"""

import asyncio
import socket
from dataclasses import dataclass, replace
from shutil import copy
from typing import Any

import pytest

from arena.battle.ballot import Ballot
from arena.battle.views import BattleView
from arena.chat.openai_client import OpenAIChat
from arena.chat.patience import ChatTimeouts
from arena.errors import Refusal, UserError
from arena.models import AnswerState, Battle, BattleState, ErrorKind, Outcome, Side
from arena.ui.text_en import EN
from arena.ui.text_zh import ZH
from arena.ui.view import page_state
from storage.database import open_database
from tests.support.arena import arena

pytestmark = pytest.mark.integration

SHORT = ChatTimeouts(connect_s=6, first_token_s=6, idle_s=6, tail_s=1, answer_s=60)
AT_ONCE = 8
PATIENCE_S = 90
"""Far more than any case takes, for machines that have much else to do."""
FINE = {"text": "Fine, and you? I hope that all is well.", "rate": 100.0}
ONE = {"text": "Fine"}
"""Trouble in the middle of one token comes before it."""


@dataclass(frozen=True)
class Row:
    """A fault: the script (or the address), and the error that is stored of the side; None when it is an answer."""

    script: dict[str, Any]
    stored: ErrorKind | None
    address: str = ""


def status(code: int, **more: Any) -> dict[str, Any]:
    return {"fault": "status", "status": code, **more}


def mid(code: int) -> dict[str, Any]:
    """Once the stream has begun, an error is an event in it."""
    return FINE | {"fault": "error_midway", "status": code}


K = ErrorKind
TABLE = {
    ("connection refused", "first"): Row(FINE, K.UNREACHABLE, "http://127.0.0.1:{closed}/v1"),
    ("DNS failure", "first"): Row(FINE, K.UNREACHABLE, "http://no-such-host.invalid/v1"),
    ("401", "first"): Row(status(401), K.REFUSED_KEY),
    ("401", "mid"): Row(mid(401), K.REFUSED_KEY),
    ("404", "first"): Row(status(404), K.NOT_FOUND),
    ("404", "mid"): Row(mid(404), K.NOT_FOUND),
    ("429 with Retry-After", "first"): Row(status(429, retry_after="1"), K.RATE_LIMITED),
    ("429 with a long Retry-After", "first"): Row(status(429, retry_after="3600"), K.RATE_LIMITED),
    ("429", "mid"): Row(mid(429), K.RATE_LIMITED),
    ("500", "first"): Row(status(500), K.SERVER_ERROR),
    ("500", "mid"): Row(mid(500), K.SERVER_ERROR),
    ("500 once", "first"): Row(FINE | status(500, fail_times=1), None),
    ("503", "first"): Row(status(503), K.SERVER_ERROR),
    ("503", "mid"): Row(mid(503), K.SERVER_ERROR),
    ("hang before the headers", "first"): Row({"fault": "hang_headers"}, K.NO_FIRST_TOKEN),
    ("hang", "first"): Row({"fault": "hang_first"}, K.NO_FIRST_TOKEN),
    ("hang", "mid"): Row(FINE | {"fault": "hang_midway"}, K.STALLED),
    ("cut connection", "first"): Row({"fault": "cut_headers"}, K.CUT),
    ("cut connection", "mid"): Row(FINE | {"fault": "cut_midway"}, K.CUT),
    ("closed connection", "first"): Row(ONE | {"fault": "close_midway"}, K.CUT),
    ("closed connection", "mid"): Row(FINE | {"fault": "close_midway"}, K.CUT),
    ("end without a finish", "first"): Row(ONE | {"fault": "end_midway"}, K.CUT),
    ("end without a finish", "mid"): Row(FINE | {"fault": "end_midway"}, K.CUT),
    ("no HTTP", "first"): Row({"fault": "garbage"}, K.MALFORMED),
    ("malformed SSE", "first"): Row(ONE | {"fault": "malformed"}, K.MALFORMED),
    ("malformed SSE", "mid"): Row(FINE | {"fault": "malformed"}, K.MALFORMED),
    ("half a UTF-8 character", "first"): Row(ONE | {"fault": "half_char"}, None),
    ("half a UTF-8 character", "mid"): Row(FINE | {"fault": "half_char"}, None),
    ("characters cut in two by the network", "mid"): Row({"tokens": 4, "language": "zh", "slice_bytes": 7}, None),
    ("empty answer", "first"): Row({"text": ""}, K.EMPTY),
    ("thinking only", "first"): Row({"text": "", "thinking": "on and on", "finish": "length"}, K.THINKING_ONLY),
    ("a 100 KB answer", "mid"): Row({"text": f"{'word' * 25} " * 1000}, None),
    ("a 1 MB line", "first"): Row(ONE | {"fault": "long_line"}, K.TOO_LONG),
    ("a 1 MB line", "mid"): Row(FINE | {"fault": "long_line"}, K.TOO_LONG),
    ("10,000 tokens/s", "mid"): Row({"tokens": 3_000, "rate": 10_000.0}, None),
    ("1 token/s", "mid"): Row({"tokens": 3, "rate": 1.0}, None),
    ("wrong content type", "first"): Row({"fault": "wrong_type"}, K.WRONG_CONTENT_TYPE),
    ("redirect", "first"): Row({"fault": "redirect"}, K.REDIRECT),
}


class Straight:
    """Draws the first two contestants, the first one left."""

    def random(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Seen:
    """What came of one case."""

    view: BattleView
    battle: Battle
    said: list[str]
    possible: Outcome | Refusal


async def play(case, models, folder, closed_port):
    """One battle in an arena of its own, in which one side has the fault."""
    fault, moment, side = case
    row = TABLE[fault, moment]
    names = [f"{fault} {moment} {side} {name}" for name in "lr"]
    field = [await asyncio.to_thread(models.contestant, name, **FINE) for name in names]
    at = list(Side).index(side)
    await asyncio.to_thread(models.script, field[at].model, **row.script)
    if row.address:
        field[at] = replace(field[at], base_url=row.address.format(closed=closed_port))
    client = OpenAIChat({}, SHORT)
    async with arena(folder, field=field, client=client, rng=Straight()) as here:
        me = here.visitor()
        sent = await here.service.send(me, "How are you?")
        turn = here.runner.turns.get(sent.view.battle_id)
        with turn.subscribed():
            assert await turn.until_ended(PATIENCE_S)
        view = await here.service.view(me, sent.view.battle_id)
        battle = await here.store.battle(view.battle_id)
        said = [page_state(view, text).status for text in (EN, ZH)]
        seen = Seen(view, battle, said, await vote(here, me, view))
    await client.aclose()
    return seen


async def vote(here, digest, view):
    """The outcome, or why there can be none."""
    try:
        voted = await here.service.vote(digest, view.battle_id, view.token, Ballot(outcome=Outcome.TIE))
    except UserError as refused:
        return refused.refusal
    return voted.outcome


@pytest.fixture(scope="module")
def played(models, tmp_path_factory):
    """All cases, several at a time, each in a copy of one new database: making them is most of the work else."""
    new = tmp_path_factory.mktemp("new") / "arena.db"
    open_database(f"sqlite:///{new}").close()
    cases = [(*key, side) for key in TABLE for side in Side]

    async def play_all(closed_port):
        some = asyncio.Semaphore(AT_ONCE)

        async def one(case):
            async with some:
                folder = tmp_path_factory.mktemp("case")
                copy(new, folder / "arena.db")
                return await play(case, models, folder, closed_port)

        return dict(zip(cases, await asyncio.gather(*map(one, cases)), strict=True))

    with socket.socket() as nobody_listens:  # held, so that nobody else does
        nobody_listens.bind(("127.0.0.1", 0))
        return asyncio.run(play_all(nobody_listens.getsockname()[1]))


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(("fault", "moment"), TABLE, ids=lambda part: part.replace(" ", "-"))
def test_what_is_read_stored_and_possible(fault, moment, side, played):
    stored, seen = TABLE[fault, moment].stored, played[fault, moment, side]
    bad, good = (seen.battle.turns[-1].latest(s) for s in (side, Side.B if side is Side.A else Side.A))
    assert (good.state, good.text, good.error_kind) == (AnswerState.COMPLETE, FINE["text"], None)
    assert bad.error_kind is stored
    if stored is None:
        assert (seen.view.state, seen.view.failed, bad.state) == (BattleState.READY, (), AnswerState.COMPLETE)
        assert seen.said == [EN.status_ready, ZH.status_ready]
        assert seen.possible is Outcome.TIE
    else:
        assert (seen.view.state, seen.view.failed, bad.state) == (BattleState.FAILED, (side,), AnswerState.FAILED)
        assert seen.said == [words.status_failed.format(side=side.upper()) for words in (EN, ZH)]
        assert seen.possible is Refusal.NOT_READY
    assert bool(bad.text.strip()) is (moment == "mid" or stored is None)
