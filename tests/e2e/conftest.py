"""A browser and a running arena for the end-to-end tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.app import App, running_app
from tests.support.model_server import ModelServer

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ANSWER = "That sounds hard.\n\nWhat would help you now?\n\n- a walk\n- a call\n\nTell me **more** if you like."


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def models() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def arena(models: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An arena with natural pacing; tests change what its two models do with `play`."""
    field = [models.contestant(name, text=ANSWER, rate=60.0, first_s=0.1) for name in ("left-model", "right-model")]
    with running_app(tmp_path_factory.mktemp("arena"), field, pacing="natural", check_votes="false") as app:
        yield app


@pytest.fixture
def play(models: ModelServer) -> Iterator[object]:
    """Changes both models' scripts for one test."""

    def change(left: dict | None = None, right: dict | None = None) -> None:
        usual = {"text": ANSWER, "rate": 60.0, "first_s": 0.1}
        models.script("left-model", **(usual | (left or {})))
        models.script("right-model", **(usual | (right or left or {})))

    yield change
    change()


@contextmanager
def new_visitor(
    browser: Browser, width: int = 1280, theme: str = "light", lang: str = "en"
) -> Iterator[BrowserContext]:
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": 780 if phone else 800},
        color_scheme=theme,
        locale={"en": "en-US", "zh": "zh-CN"}[lang],
        has_touch=phone,
        is_mobile=phone,
        reduced_motion="reduce",
    )
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser, arena: App) -> Iterator[Page]:
    """The battle page of a new visitor; console errors fail the test."""
    with new_visitor(browser) as context:
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        open_arena(page, arena)
        yield page
        assert problems == []


DRAWN_MS = 300
"""What an answer changes is drawn soon after it; a page is never idle, because its heartbeat stays open."""


def open_arena(page: Page, arena: App, path: str = "/") -> None:
    # The page attaches to the visitor's battle, if there is one, before anything is done.
    with page.expect_response(lambda r: r.request.method == "POST" and "/gradio_api/" in r.url, timeout=30_000):
        page.goto(arena.url + path)
    page.wait_for_selector("#prompt textarea")
    page.wait_for_timeout(DRAWN_MS)


def send(page: Page, prompt: str = "How do I cheer up a friend?") -> None:
    page.fill("#prompt textarea", prompt)
    page.click("#send")


def wait_ready(page: Page) -> None:
    page.wait_for_selector("#vote-a:enabled", timeout=30_000)


def data_folder(app: App) -> Path:
    return app.data
