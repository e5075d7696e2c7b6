"""Calls are judged before Gradio sees them. With Blocks in a process of their own: they leave a loop open."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from arena.ui.payloads import MAX_BODY_BYTES, BadCall, CallGuard, Calls, read_json


def text(value: object) -> bool:
    return isinstance(value, str)


CALLS = Calls(by_id={3: [text, text]}, by_name={"send": [text, text]})


async def echo(request: Request) -> Response:
    return JSONResponse(await request.json())


@pytest.fixture
def client() -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", echo, methods=["POST"])])
    return TestClient(CallGuard(app, {"/": CALLS}))


@pytest.mark.parametrize(
    ("path", "body"),
    [("run/send", {"data": ["a", "b"]}), ("run/predict", {"data": ["a", "b"], "fn_index": 3, "session_hash": "x"})],
)
def test_a_call_that_its_handler_can_take_goes_through_unchanged(client: TestClient, path: str, body: Any) -> None:
    response = client.post(f"/gradio_api/{path}", json=body)
    assert (response.status_code, response.json()) == (200, body)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("run/send", {"data": ["a"]}, 422),
        ("run/send", {"data": ["a", 1]}, 422),
        ("run/send", {"data": None}, 422),
        ("run/send", ["a", "b"], 422),
        ("run/send", {"data": ["a", "b"], "fn_index": 3}, 422),
        ("run/nobody", {"data": []}, 404),
        ("run/predict", {"data": ["a", "b"], "fn_index": True}, 404),
        ("run/predict", {"data": ["a", "b"], "fn_index": 4}, 404),
        ("queue/join", {"data": ["a"], "fn_index": 3}, 422),
        ("run/send", {"data": ["a", "b"], "session_hash": 7}, 422),
        ("run/send", {"data": ["a", "b"], "trigger_id": "x"}, 422),
        ("run/send", {"data": ["a", "b"], "event_data": []}, 422),
    ],
)
def test_a_malformed_call_is_refused_in_a_sentence(client: TestClient, path: str, body: Any, status: int) -> None:
    response = client.post(f"/gradio_api/{path}", json=body)
    assert response.status_code == status
    assert response.json()["error"].endswith(".")


@pytest.mark.parametrize("raw", [b"\xff", b'"\xed\xa0\x80"', b'{"data": ["\\ud800"]}', b"[" * 100_000, b"", b"{"])
def test_what_is_no_unicode_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadCall):
        read_json(raw)


def test_surrogate_pairs_are_characters() -> None:
    assert read_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_other_types_and_large_bodies_are_refused(client: TestClient) -> None:
    plain = client.post("/gradio_api/run/send", content=b"\xff", headers={"Content-Type": "text/plain"})
    large = client.post("/gradio_api/run/send", json={"data": ["x" * MAX_BODY_BYTES, ""]})
    assert (plain.status_code, large.status_code) == (415, 413)


BLOCKS = """
import json
import gradio as gr
from gradio.events import api
from arena.ui.payloads import BadCall, Calls
async def f(words: str, ticks: list[str], request: gr.Request) -> dict:
    return {}
with gr.Blocks() as demo:
    api(f, api_name="f", queue=False)
    parts = [gr.Textbox(), gr.CheckboxGroup(["x"]), gr.Radio(["l", "r"])]
    gr.Button().click(lambda *_: None, parts, None, api_name="g")
calls = Calls.of(demo)
def judged(name, *data):
    try:
        calls.check(name, {"data": list(data)})
    except BadCall:
        return False
    return True
"""


@pytest.mark.integration
def test_arguments_are_judged_by_annotation_and_by_component() -> None:
    cases = [
        ("f", ["a", ["b"]], True),
        ("f", [None, ["b"]], False),
        ("f", ["a", [1]], False),
        ("g", ["a", ["x"], "l"], True),
        ("g", [None, [], None], True),
        ("g", ["a", ["y"], "l"], False),
        ("g", ["a", None, "l"], False),
        ("g", ["a", [], "m"], False),
        ("g", [1, [], "l"], False),
    ]
    code = f"{BLOCKS}\nprint(json.dumps([judged(n, *d) for n, d in {[c[:2] for c in cases]!r}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [expected for *_, expected in cases]
