"""The finished web app: pages and routes around the services, and what runs beside them."""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from fastapi import FastAPI

from arena.battle.matchmaker import Matchmaker
from arena.battle.runner import TurnRunner
from arena.battle.service import BattleService
from arena.keys import Keys
from arena.ports import ChatClient, Store
from arena.ui.board_keeper import BoardKeeper
from arena.ui.board_routes import board_routes
from arena.ui.chrome import Site
from arena.ui.direct import program_routes
from arena.ui.lifecycle import running
from arena.ui.routes import arena_routes
from arena.ui.site import build_app
from arena.ui.web import WebRules

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The services that the composition root has put together."""

    service: BattleService
    runner: TurnRunner
    matchmaker: Matchmaker
    store: Store
    keys: Keys
    client: ChatClient


def arena_app(parts: Parts, keeper: BoardKeeper, rules: WebRules, admin_token: str) -> FastAPI:
    """The web app; its background jobs begin and end with the server."""
    roster = parts.matchmaker.roster
    site = Site(service=parts.service, store=parts.store, roster=roster, keys=parts.keys, keeper=keeper)
    routes = arena_routes(
        service=parts.service,
        matchmaker=parts.matchmaker,
        store=parts.store,
        keys=parts.keys,
        admin_token=admin_token,
    )
    routes.include_router(board_routes(keeper))

    async def before() -> None:
        await parts.client.warm_up()
        await roster.probe_all()
        log.info("arena_up", contestants_up=len(roster.up()), pacing=parts.service.rules.pacing.value)

    async def after() -> None:
        await parts.runner.turns.close()
        await parts.client.aclose()

    jobs = {
        "probe": roster.probe_forever,
        "keep": parts.runner.turns.keep_forever,
        "sweep": parts.service.sweep_forever,
        "board": keeper.keep_forever,
    }
    routes.include_router(program_routes(site))
    return build_app(site, routes, rules, running(before=before, jobs=jobs, after=after))
