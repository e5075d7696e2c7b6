"""Blindfold: settings -> store, chat clients, services -> pages -> serve."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from secrets import SystemRandom

import uvicorn

from arena.battle.matchmaker import Matchmaker
from arena.battle.runner import TurnRunner
from arena.chat.roster import Roster
from arena.clock import SystemClock
from arena.errors import ArenaError
from arena.keys import Keys
from arena.metrics import Metrics
from arena.settings import Settings
from arena.start import SERVER, battle_service, chat_client, field_soon, login, prepare, runner_rules, watch, web_rules
from arena.start_board import board_keeper
from arena.start_study import studies
from arena.ui.fast_import import without_interface_files
from storage.database import open_database
from storage.store import SqlStore


def main(stack: ExitStack) -> None:
    """Put the parts together and serve until stopped."""
    settings = Settings()
    prepare(settings)
    coming = field_soon(settings, stack)
    with without_interface_files():  # after `prepare`: Gradio reads its environment when it is imported
        from arena.ui.assembly import Parts, arena_app
    field, clock, metrics = coming.result(), SystemClock(), Metrics()
    store = SqlStore(open_database(settings.resolved_database_url), timed=metrics.database)
    client = chat_client(settings, field)
    matchmaker = Matchmaker(Roster(field, client, clock, settings.probe_interval_s), store, clock, SystemRandom())
    keys = Keys(settings.secret.get_secret_value() or asyncio.run(store.secret()))
    runner = TurnRunner(store=store, client=client, clock=clock, rules=runner_rules(settings), meter=metrics)
    service = battle_service(settings, store, runner, matchmaker, keys, clock)
    parts = Parts(
        service=service, runner=runner, matchmaker=matchmaker, store=store, keys=keys, client=client, clock=clock,
        metrics=metrics, watch=watch(settings, store, clock), keeper=board_keeper(settings, store, clock),
        studies=studies(settings, store, client, matchmaker.roster, keys, clock, service.limiter),
    )  # fmt: skip
    app = arena_app(parts, web_rules(settings), settings.admin_token.get_secret_value(), login(settings))
    stack.callback(store.close)
    uvicorn.run(app, host=settings.server_name, port=settings.server_port, **SERVER)


if __name__ == "__main__":
    with ExitStack() as exits:
        try:
            main(exits)
        except ArenaError as error:
            sys.stderr.write(f"Blindfold cannot start.\n{error}\n")
            sys.exit(2)
