"""Steps of the composition root: what settings mean for each part. Imported by app.py only."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from arena.abuse.limits import FIXED_LIMITS, Act, Limit, Limiter, ProcessCounts, SharedCounts
from arena.abuse.reading import ReadingPace
from arena.abuse.watch import Watch, WatchRules
from arena.battle.matchmaker import Matchmaker
from arena.battle.rules import Rules
from arena.battle.runner import RunnerRules, TurnRunner
from arena.battle.service import BattleService
from arena.chat.consistency import SelfConsistentChat
from arena.chat.embedded import embedded_contestants
from arena.chat.openai_client import OpenAIChat
from arena.chat.patience import ChatTimeouts
from arena.contestants import load
from arena.keys import Keys
from arena.logs import configure_logging
from arena.models import Contestant
from arena.ports import ChatClient, Clock, Store
from arena.settings import Settings
from arena.ui.login.rules import Login
from arena.ui.web import WebRules
from arena.weights import fetch

GRADIO_ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(10**9),  # its summary costs milliseconds an event after a while
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}
"""Gradio and its libraries call nobody and count nothing."""

SERVER: Mapping[str, Any] = {"log_level": "warning", "timeout_graceful_shutdown": 3}
"""How the web server is run, wherever it listens."""

log = structlog.get_logger()


def prepare(settings: Settings) -> None:
    """Logging, what the operator should know at once, and Gradio's environment (before Gradio is imported)."""
    configure_logging(settings.log_format, settings.log_level)
    os.environ.update(GRADIO_ENVIRONMENT)
    for sentence in settings.unknown_variables:
        log.warning("unknown_setting", problem=sentence)
    if not settings.database_url and settings.resolved_data_dir.warning:
        log.warning("data_folder", problem=settings.resolved_data_dir.warning)


def field_soon(settings: Settings, stack: ExitStack) -> Future[tuple[Contestant, ...]]:
    """The contestants, found in a thread of their own: the embedded engine loads while Gradio is imported."""
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        return pool.submit(field_of, settings, stack)
    finally:
        pool.shutdown(wait=False)


def field_of(settings: Settings, stack: ExitStack) -> tuple[Contestant, ...]:
    """The contestants; the embedded engine is started when one of them needs it, and stopped with `stack`."""

    def weights() -> Path:
        return fetch(settings.cache_dir, lambda line: log.info("weights", progress=line))

    return stack.enter_context(embedded_contestants(load(settings.contestants, settings.api_key), weights))


def chat_client(settings: Settings, field: Sequence[Contestant]) -> ChatClient:
    """Talks to all model servers, and asks several times where a contestant's `samples` says so."""
    keys = {c.api_key_env: settings.api_key(c.api_key_env) or "" for c in field}
    return SelfConsistentChat(OpenAIChat(keys, chat_timeouts(settings)))


def chat_timeouts(settings: Settings) -> ChatTimeouts:
    """How long model servers are waited for."""
    return ChatTimeouts(
        connect_s=settings.connect_timeout_s,
        first_token_s=settings.first_token_timeout_s,
        idle_s=settings.idle_timeout_s,
        answer_s=settings.answer_timeout_s,
    )


def runner_rules(settings: Settings) -> RunnerRules:
    """How turns run."""
    return RunnerRules(
        pace_cps=settings.pace_chars_per_second,
        grace_s=settings.grace_s,
        lease_s=settings.lease_s,
        max_live=settings.max_live_battles,
        max_waiting=settings.max_waiting,
    )


def battle_service(
    settings: Settings, store: Store, runner: TurnRunner, matchmaker: Matchmaker, keys: Keys, clock: Clock
) -> BattleService:
    """The battles' state machine."""
    return BattleService(
        store=store,
        runner=runner,
        matchmaker=matchmaker,
        keys=keys,
        clock=clock,
        rules=battle_rules(settings),
        limiter=limiter(settings, store, clock),
    )


def battle_rules(settings: Settings) -> Rules:
    """How battles go."""
    return Rules(
        pacing=settings.pacing,
        max_prompt_chars=settings.max_prompt_chars,
        max_turns=settings.max_turns,
        max_comment_chars=settings.max_comment_chars,
        log_prompts=settings.log_prompts,
        reading=ReadingPace() if settings.check_votes else None,
        check_addresses=settings.check_votes and settings.check_addresses,
    )


def web_rules(settings: Settings) -> WebRules:
    """Which requests are let in."""
    return WebRules(
        in_frame=settings.framed,
        allowed_origins=settings.allowed_origins,
        proxies=settings.proxies,
        password=settings.password.get_secret_value(),
    )


def login(settings: Settings) -> Login | None:
    """The login that everybody has to go through; None where there is none."""
    if settings.login == "none":
        return None
    return Login(
        url=settings.public_address,
        provider=settings.openid_provider_url,
        client_id=settings.oauth_client_id,
        client_secret=settings.oauth_client_secret.get_secret_value(),
        scopes=settings.oauth_scopes,
        admitted=frozenset(name.lower() for name in settings.login_allowed),
    )


def limiter(settings: Settings, store: Store, clock: Clock) -> Limiter:
    """What a person, a network and everybody together may ask for; counted in the database where processes share it."""
    shared = not settings.resolved_database_url.startswith("sqlite")
    prompts = Limit(settings.limit_rater, settings.limit_address, settings.limit_all)
    limits = {Act.PROMPT: prompts, **FIXED_LIMITS}
    return Limiter(limits, SharedCounts(store, clock) if shared else ProcessCounts(clock), clock)


def watch(settings: Settings, store: Store, clock: Clock) -> Watch:
    """What looks at votes and erases what is too old."""
    kept = timedelta(days=settings.retention_days) if settings.retention_days else None
    return Watch(store, clock, WatchRules(texts_kept=kept, checks=settings.check_votes))
