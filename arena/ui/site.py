"""All pages and routes as one FastAPI app: English at the root, Chinese under /zh."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import cast
from zlib import crc32

import gradio as gr
from fastapi import APIRouter, FastAPI
from starlette.routing import Route

from arena.ui.about_page import about_page
from arena.ui.api import add_api
from arena.ui.battle_page import battle_page
from arena.ui.chrome import PAGES, UNLISTED, Site
from arena.ui.direct import ShortCut
from arena.ui.doors import Doors
from arena.ui.examples_page import examples_page
from arena.ui.gradio_costs import forget_sessions, sessions_of, spare
from arena.ui.languages import TEXTS
from arena.ui.leaderboard_page import leaderboard_page
from arena.ui.login.page import ended_script
from arena.ui.login.text import LOGIN_WORDS
from arena.ui.payloads import CallGuard, Calls
from arena.ui.study_page import study_page
from arena.ui.study_text import STUDY_WORDS
from arena.ui.text import Texts
from arena.ui.text_en import EN
from arena.ui.web import Entrance, WebGuard, WebRules
from arena.ui.you_page import you_page

_STYLES = (Path(__file__).parent / "style.css", Path(__file__).parent / "code.css", Path(__file__).parent / "study.css")
_ICON = Path(__file__).parent / "icon.svg"
_FONTS = ["system-ui", "-apple-system", "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans SC", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def build_app(
    site: Site,
    routes: APIRouter,
    direct: Sequence[Route],
    rules: WebRules,
    lifespan: AbstractAsyncContextManager[None],
    entrance: Entrance | None = None,
) -> FastAPI:
    """The whole app. `lifespan` is entered when the server starts, and left when it stops; `entrance`: who gets in."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lambda _: lifespan)
    app.include_router(routes)
    mounts = {"zh": "/zh", "en": "/"}  # the root takes every path, so it comes last
    demos = []
    for lang, path in mounts.items():
        with warnings.catch_warnings():
            # Said at every start although it was not asked for.
            warnings.filterwarnings("ignore", message="SSR mode is not supported")
            demos.append(_mount(app, site, TEXTS[lang], path))
    app.state.sessions = lambda: sum(map(sessions_of, demos))
    pages = page_paths()
    own = [*_patterns(routes), *(route.path_regex for route in direct)]
    app.add_middleware(ShortCut, routes=direct)
    app.add_middleware(CallGuard, calls={path: Calls.of(d) for path, d in zip(mounts.values(), demos, strict=True)})
    app.add_middleware(
        WebGuard,
        keys=site.keys,
        rules=rules,
        doors=Doors(pages, own),
        pages=pages,
        clock=site.clock,
        limiter=site.service.limiter,
        entrance=entrance,
    )
    return app


def page_paths() -> frozenset[str]:
    """The addresses of all pages, without slashes at their ends."""
    return frozenset(f"{mount}/{page}" for mount in ("", "/zh") for page in (*PAGES, *UNLISTED)) | {"/zh"}


def _patterns(router: APIRouter) -> Iterator[re.Pattern[str]]:
    """The addresses of a router and of those that it includes, which FastAPI keeps as routers."""
    for route in router.routes:
        if isinstance(route, Route):
            yield route.path_regex
        elif isinstance(inner := getattr(route, "original_router", None), APIRouter):
            yield from _patterns(inner)


def _mount(app: FastAPI, site: Site, text: Texts, path: str) -> gr.Blocks:
    demo = build_blocks(site, text)
    # Random otherwise, and a page whose requests come to another process would think that it has to load anew.
    demo.app_id = crc32(f"blindfold {text.lang}".encode())
    gr.mount_gradio_app(
        app,
        demo,
        path=path,
        ssr_mode=False,
        footer_links=[],
        enable_monitoring=False,
        run_history=False,
        show_error=False,
        favicon_path=str(_ICON) if path == "/" else None,
        theme=gr.themes.Base(font=_FONTS, font_mono=_MONO),
        css_paths=list(_STYLES),
        head=ended_script(site.login, LOGIN_WORDS[text.lang]) if site.login else None,
    )
    spare(demo)
    forget_sessions(demo)
    return demo


def build_blocks(site: Site, text: Texts) -> gr.Blocks:
    """One language's pages."""
    with gr.Blocks(title=f"{text.name} · {text.tagline}", analytics_enabled=False) as demo:
        if text is EN:
            add_api(site)  # first, so that the plain names are the documented ones
        battle_page(demo, site, text)
    with demo.route(text.nav_leaderboard, "/leaderboard", show_in_navbar=False):
        leaderboard_page(demo, site, text)
    with demo.route(text.nav_examples, "/examples", show_in_navbar=False):
        examples_page(text)
    with demo.route(text.nav_you, "/you", show_in_navbar=False):
        you_page(demo, site, text)
    with demo.route(text.nav_about, "/about", show_in_navbar=False):
        about_page(demo, site, text)
    with demo.route(STUDY_WORDS[text.lang].page, "/study", show_in_navbar=False):
        study_page(demo, site, text)
    return cast("gr.Blocks", demo)
