"""The plain HTTP routes beside the pages: a battle's events, and health."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from arena.battle.matchmaker import Matchmaker
from arena.battle.service import BattleService, Watch
from arena.errors import ArenaError, StoreError, UserError
from arena.keys import COOKIE_NAME, Keys
from arena.ports import Store
from arena.ui.events import battle_events
from arena.ui.text import TEXTS
from arena.ui.web import preferred_language

EVENT_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
HEALTH_TIMEOUT_S = 3.0


def arena_routes(
    *, service: BattleService, matchmaker: Matchmaker, store: Store, keys: Keys, admin_token: str
) -> APIRouter:
    """The routes, to be included before the pages are mounted."""
    router = APIRouter()

    @router.get("/arena/events/{battle_id}")
    async def events(battle_id: str, request: Request, turn: int = 0) -> Response:
        """Follow a battle; `turn` is the first turn that the snapshot has to contain."""
        digest = keys.rater_digest(request.cookies.get(COOKIE_NAME, ""))

        async def look() -> Watch:
            return await service.watch(digest, battle_id)

        try:
            watch = await look()
        except ArenaError as error:
            return _refused(error, request)
        return StreamingResponse(
            battle_events(watch, max(0, turn), look), media_type="text/event-stream", headers=EVENT_HEADERS
        )

    @router.get("/healthz")
    async def healthz(request: Request) -> Response:
        """`ok`, `degraded` or `down`; the contestants' details need the operator's token."""
        status, details = await _health(store, matchmaker)
        body: dict[str, Any] = {"status": status}
        if _is_admin(request, admin_token):
            body |= details | {"process": service.process, "running": _running(request, service)}
        return JSONResponse(body, status_code=503 if status == "down" else 200)

    return router


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


def _running(request: Request, service: BattleService) -> dict[str, int]:
    """What this process holds on to; all but a few tasks goes when the people go."""
    sessions: int = request.app.state.sessions()
    return {"turns": service.running, "sessions": sessions, "tasks": len(asyncio.all_tasks())}


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
