"""The finished web app: pages and routes around the services, and what runs beside them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from fastapi import APIRouter, FastAPI

from arena.abuse.watch import Watch
from arena.battle.labels import load_classifier
from arena.battle.matchmaker import Matchmaker
from arena.battle.runner import TurnRunner
from arena.battle.service import BattleService
from arena.keys import Keys
from arena.metrics import Metrics
from arena.ports import ChatClient, Clock, Store
from arena.ui.board_keeper import BoardKeeper
from arena.ui.board_routes import board_routes
from arena.ui.chrome import Site
from arena.ui.direct import program_routes
from arena.ui.lifecycle import running, settle_memory
from arena.ui.login.cookies import LoginCookies
from arena.ui.login.door import LoginDoor
from arena.ui.login.rules import Login
from arena.ui.operator_door import OperatorDoor
from arena.ui.operator_routes import operator_routes
from arena.ui.routes import arena_routes, event_route
from arena.ui.site import build_app, page_paths
from arena.ui.study_routes import study_routes
from arena.ui.study_site import Studies
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
    watch: Watch
    clock: Clock
    metrics: Metrics
    keeper: BoardKeeper
    studies: Studies


def arena_app(parts: Parts, rules: WebRules, admin_token: str, login: Login | None = None) -> FastAPI:
    """The web app, behind a login if there is one; its background jobs begin and end with the server."""
    roster = parts.matchmaker.roster
    site = Site(
        service=parts.service,
        store=parts.store,
        roster=roster,
        keys=parts.keys,
        keeper=parts.keeper,
        clock=parts.clock,
        meter=parts.metrics,
        studies=parts.studies,
        login=login,
    )
    routes = arena_routes(
        service=parts.service,
        matchmaker=parts.matchmaker,
        store=parts.store,
        keys=parts.keys,
        admin_token=admin_token,
        metrics=parts.metrics,
        runner=parts.runner,
    )
    routes.include_router(board_routes(parts.keeper))
    door = OperatorDoor(admin_token, parts.service.limiter, rules)
    routes.include_router(operator_routes(parts.studies.office, door))
    routes.include_router(study_routes(parts.studies.service, parts.keys))
    entrance = _entrance(login, parts, rules, routes) if login else None

    async def before() -> None:
        await parts.client.warm_up()
        await roster.probe_all()
        settle_memory()
        log.info("arena_up", contestants_up=len(roster.up()), pacing=parts.service.rules.pacing.value)

    async def after() -> None:
        await parts.service.line.close()
        await parts.runner.turns.close()
        await parts.studies.runner.turns.close()
        await parts.client.aclose()

    async def load_labels() -> None:
        await asyncio.to_thread(load_classifier)
        await asyncio.Event().wait()  # a job that ends is begun again

    jobs = {
        "labels": load_labels,
        "probe": roster.probe_forever,
        "keep": parts.runner.turns.keep_forever,
        "keep_studies": parts.studies.runner.turns.keep_forever,
        "sweep": parts.service.sweep_forever,
        "board": parts.keeper.keep_forever,
        "checks": parts.watch.check_forever,
        "forget": parts.watch.forget_forever,
    }
    direct = [event_route(parts.service, parts.studies.service, parts.keys), *program_routes(site)]
    return build_app(site, routes, direct, rules, running(before=before, jobs=jobs, after=after), entrance)


def _entrance(login: Login, parts: Parts, rules: WebRules, routes: APIRouter) -> LoginDoor:
    """The login, whose own routes are added to the others."""
    from arena.ui.login.provider import Provider
    from arena.ui.login.routes import LoginDesk, login_routes

    cookies, pages = LoginCookies(login, parts.keys, parts.clock), page_paths()
    desk = LoginDesk(
        login=login,
        provider=Provider(login),
        cookies=cookies,
        keys=parts.keys,
        limiter=parts.service.limiter,
        rules=rules,
        pages=pages,
    )
    routes.include_router(login_routes(desk))
    return LoginDoor(login, cookies, pages, in_frame=rules.in_frame)
