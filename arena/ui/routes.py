"""The plain HTTP routes beside the pages: a battle's events, and health."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from arena.battle.matchmaker import Matchmaker
from arena.battle.runner import TurnRunner
from arena.battle.service import BattleService, Watch
from arena.errors import ArenaError, Refusal, StoreError, UserError
from arena.keys import COOKIE_NAME, Keys
from arena.metrics import CONTENT_TYPE, Metrics
from arena.ports import Store
from arena.study.service import PeriodWatch, StudyService
from arena.ui.events import battle_events
from arena.ui.languages import TEXTS
from arena.ui.line_events import line_events
from arena.ui.own_data import own_data
from arena.ui.study_events import period_events
from arena.ui.web import ADDRESS, preferred_language

EVENT_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_FILE = {"Content-Disposition": 'attachment; filename="blindfold.json"', "Cache-Control": "no-store"}
_TURN_DIGITS = 9
_BEARER = {"WWW-Authenticate": "Bearer"}
HEALTH_TIMEOUT_S = 3.0


def event_route(service: BattleService, studies: StudyService, keys: Keys) -> Route:
    """Follow a battle or a study's period; `turn` in the query is the first turn that the snapshot has to contain."""

    async def events(request: Request) -> Response:
        digest = keys.rater_digest(request.cookies.get(COOKIE_NAME, ""))
        conversation: str = request.path_params["conversation"]
        wanted = request.query_params.get("turn", "0")
        if not (wanted.isascii() and wanted.isdigit()):
            return JSONResponse({"error": "Expected turn: a number."}, status_code=422)
        first_turn = int(wanted[:_TURN_DIGITS])

        async def look() -> Watch:
            return await service.watch(digest, conversation)

        async def look_at_period() -> PeriodWatch:
            return await studies.watch(digest, conversation)

        try:
            stream = battle_events(await look(), first_turn, look)
        except UserError as no_battle:
            try:
                stream = period_events(await look_at_period(), first_turn, look_at_period)
            except UserError:
                return _refused(no_battle, request)
            except ArenaError as error:
                return _refused(error, request)
        except ArenaError as error:
            return _refused(error, request)
        return StreamingResponse(stream, media_type="text/event-stream", headers=EVENT_HEADERS)

    return Route("/arena/events/{conversation}", events)


def arena_routes(
    *,
    service: BattleService,
    matchmaker: Matchmaker,
    store: Store,
    keys: Keys,
    admin_token: str,
    metrics: Metrics,
    runner: TurnRunner,
) -> APIRouter:
    """The routes, to be included before the pages are mounted."""
    router = APIRouter()

    @router.get("/arena/yours")
    async def yours(request: Request) -> Response:
        """Everything that is stored of who asks, as a file."""
        digest = keys.rater_digest(request.cookies.get(COOKIE_NAME, ""))
        address = getattr(request.state, ADDRESS, "")
        try:
            battles = await service.export(keys.erasure_code(digest) if digest else "", address=address)
        except ArenaError as error:
            return _refused(error, request)
        return JSONResponse(own_data(battles), headers=_FILE)

    _add_line(router, service, keys)
    _add_operators(
        router,
        service=service,
        matchmaker=matchmaker,
        store=store,
        admin_token=admin_token,
        metrics=metrics,
        runner=runner,
    )
    return router


def _add_line(router: APIRouter, service: BattleService, keys: Keys) -> None:
    """The place of somebody who waits."""

    @router.get("/arena/line")
    async def line(request: Request, lang: str = "") -> Response:
        """Follow the caller's place in the line, in the words of a language."""
        digest = keys.rater_digest(request.cookies.get(COOKIE_NAME, ""))
        if digest is None:
            return _refused(UserError(Refusal.NO_RATER), request)
        text = TEXTS.get(lang) or TEXTS[preferred_language(request.headers.get("accept-language", ""))]
        stream = line_events(service, digest, text)
        return StreamingResponse(stream, media_type="text/event-stream", headers=EVENT_HEADERS)


def _add_operators(
    router: APIRouter,
    *,
    service: BattleService,
    matchmaker: Matchmaker,
    store: Store,
    admin_token: str,
    metrics: Metrics,
    runner: TurnRunner,
) -> None:
    """Health and numbers."""

    @router.get("/healthz")
    async def healthz(request: Request) -> Response:
        """`ok`, `degraded` or `down`; the contestants' details need the operator's token."""
        status, details = await _health(store, matchmaker)
        body: dict[str, Any] = {"status": status}
        if _is_admin(request, admin_token):
            body |= details | {"process": runner.owner, "running": _running(request, runner)}
        return JSONResponse(body, status_code=503 if status == "down" else 200)

    @router.get("/metrics")
    async def show_metrics(request: Request) -> Response:
        """This process's numbers, for Prometheus; the operator's only."""
        if not _is_admin(request, admin_token):
            return JSONResponse({"error": "This needs the operator's token."}, status_code=401, headers=_BEARER)
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S):
                votes = await store.vote_counts()
        except (StoreError, TimeoutError):
            votes = ()  # the numbers of this process are wanted most when the database is away
        text = metrics.page(
            votes, running=len(runner.turns), room=runner.room, queue=len(service.line), waiting=store.waiting
        )
        return Response(text, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


async def _health(store: Store, matchmaker: Matchmaker) -> tuple[str, dict[str, Any]]:
    roster = matchmaker.roster
    contestants = {
        name: {"up": not h.problem, "problem": h.problem, "since": h.since.isoformat()}
        for name, h in roster.health.items()
    }
    try:
        async with asyncio.timeout(HEALTH_TIMEOUT_S):
            await store.ping()
            paused = await store.paused()
            available = len(await matchmaker.available())
    except (StoreError, TimeoutError) as error:
        return "down", {"database": str(error) or "no answer in time", "contestants": contestants}
    details = {"database": "ok", "paused": paused, "available": available, "contestants": contestants}
    if available < 2:
        return "down", details
    return ("degraded" if paused or available < len(roster.contestants) else "ok"), details


def _running(request: Request, runner: TurnRunner) -> dict[str, int]:
    """What this process holds on to; all but a few tasks goes when the people go."""
    sessions: int = request.app.state.sessions()
    return {"turns": len(runner.turns), "sessions": sessions, "tasks": len(asyncio.all_tasks())}


def _is_admin(request: Request, admin_token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return (
        bool(admin_token) and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), admin_token.encode())
    )


def _refused(error: ArenaError, request: Request) -> Response:
    text = TEXTS[preferred_language(request.headers.get("accept-language", ""))]
    if isinstance(error, UserError):
        return JSONResponse({"error": text.refusal[error.refusal].format(**error.details)}, status_code=404)
    return JSONResponse({"error": text.trouble}, status_code=503)
