"""The operator's pages of the studies, behind the operator's token; without one in the settings they do not exist."""

from __future__ import annotations

from functools import partial
from urllib.parse import parse_qs

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from arena.apart import run_apart
from arena.errors import ConfigError, StoreError, UserError
from arena.study.making import link
from arena.study.operator import StudyOffice
from arena.study.refusals import NotPossible
from arena.study_models import StudyRecord, StudyState
from arena.ui.languages import TEXTS
from arena.ui.operator_door import OperatorDoor
from arena.ui.operator_html import Desk, said_page, studies_page, study_page, sure_page, token_page
from arena.ui.operator_text import OPERATOR_WORDS, OperatorWords
from arena.ui.web import ADDRESS, asked_language, preferred_language

MAX_FORM_BYTES = 10_000
ACTS = ("replace", "withdraw", "close", "publish")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}

log = structlog.get_logger()


def operator_routes(office: StudyOffice, door: OperatorDoor) -> APIRouter:
    """The routes: reports, and where there is a token the operator's pages."""
    router = APIRouter()
    _add_report(router, office, door)
    if door.exists:
        _add_entrance(router, office, door)
        _add_status(router, office, door)
        _add_acts(router, office, door)
    return router


def _add_report(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.get("/arena/study/report/{study_id}")
    async def report(study_id: str, request: Request, lang: str = "en") -> Response:
        """A study's report: everybody's once it is published, the operator's from the close on."""
        desk = _desk(request, "../../../", f"arena/study/report/{study_id}")
        operator = False
        try:
            study = await office.study(study_id)
            operator = study.state is StudyState.PUBLISHED or await door.lets_in(request)
            if study.id != study_id or not operator:
                return _nothing()
            record = await office.record(study_id)
        except ConfigError as error:
            return _said(request, desk, _sentence(desk.words, error), 409) if operator else _nothing()
        except (StoreError, UserError) as error:
            return _failed(request, desk, error)
        return _page(await run_apart(partial(report_html, record, "zh" if lang == "zh" else "en")))


def _add_entrance(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.get("/operator")
    async def studies(request: Request) -> Response:
        """All studies; who has not given the token is asked for it."""
        desk = _desk(request, "", "operator")
        try:
            if not await door.lets_in(request):
                return _page(token_page(desk, wrong=False), 401)
            return _page(studies_page(desk, await office.studies()))
        except (StoreError, UserError) as error:
            return _failed(request, desk, error)

    @router.post("/operator/login")
    async def login(request: Request) -> Response:
        """The token, from the form."""
        desk = _desk(request, "../", "operator")
        given = await _form(request)
        try:
            right = await door.try_token(given.get("token", ""), getattr(request.state, ADDRESS, ""))
        except UserError as error:
            return _failed(request, desk, error)
        if not right:
            return _page(token_page(desk, wrong=True), 401)
        return door.let_in(RedirectResponse(desk.to("operator"), status_code=303), request)


def _add_status(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.get("/operator/{study_id}")
    async def status(study_id: str, request: Request) -> Response:
        """Who is where; no outcomes."""
        desk = _desk(request, "../", f"operator/{study_id}")
        try:
            if not await door.lets_in(request):
                return _said(request, desk, desk.words.needs_token, 401)
            return _page(study_page(desk, await office.status(study_id)))
        except ConfigError as error:
            return _said(request, desk, _sentence(desk.words, error), 404)
        except (StoreError, UserError) as error:
            return _failed(request, desk, error)


def _add_acts(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.post("/operator/{study_id}/act")
    async def act(study_id: str, request: Request) -> Response:
        """Replace, withdraw, close or publish, after asking once more."""
        desk = _desk(request, "../../", f"operator/{study_id}")
        try:
            if not await door.lets_in(request):
                return _said(request, desk, desk.words.needs_token, 401)
            given = await _form(request)
            if given.get("act") not in ACTS:
                return _said(request, desk, desk.words.unknown_act, 422)
            return _page(await _acted(office, desk, study_id, given, str(request.base_url)))
        except ConfigError as error:
            return _said(request, desk, _sentence(desk.words, error), 409)
        except (StoreError, UserError) as error:
            return _failed(request, desk, error)


def report_html(record: StudyRecord, language: str) -> str:
    """The report; for a process of its own, which alone loads the figures' libraries."""
    from arena.study.report import render

    return render(record, language)


async def _acted(office: StudyOffice, desk: Desk, study_id: str, given: dict[str, str], base_url: str) -> str:
    """The page that asks whether it is to be done, or after a yes the study's page with what was done."""
    study = await office.study(study_id)
    act, person = given["act"], given.get("participant", "")
    if given.get("sure") != "yes":
        return sure_page(desk, study, act, person)
    new, new_link = await _done(office, study.id, given, base_url)
    said = desk.words.done[act].format(person=person, new=new)
    return study_page(desk, await office.status(study.id), said, new_link)


async def _done(office: StudyOffice, study_id: str, given: dict[str, str], base_url: str) -> tuple[str, str]:
    """Do it; the label and the link of somebody new, where there is one."""
    person = given.get("participant", "")
    match given["act"]:
        case "replace":
            invitation = await office.replace(study_id, person)
            return invitation.label, link(base_url, invitation.code)
        case "withdraw":
            await office.withdraw(study_id, person, erase=given.get("erase") == "yes")
        case "close":
            await office.close(study_id)
        case _:
            await office.publish(study_id)
    return "", ""


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send them by default; nothing from one that no page of ours sends."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", errors="replace")).items()}


def _desk(request: Request, up: str, here: str) -> Desk:
    """In the language that the address asks for, else in the browser's."""
    language = asked_language(request.scope) or preferred_language(request.headers.get("accept-language", ""))
    return Desk(words=OPERATOR_WORDS[language], up=up, here=here)


def _sentence(words: OperatorWords, error: ConfigError) -> str:
    return words.refusals[error.why].format(**error.details) if isinstance(error, NotPossible) else str(error)


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


def _nothing() -> Response:
    """As the doors say it of an address that does not exist."""
    return JSONResponse({"error": "There is nothing at this address."}, status_code=404)


def _failed(request: Request, desk: Desk, error: StoreError | UserError) -> Response:
    """The database does not answer, or there were too many wrong tokens."""
    if isinstance(error, UserError):
        return _said(request, desk, desk.words.too_many.format(**error.details), 429)
    log.warning("operator_store_error", error=str(error))
    return _said(request, desk, TEXTS[desk.words.lang].trouble, 503)


def _said(request: Request, desk: Desk, sentence: str, status: int) -> Response:
    """A sentence: as a page for a browser, as JSON for a program."""
    if "text/html" in request.headers.get("accept", ""):
        return _page(said_page(desk, sentence), status)
    return JSONResponse({"error": sentence}, status_code=status, headers=_HEADERS)
