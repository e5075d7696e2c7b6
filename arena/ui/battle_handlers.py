"""What the battle page's buttons do: event -> service -> view -> updates. No rule of the battle is decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal

import gradio as gr
import structlog

from arena.battle.ballot import read_ballot
from arena.battle.service import Queued
from arena.battle.views import BattleView
from arena.errors import ArenaError, Refusal, StoreError, UserError
from arena.models import Outcome
from arena.ui.battle_parts import BattleParts
from arena.ui.chrome import Site
from arena.ui.examples import find_example
from arena.ui.text import Texts
from arena.ui.view import PageState, page_state, queued_state, refusal_text, status_html

log = structlog.get_logger()

Updates = dict[Any, Any]


class BattleHandlers:
    """The handlers of one language's page."""

    def __init__(self, site: Site, text: Texts, parts: BattleParts) -> None:
        self._site = site
        self._text = text
        self._parts = parts

    @property
    def outputs(self) -> list[Any]:
        """Every component that a handler may change."""
        p = self._parts
        return [
            p.transcript, p.status, p.votes_row, *p.votes.values(), p.why, p.tags_a, p.tags_b, p.comment, p.reveal,
            p.after, p.after_text, p.report, p.report_reason, p.prompt, p.send, p.stop, p.retry, p.new_battle,
            p.battle_id, p.token,
        ]  # fmt: skip

    async def attach(self, request: gr.Request) -> Updates:
        """The page was opened: show the person's battle if there is one, else an example if the address has one."""

        async def work(digest: str | None) -> Updates:
            view = await self._site.service.current(digest)
            waiting = self._site.service.waiting(digest)
            if waiting is not None:
                return self._show_waiting(view, waiting)
            updates = self._show(page_state(view, self._text))
            example = find_example(str(request.query_params.get("example", "")))
            if view is None and example is not None:
                updates[self._parts.prompt] = gr.update(value=example.text)
            return updates

        return await self._do(request, "", work)

    async def resync(self, request: gr.Request) -> Updates:
        """The page is looked at again: another tab may have gone on with the battle."""

        async def work(digest: str | None) -> Updates:
            view = await self._site.service.current(digest)
            waiting = self._site.service.waiting(digest)
            return self._show_waiting(view, waiting) if waiting else self._show(page_state(view, self._text))

        return await self._do(request, "", work)

    async def called(self, battle_id: str, request: gr.Request) -> Updates:
        """The wait in the line has ended, says the browser; what came of it, says the service."""

        async def work(digest: str | None) -> Updates:
            view = await self._site.service.current(digest)
            waiting = self._site.service.waiting(digest)
            if waiting is not None:
                return self._show_waiting(view, waiting)
            state = page_state(view, self._text)
            try:
                sent = self._site.service.called(digest)
            except ArenaError as error:
                return self._show(replace(state, status=self._sentence(error), tone="bad"))
            if sent is None:
                return self._show(replace(state, status=self._text.status_place_lost, tone="bad"))
            return self._show(state, clear_prompt=sent.accepted)

        return await self._do(request, battle_id, work)

    async def send(self, prompt: str, battle_id: str, request: gr.Request) -> Updates:
        """Send to both models; the prompt stays in the box when it was not taken."""

        async def work(digest: str | None) -> Updates:
            sent = await self._site.service.send(
                digest, prompt or "", battle_id or "", address=self._site.address(request)
            )
            if isinstance(sent, Queued):
                return self._show_waiting(await self._site.service.current(digest), sent)
            state = page_state(sent.view, self._text)
            if not sent.accepted:
                return self._show(replace(state, status=self._text.status_other_tab))
            return self._show(state, clear_prompt=True)

        return await self._do(request, battle_id, work)

    async def stop(self, battle_id: str, request: gr.Request) -> Updates:
        """Stop both sides, or leave the line."""

        async def work(digest: str | None) -> Updates:
            if not self._site.service.leave(digest):
                return self._show(page_state(await self._site.service.stop(digest, battle_id), self._text))
            state = page_state(await self._site.service.current(digest), self._text)
            return self._show(replace(state, status=self._text.status_left_line))

        return await self._do(request, battle_id, work)

    async def retry(self, battle_id: str, request: gr.Request) -> Updates:
        """Ask again."""

        async def work(digest: str | None) -> Updates:
            sent = await self._site.service.retry(digest, battle_id)
            if isinstance(sent, Queued):
                return self._show_waiting(await self._site.service.current(digest), sent)
            return self._show(page_state(sent.view, self._text))

        return await self._do(request, battle_id, work)

    async def settle(self, battle_id: str, request: gr.Request) -> Updates:
        """A turn has ended, says the browser; what is the case, says the service."""

        async def work(digest: str | None) -> Updates:
            return self._show(page_state(await self._site.service.view(digest, battle_id), self._text))

        return await self._do(request, battle_id, work)

    async def new_battle(self, battle_id: str, request: gr.Request) -> Updates:
        """Leave this battle; the next begins with the next prompt."""

        async def work(digest: str | None) -> Updates:
            await self._site.service.new_battle(digest, battle_id)
            return self._show(page_state(None, self._text), clear_ballot=True)

        return await self._do(request, battle_id, work)

    def voter(self, outcome: Outcome) -> Callable[..., Awaitable[Updates]]:
        """The handler of one vote button."""

        async def vote(
            battle_id: str, token: str, tags_a: list[str], tags_b: list[str], comment: str, request: gr.Request
        ) -> Updates:
            async def work(digest: str | None) -> Updates:
                limit = self._site.service.rules.max_comment_chars
                ballot = read_ballot(outcome, tags_a or [], tags_b or [], comment or "", limit)
                address = self._site.address(request)
                view = await self._site.service.vote(digest, battle_id or "", token or "", ballot, address=address)
                return self._show(page_state(view, self._text), clear_ballot=True)

            return await self._do(request, battle_id, work, not_saved=self._text.not_saved)

        return vote

    async def comment(self, battle_id: str, comment: str, request: gr.Request) -> Updates:
        """Keep a comment that was written after the reveal."""

        async def work(digest: str | None) -> Updates:
            view = await self._site.service.comment(digest, battle_id, comment or "")
            state = replace(page_state(view, self._text), status=self._text.comment_saved)
            return self._show(state) | {self._parts.after_text: gr.update(value="")}

        return await self._do(request, battle_id, work)

    async def report(self, battle_id: str, side: str, reason: str, request: gr.Request) -> Updates:
        """Tell the operator of an answer."""

        async def work(digest: str | None) -> Updates:
            await self._site.service.report(digest, battle_id, side or "", reason or "")
            return self._say(self._text.report_done, "good") | {
                self._parts.report: gr.update(open=False),
                self._parts.report_reason: gr.update(value=""),
            }

        return await self._do(request, battle_id, work)

    # --- steps ---

    async def _do(
        self,
        request: gr.Request,
        battle_id: str,
        work: Callable[[str | None], Awaitable[Updates]],
        not_saved: str = "",
    ) -> Updates:
        """Run a handler's work; a refusal or a fault becomes a sentence on the page as it truly is."""
        digest = self._site.digest(request)
        try:
            return await work(digest)
        except UserError as error:
            return await self._as_it_is(digest, battle_id, self._sentence(error))
        except StoreError as error:
            log.warning("page_store_error", error=str(error))
            return self._say(not_saved or self._text.refusal[Refusal.NOT_SAVED], "bad")

    async def _as_it_is(self, digest: str | None, battle_id: str, sentence: str) -> Updates:
        try:
            view = await self._site.service.view(digest, battle_id) if battle_id else None
        except ArenaError:
            # The battle is nobody's or cannot be read: the sentence alone, and the page as it was.
            return self._say(sentence, "bad")
        state = replace(page_state(view, self._text), status=sentence, tone="bad")
        return self._show(state)

    def _show_waiting(self, view: BattleView | None, waiting: Queued) -> Updates:
        """The place in the line; the message stays in the box until it is sent."""
        updates = self._show(queued_state(page_state(view, self._text), waiting, self._text))
        if waiting.prompt:
            updates[self._parts.prompt] = gr.update(value=waiting.prompt, interactive=False)
        return updates

    def _sentence(self, error: ArenaError) -> str:
        if isinstance(error, UserError):
            self._site.meter.refused(error.refusal)
            return refusal_text(error, self._text)
        log.warning("page_store_error", error=str(error))
        return self._text.refusal[Refusal.NOT_SAVED]

    def _say(self, sentence: str, tone: str) -> Updates:
        return {self._parts.status: status_html(sentence, tone)}

    def _show(self, state: PageState, *, clear_prompt: bool = False, clear_ballot: bool = False) -> Updates:
        p = self._parts
        updates: Updates = {
            p.transcript: gr.update(battle=state.battle_id, turns=state.turns, state=state.state),
            p.status: status_html(state.status, state.tone, state.hint),
            p.votes_row: gr.update(visible=_shown(state.votes_shown)),
            p.why: gr.update(visible=_shown(state.why)),
            p.reveal: gr.update(value=state.reveal, visible=_shown(bool(state.reveal))),
            p.after: gr.update(visible=_shown(state.comment_after)),
            p.report: gr.update(visible=_shown(state.report)),
            p.prompt: gr.update(interactive=state.prompt_open, placeholder=state.placeholder),
            p.send: gr.update(visible=_shown(state.send)),
            p.stop: gr.update(
                visible=_shown(state.stop),
                value=self._text.leave_line if state.state == "queued" else self._text.stop,
            ),
            p.retry: gr.update(visible=_shown(bool(state.retry)), value=state.retry or self._text.retry_both),
            p.new_battle: gr.update(
                visible=_shown(bool(state.new_battle)),
                value=state.new_battle or self._text.new_battle,
                variant="secondary" if state.send else "primary",
            ),
            p.battle_id: state.battle_id,
            p.token: state.token,
        }
        updates |= {button: gr.update(interactive=state.votes_on) for button in p.votes.values()}
        if clear_prompt:
            updates[p.prompt] = gr.update(value="", interactive=state.prompt_open, placeholder=state.placeholder)
        if clear_ballot:
            updates |= {p.tags_a: [], p.tags_b: [], p.comment: ""}
        return updates


def _shown(shown: bool) -> Literal[True, "hidden"]:
    """Hidden components stay in the page, so that their ids are always there."""
    return True if shown else "hidden"
