"""What a study's page does: event -> service -> view -> updates. No rule of a study is decided here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal

import gradio as gr
import structlog

from arena.errors import ArenaError, Refusal, StoreError, UserError
from arena.study.service import Consented
from arena.study.views import ParticipantView
from arena.ui.chrome import Site, root_of
from arena.ui.study_acts import PanelAct, read_act
from arena.ui.study_html import Shown, code_panel, sentence_panel
from arena.ui.study_parts import StudyParts
from arena.ui.study_text import STUDY_WORDS
from arena.ui.study_view import TALKS, StudyState, study_state
from arena.ui.text import Texts
from arena.ui.view import refusal_text, status_html

log = structlog.get_logger()

Updates = dict[Any, Any]
Work = Callable[[str | None], Awaitable[Updates]]


class StudyHandlers:
    """The handlers of one language's page."""

    def __init__(self, site: Site, text: Texts, parts: StudyParts) -> None:
        self._site = site
        self._service = site.studies.service
        self._text = text
        self._words = STUDY_WORDS[text.lang]
        self._parts = parts

    @property
    def outputs(self) -> list[Any]:
        """Every component that a handler may change."""
        p = self._parts
        return [
            p.panel, p.transcript, p.status, p.prompt, p.send, p.stop, p.retry, p.go_on, p.over,
            p.code, p.stage,
        ]  # fmt: skip

    async def attach(self, request: gr.Request) -> Updates:
        """The page was opened by a link: show where its participant is."""
        code = str(request.query_params.get("code", ""))
        return {self._parts.code: code} | await self.look(code, request)

    async def look(self, code: str, request: gr.Request) -> Updates:
        """Show where the participant is."""

        async def work(digest: str | None) -> Updates:
            return self._show(code, await self._service.look(digest, code))

        return await self._do(request, code, work)

    async def settle(self, code: str, stage: str, request: gr.Request) -> Updates:
        """Something has happened, says the browser; what is the case, says the service.

        A talk that is over stays on the page until its participant goes on: the last answer may still be read.
        """

        async def work(digest: str | None) -> Updates:
            view = await self._service.look(digest, code)
            if stage in TALKS and view.period is None and view.question is not None:
                return self._over()
            return self._show(code, view)

        return await self._do(request, code, work)

    async def act(self, code: str, event: gr.EventData, request: gr.Request) -> Updates:
        """A click in the panel."""

        async def work(digest: str | None) -> Updates:
            act = read_act(event._data or {})
            return await self._acted(code, act, digest, self._site.address(request))

        return await self._do(request, code, work)

    async def send(self, prompt: str, code: str, request: gr.Request) -> Updates:
        """Send to the model of this period; the message stays in the box when it was not taken."""

        async def work(digest: str | None) -> Updates:
            sent = await self._service.send(digest, code, prompt or "", address=self._site.address(request))
            updates = self._show(code, sent.view)
            if sent.accepted:
                updates[self._parts.prompt] = gr.update(value="", interactive=False)
            return updates

        return await self._do(request, code, work)

    async def stop(self, code: str, request: gr.Request) -> Updates:
        """End the running answer; when the time is up what was written of it may still be read."""

        async def work(digest: str | None) -> Updates:
            view = await self._service.stop(digest, code)
            return self._show(code, view) if view.period else self._over()

        return await self._do(request, code, work)

    async def retry(self, code: str, request: gr.Request) -> Updates:
        """Ask the last message again."""
        return await self._step(request, code, self._service.retry)

    async def go_on(self, code: str, request: gr.Request) -> Updates:
        """End a talk whose time is up although turns are missing."""
        return await self._step(request, code, self._service.go_on)

    # --- steps ---

    async def _acted(self, code: str, act: PanelAct, digest: str | None, address: str) -> Updates:
        service = self._service
        works: dict[str, Callable[[], Awaitable[ParticipantView | Consented]]] = {
            "look": lambda: service.look(digest, code),
            "check_device": lambda: service.check_device(digest, code),
            "consent": lambda: self._consent(code, digest),
            "new_code": lambda: service.new_resume_code(digest, code),
            "resume": lambda: service.resume(digest, code, act.resume, address=address),
            "answer": lambda: service.answer(digest, code, act.given),
            "go_on": lambda: service.go_on(digest, code),
            "erase": lambda: service.withdraw(digest, code, erase=True),
            "withdraw": lambda: service.withdraw(digest, code, erase=act.erase),
        }
        if act.act not in works:
            raise UserError(Refusal.STUDY_NOT_YET)
        done = await works[act.act]()
        if isinstance(done, Consented):
            shown = self._shown(code, done.view)
            return self._updates(study_state(shown, code_panel(shown, done.resume_code)))
        return self._show(code, done)

    async def _consent(self, code: str, digest: str | None) -> Consented:
        """Agreed to in the language that was read: the page's, where the study has it."""
        languages = (await self._service.look(digest, code)).texts.languages
        language = self._text.lang if self._text.lang in languages else languages[0]
        return await self._service.consent(digest, code, language)

    async def _step(
        self, request: gr.Request, code: str, act: Callable[[str | None, str], Awaitable[ParticipantView]]
    ) -> Updates:
        async def work(digest: str | None) -> Updates:
            return self._show(code, await act(digest, code))

        return await self._do(request, code, work)

    async def _do(self, request: gr.Request, code: str, work: Work) -> Updates:
        """Run a handler's work; a refusal or a fault becomes a sentence on the page as it truly is."""
        digest = self._site.digest(request)
        try:
            return await work(digest)
        except UserError as error:
            self._site.meter.refused(error.refusal)
            return await self._as_it_is(digest, code, error)
        except StoreError as error:
            log.warning("study_page_store_error", error=str(error))
            return {self._parts.status: status_html(self._text.refusal[Refusal.NOT_SAVED], "bad")}

    async def _as_it_is(self, digest: str | None, code: str, refused: UserError) -> Updates:
        sentence = refusal_text(refused, self._text)
        try:
            view = await self._service.look(digest, code)
        except UserError:
            panel = sentence_panel(self._words, self._words.no_link_title, sentence)
            return self._updates(StudyState(panel=panel, stage=""))
        except ArenaError:
            # It cannot be read either: the sentence alone, and the page as it was.
            return {self._parts.status: status_html(sentence, "bad")}
        return self._updates(replace(study_state(self._shown(code, view)), status=sentence, tone="bad"))

    # --- updates ---

    def _shown(self, code: str, view: ParticipantView) -> Shown:
        return Shown(view=view, words=self._words, lang=self._text.lang, root=root_of(self._text), code=code)

    def _show(self, code: str, view: ParticipantView) -> Updates:
        return self._updates(study_state(self._shown(code, view)))

    def _over(self) -> Updates:
        p = self._parts
        hidden = {part: gr.update(visible="hidden") for part in (p.send, p.stop, p.retry, p.go_on)}
        return hidden | {
            p.transcript: gr.update(state="over"),
            p.status: status_html(self._words.over, ""),
            p.prompt: gr.update(visible="hidden"),
            p.over: gr.update(visible=True),
        }

    def _updates(self, state: StudyState) -> Updates:
        p = self._parts
        buttons = {p.send: state.send, p.stop: state.stop, p.retry: state.retry, p.go_on: state.go_on, p.over: False}
        shown = {part: gr.update(visible=_seen(on)) for part, on in buttons.items()}
        prompt = gr.update(visible=True, interactive=state.prompt_open, placeholder=state.placeholder)
        return shown | {
            p.panel: state.panel,
            p.transcript: gr.update(
                battle=state.period_id, turns=state.turns, state=state.talk, visible=_seen(state.transcript)
            ),
            p.status: status_html(state.status, state.tone),
            p.prompt: prompt,
            p.stage: state.stage,
        }


def _seen(shown: bool) -> Literal[True, "hidden"]:
    """Hidden components stay in the page, so that their ids are always there."""
    return True if shown else "hidden"
