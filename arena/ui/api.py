"""The handlers for programs: the same service calls as the page's buttons, under documented names, with JSON answers.

A refusal is an answer, not an exception: `{"error": code, "message": sentence}`. See docs/automation.md.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import gradio as gr
import structlog
from gradio.events import api

from arena.battle.ballot import read_ballot
from arena.battle.service import ENDED, Queued, Sent
from arena.battle.views import BattleView, turn_texts
from arena.errors import Refusal, StoreError, UserError
from arena.models import Side
from arena.ui.chrome import Site
from arena.ui.line_events import wait_in_line
from arena.ui.own_data import own_data
from arena.ui.text_en import EN
from arena.ui.view import refusal_text

WAIT_S = 60.0

ENDPOINTS = (
    "current", "send", "wait", "view", "stop", "retry", "new_battle", "vote", "comment", "report", "export", "erase",
)  # fmt: skip
"""The documented names; each is a method of `ProgramApi`."""

log = structlog.get_logger()

Answer = dict[str, Any]


def add_api(site: Site) -> None:
    """Add the named endpoints to the current Blocks."""
    endpoints = ProgramApi(site)
    for name in ENDPOINTS:
        api(getattr(endpoints, name), api_name=name, queue=False)


class ProgramApi:
    """The endpoints. Who is calling is told by the rater cookie, as for the page."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._service = site.service

    async def current(self, request: gr.Request) -> Answer:
        """The caller's open battle, or {"state": "empty"}."""
        return await self._told(self._current(self._site.digest(request)))

    async def send(self, prompt: str, battle: str, request: gr.Request) -> Answer:
        """Send a prompt; an empty `battle` opens one. The answer may be a place in the line."""

        async def work() -> Answer:
            address = self._site.address(request)
            sent = await self._service.send(self._site.digest(request), prompt, battle, address=address)
            return sent_json(sent, battle)

        return await self._told(work())

    async def wait(self, battle: str, request: gr.Request) -> Answer:
        """Wait in the line, then watch the battle until its turn has ended, at most a minute each.

        Counts as a watcher like the page. An empty `battle` is the one that the line is waited in for.
        """

        async def work() -> Answer:
            digest = self._site.digest(request)
            queued = await wait_in_line(self._service, digest, WAIT_S)
            if queued is not None:
                return sent_json(queued, battle)
            called = self._service.called(digest)
            mine = battle or (called.view.battle_id if called else "")
            turn = (await self._service.watch(digest, mine)).turn
            if turn is not None:
                with turn.subscribed():
                    await turn.until_ended(WAIT_S)
            return await self._with_texts(digest, mine)

        return await self._told(work())

    async def view(self, battle: str, request: gr.Request) -> Answer:
        """A battle as it stands, with its texts."""
        return await self._told(self._with_texts(self._site.digest(request), battle))

    async def stop(self, battle: str, request: gr.Request) -> Answer:
        """End both sides and keep what was shown; or leave the line."""
        digest = self._site.digest(request)
        if self._service.leave(digest):
            return await self._told(self._current(digest))
        return await self._told(self._json(self._service.stop(digest, battle)))

    async def retry(self, battle: str, request: gr.Request) -> Answer:
        """Ask the failed side again, or both after an interruption."""

        async def work() -> Answer:
            sent = await self._service.retry(self._site.digest(request), battle)
            return sent_json(sent, battle) if isinstance(sent, Queued) else view_json(sent.view)

        return await self._told(work())

    async def new_battle(self, battle: str, request: gr.Request) -> Answer:
        """Leave a battle."""

        async def work() -> Answer:
            await self._service.new_battle(self._site.digest(request), battle)
            return {"state": "empty"}

        return await self._told(work())

    async def vote(
        self,
        battle: str,
        token: str,
        outcome: str,
        tags_a: list[str],
        tags_b: list[str],
        comment: str,
        request: gr.Request,
    ) -> Answer:
        """Vote; the answer names the models."""

        async def work() -> Answer:
            ballot = read_ballot(outcome, tags_a, tags_b, comment, self._service.rules.max_comment_chars)
            digest, address = self._site.digest(request), self._site.address(request)
            return view_json(await self._service.vote(digest, battle, token, ballot, address=address))

        return await self._told(work())

    async def comment(self, battle: str, comment: str, request: gr.Request) -> Answer:
        """Store a comment written after the reveal."""
        digest = self._site.digest(request)
        return await self._told(self._json(self._service.comment(digest, battle, comment)))

    async def report(self, battle: str, side: str, reason: str, request: gr.Request) -> Answer:
        """Report an answer to the operator."""

        async def work() -> Answer:
            await self._service.report(self._site.digest(request), battle, side, reason)
            return {"reported": side}

        return await self._told(work())

    async def export(self, code: str, request: gr.Request) -> Answer:
        """Everything that a person has left, by their code."""

        async def work() -> Answer:
            return own_data(await self._service.export(code, address=self._site.address(request)))

        return await self._told(work())

    async def erase(self, code: str, request: gr.Request) -> Answer:
        """Erase a person's texts by their code."""

        async def work() -> Answer:
            return {"withdrawn": await self._service.erase(code, address=self._site.address(request))}

        return await self._told(work())

    async def _current(self, digest: str | None) -> Answer:
        view = await self._service.current(digest)
        queued = self._service.waiting(digest)
        if queued is not None:
            return sent_json(queued, view.battle_id if view and view.state not in ENDED else "")
        return {"state": "empty"} if view is None else view_json(view)

    async def _with_texts(self, digest: str | None, battle: str) -> Answer:
        view = await self._service.view(digest, battle)
        watched = await self._service.watch(digest, battle)
        turns = [
            {"prompt": turn.prompt, **{side.value: turn.sides[side].text for side in Side}}
            for turn in turn_texts(watched.battle)
        ]
        return {**view_json(view), "conversation": turns}

    @staticmethod
    async def _json(work: Awaitable[BattleView]) -> Answer:
        return view_json(await work)

    async def _told(self, work: Awaitable[Answer]) -> Answer:
        try:
            return await work
        except UserError as error:
            self._site.meter.refused(error.refusal)
            return {"error": error.refusal.value, "message": refusal_text(error, EN)}
        except StoreError as error:
            log.warning("api_store_error", error=str(error))
            return {"error": Refusal.NOT_SAVED.value, "message": EN.refusal[Refusal.NOT_SAVED]}


def sent_json(sent: Sent | Queued, battle_id: str) -> Answer:
    """What became of a prompt: its battle, or its place in the line."""
    if isinstance(sent, Queued):
        return {"battle": battle_id, "state": "queued", "place": sent.place, "accepted": sent.accepted}
    return {**view_json(sent.view), "accepted": sent.accepted}


def view_json(view: BattleView) -> Answer:
    """A battle for programs. Names are there after the vote only."""
    answer: Answer = {
        "battle": view.battle_id,
        "token": view.token,
        "state": view.state.value,
        "turns": view.turns,
        "failed": [side.value for side in view.failed],
        "leaked": view.leaked,
    }
    if view.cards is not None and view.outcome is not None:
        answer |= {
            "outcome": view.outcome.value,
            "counted": view.counted,
            "reveal": {side.value: {"name": c.name, "display": c.display} for side, c in view.cards.items()},
        }
    return answer
