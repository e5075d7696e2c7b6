"""The operator's pages of the studies, behind the operator's token; without a token in the settings they do not exist.

A browser gives the token once, in a form, and gets a cookie that is derived from it; programs send it as a bearer.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import partial
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from arena.abuse.limits import Act, Limiter
from arena.apart import run_apart
from arena.errors import ConfigError, StoreError, UserError
from arena.study.making import link
from arena.study.operator import StudyOffice
from arena.study_models import StudyRecord, StudyState
from arena.ui.operator_html import studies_page, study_page, sure_page, token_page
from arena.ui.text_en import EN
from arena.ui.web import ADDRESS, WebRules

COOKIE = "arena_operator"
COOKIE_S = 12 * 3600
MAX_FORM_BYTES = 10_000
ACTS = ("replace", "withdraw", "close", "publish")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}


class OperatorDoor:
    """Who may come in."""

    def __init__(self, token: str, limiter: Limiter, rules: WebRules) -> None:
        self._token = token.encode()
        self._limiter = limiter
        self._rules = rules

    @property
    def exists(self) -> bool:
        """Whether there is an operator's page at all."""
        return bool(self._token)

    def lets_in(self, request: Request) -> bool:
        """Whether the request is the operator's."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        bearer = scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), self._token)
        cookie = hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._pass().encode())
        return self.exists and (bearer or cookie)

    async def try_token(self, given: str, address: str) -> bool:
        """Whether this is the token; wrong ones are counted by address, and `UserError` is raised after too many."""
        whence = address or "unknown"
        await self._limiter.check(Act.PASSWORD, None, whence, count=False)
        if self.exists and hmac.compare_digest(given.encode(), self._token):
            return True
        await self._limiter.check(Act.PASSWORD, None, whence)
        return False

    def let_in(self, response: Response, request: Request) -> Response:
        """The response with the cookie of somebody who gave the token."""
        secure = request.url.scheme == "https" or self._rules.in_frame
        response.set_cookie(
            COOKIE, self._pass(), max_age=COOKIE_S, path="/", httponly=True, samesite="strict", secure=secure
        )
        return response

    def _pass(self) -> str:
        return hmac.new(self._token, b"operator's cookie", hashlib.sha256).hexdigest()


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
        try:
            study = await office.study(study_id)
            if study.id != study_id or not (study.state is StudyState.PUBLISHED or door.lets_in(request)):
                return _nothing()
            record = await office.record(study_id)
        except ConfigError as error:
            return _said(str(error), 409) if door.lets_in(request) else _nothing()
        except StoreError:
            return _said(EN.trouble, 503)
        return _page(await run_apart(partial(report_html, record, "zh" if lang == "zh" else "en")))


def _add_entrance(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.get("/operator")
    async def studies(request: Request) -> Response:
        """All studies; who has not given the token is asked for it."""
        if not door.lets_in(request):
            return _page(token_page(wrong=False), 401)
        try:
            return _page(studies_page(await office.studies()))
        except StoreError:
            return _said(EN.trouble, 503)

    @router.post("/operator/login")
    async def login(request: Request) -> Response:
        """The token, from the form."""
        given = await _form(request)
        try:
            right = await door.try_token(given.get("token", ""), getattr(request.state, ADDRESS, ""))
        except UserError as error:
            return _said(f"Too many tries. Please come back in {error.details['seconds']} seconds.", 429)
        if not right:
            return _page(token_page(wrong=True).replace("operator/login", "login"), 401)
        return door.let_in(RedirectResponse("../operator", status_code=303), request)


def _add_status(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.get("/operator/{study_id}")
    async def status(study_id: str, request: Request) -> Response:
        """Who is where; no outcomes."""
        if not door.lets_in(request):
            return _said("This needs the operator's token.", 401)
        try:
            return _page(study_page(await office.status(study_id)))
        except ConfigError as error:
            return _said(str(error), 404)
        except StoreError:
            return _said(EN.trouble, 503)


def _add_acts(router: APIRouter, office: StudyOffice, door: OperatorDoor) -> None:
    @router.post("/operator/{study_id}/act")
    async def act(study_id: str, request: Request) -> Response:
        """Replace, withdraw, close or publish, after asking once more."""
        if not door.lets_in(request):
            return _said("This needs the operator's token.", 401)
        given = await _form(request)
        name, person = given.get("act", ""), given.get("participant", "")
        if name not in ACTS:
            return _said("There is no such thing to do.", 422)
        try:
            study = await office.study(study_id)
            if given.get("sure") != "yes":
                return _page(sure_page(study, name, person))
            said, new_link = await _done(office, study.id, name, person, given, str(request.base_url))
            shown = study_page(await office.status(study.id), said, new_link)
            # One folder deeper than the page itself.
            return _page(shown.replace('="../', '="../../'))
        except ConfigError as error:
            return _said(str(error), 409)
        except StoreError:
            return _said(EN.trouble, 503)


def report_html(record: StudyRecord, language: str) -> str:
    """The report; for a process of its own, which alone loads the figures' libraries."""
    from arena.study.report import render

    return render(record, language)


async def _done(
    office: StudyOffice, study_id: str, act: str, person: str, given: dict[str, str], base_url: str
) -> tuple[str, str]:
    """Do it; what is said afterwards, and a new link where there is one."""
    if act == "replace":
        invitation = await office.replace(study_id, person)
        return f"{invitation.label} has the place of {person}. This link is shown once:", link(
            base_url, invitation.code
        )
    if act == "withdraw":
        await office.withdraw(study_id, person, erase=given.get("erase") == "yes")
        return f"{person} is withdrawn.", ""
    if act == "close":
        await office.close(study_id)
        return "The study is closed.", ""
    await office.publish(study_id)
    return "The study is published.", ""


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form as browsers send them by default; nothing from one that no page of ours sends."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", errors="replace")).items()}


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


def _nothing() -> Response:
    """As the doors say it of an address that does not exist."""
    return JSONResponse({"error": "There is nothing at this address."}, status_code=404)


def _said(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers=_HEADERS)
