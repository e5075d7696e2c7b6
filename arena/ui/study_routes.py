"""The plain HTTP routes of the studies: a sign of life, copies of the consent and of what is stored, a test stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from arena.errors import ArenaError, UserError
from arena.keys import COOKIE_NAME, Keys
from arena.study.service import StudyService
from arena.study.views import ParticipantView
from arena.ui.languages import TEXTS
from arena.ui.web import preferred_language

STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
TRIES = 3
TRY_PAUSE_S = 0.15


def study_routes(service: StudyService, keys: Keys) -> APIRouter:
    """The routes, to be included before the pages are mounted."""
    router = APIRouter()

    @router.post("/arena/study/here")
    async def here(request: Request) -> Response:
        """Somebody is looking at the page: keeps the clock running and tells what it shows."""
        code = _code_of(await request.body())
        try:
            view = await service.present(_digest(request, keys), code)
        except ArenaError as error:
            return _refused(error, request)
        return JSONResponse(place(view), headers={"Cache-Control": "no-store"})

    @router.get("/arena/study/consent")
    async def consent(request: Request, code: str = "", lang: str = "en") -> Response:
        """A copy of the consent, as a file: what was agreed to, or before that what is asked."""
        try:
            view = await service.look(_digest(request, keys), code)
        except ArenaError as error:
            return _refused(error, request)
        headers = {"Content-Disposition": 'attachment; filename="consent.txt"', "Cache-Control": "no-store"}
        return PlainTextResponse(consent_copy(view, lang), headers=headers)

    @router.get("/arena/study/yours")
    async def yours(request: Request, code: str = "") -> Response:
        """Everything that is stored of this browser's participant, as a file."""
        try:
            told = await service.own(_digest(request, keys), code)
        except ArenaError as error:
            return _refused(error, request)
        headers = {"Content-Disposition": 'attachment; filename="yours.json"', "Cache-Control": "no-store"}
        return JSONResponse(told, headers=headers)

    @router.get("/arena/study/try")
    async def try_stream() -> Response:
        """A few events at intervals, for the device check: a proxy that holds them back is found out."""
        return StreamingResponse(_tries(), media_type="text/event-stream", headers=STREAM_HEADERS)

    return router


def place(view: ParticipantView) -> dict[str, Any]:
    """Where somebody is, for the browser's clock."""
    told: dict[str, Any] = {"stage": view.stage.value, "break_left_s": round(view.break_left_s, 1)}
    if view.period is not None:
        clock = view.period.clock
        told |= {
            "state": view.period.state.value,
            "left_s": round(clock.left_s, 1),
            "running": clock.running,
            "warning": clock.warning,
            "time_up": clock.time_up,
        }
    return told


def consent_copy(view: ParticipantView, lang: str) -> str:
    """The text of the consent with its title and contact."""
    texts = view.texts
    shown = view.language or (lang if lang in texts.consent else texts.languages[0])
    title = texts.title.get(shown) or next(iter(texts.title.values()), "")
    body = view.consent or texts.consent.get(shown, "")
    contact = texts.contact.get(shown) or next(iter(texts.contact.values()), "")
    return "\n\n".join(part.strip() for part in (title, body, contact) if part.strip()) + "\n"


async def _tries() -> AsyncGenerator[bytes, None]:
    for number in range(TRIES):
        yield f"id: {number}\ndata: {number}\n\n".encode()
        await asyncio.sleep(TRY_PAUSE_S)


def _digest(request: Request, keys: Keys) -> str | None:
    return keys.rater_digest(request.cookies.get(COOKIE_NAME, ""))


def _code_of(body: bytes) -> str:
    """The link's code; the guard has refused what is not JSON."""
    given = orjson.loads(body)
    code = given.get("code") if isinstance(given, dict) else None
    return code if isinstance(code, str) else ""


def _refused(error: ArenaError, request: Request) -> Response:
    text = TEXTS[preferred_language(request.headers.get("accept-language", ""))]
    if isinstance(error, UserError):
        sentence = text.refusal[error.refusal].format(**error.details)
        return JSONResponse({"error": sentence, "refusal": error.refusal.value}, status_code=404)
    return JSONResponse({"error": text.trouble}, status_code=503)
