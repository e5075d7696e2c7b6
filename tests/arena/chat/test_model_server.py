"""The scripted model server is an instrument: other tests believe its bytes, its times and its log."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from tests.support.model_replies import FINGERPRINT
from tests.support.model_script import Fault, Script, pieces, sample
from tests.support.model_server import ROOT, ModelServer

pytestmark = pytest.mark.integration


@pytest.fixture
def connection(server: ModelServer) -> Iterator[HTTPConnection]:
    opened = HTTPConnection("127.0.0.1", server.port, timeout=5)
    yield opened
    opened.close()


def ask(connection: HTTPConnection, model: str) -> HTTPResponse:
    connection.request("POST", "/v1/chat/completions", json.dumps({"model": model}), {"Authorization": "Bearer k"})
    return connection.getresponse()


def events(body: bytes) -> list[dict[str, Any]]:
    datas = [line.removeprefix(b"data: ") for line in body.splitlines() if line.startswith(b"data: ")]
    return [json.loads(data) for data in datas if data != b"[DONE]"]


# --- scripts ---


@pytest.mark.parametrize("text", ["one two  three ", "今天 天气，不错", "a\n\nb", "", "<b>x</b>你y"])
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize("language", ["en", "zh", "markup"])
def test_a_sample_has_as_many_tokens_as_were_asked_for(language: str) -> None:
    assert len(pieces(sample(123, language))) == 123


def test_a_script_survives_json() -> None:
    script = Script(tokens=7, rate=2.5, fault=Fault.HALF_CHAR, fail_times=2)

    assert Script.of(json.loads(json.dumps(script.values()))) == script


@pytest.mark.parametrize("values", [{"speed": 3}, {"fault": "no_such"}, {"slice_bytes": 1, "comment_s": 1.0}])
def test_a_script_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"speed|no_such|slice_bytes"):
        Script.of(values)


# --- bytes ---


def test_an_answer_is_what_servers_of_this_kind_send(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("shape", text="Hi 你", thinking="Hm", served_as="canary-model")
    response = ask(connection, "shape")
    sent = events(response.read())

    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert [event["choices"][0]["delta"] for event in sent[:3]] == [
        {"role": "assistant", "content": "", "reasoning": "Hm"},
        {"content": "Hi"},
        {"content": " 你"},
    ]
    assert [event["choices"][0]["finish_reason"] for event in sent[:4]] == [None, None, None, "stop"]
    assert (sent[4]["choices"], sent[4]["usage"]["completion_tokens"]) == ([], 3)
    assert {(event["model"], event["system_fingerprint"]) for event in sent} == {("canary-model", FINGERPRINT)}


def test_a_model_id_may_be_a_script(server: ModelServer, connection: HTTPConnection) -> None:
    body = ask(connection, '{"text": "by id"}').read()

    assert "".join(e["choices"][0]["delta"].get("content", "") for e in events(body) if e["choices"]) == "by id"


def test_an_unknown_model_is_not_found(server: ModelServer, connection: HTTPConnection) -> None:
    assert ask(connection, "nobody").status == 404


def test_the_list_of_models_is_the_true_one_until_told_otherwise(
    server: ModelServer, connection: HTTPConnection
) -> None:
    server.script("listed")

    def listing() -> tuple[int, Any]:
        connection.request("GET", "/v1/models")
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    assert "listed" in [entry["id"] for entry in listing()[1]["data"]]
    server.models_say(500, {"error": "x"})
    assert listing() == (500, {"error": "x"})
    server.models_say()
    assert listing()[0] == 200


def test_a_bad_script_is_answered_and_not_taken(server: ModelServer, connection: HTTPConnection) -> None:
    connection.request("POST", "/script", json.dumps({"model": "bad", "script": {"speed": 1}}))
    response = connection.getresponse()

    assert (response.status, "speed" in response.read().decode()) == (400, True)
    assert ask(connection, "bad").status == 404


def test_a_fault_may_pass_after_some_requests(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("moody", fault="status", status=503, fail_times=2)
    statuses = []
    for _ in range(4):
        response = ask(connection, "moody")
        response.read()
        statuses.append(response.status)

    assert statuses == [503, 503, 200, 200]


# --- times ---


def arrivals(connection: HTTPConnection, model: str) -> list[float]:
    """When each event of an answer came, in the time of the server's log."""
    response, times = ask(connection, model), []
    for line in response:
        if line.startswith(b"data: {"):
            times.append(time.monotonic())
    return times


def test_tokens_come_on_a_schedule_that_does_not_drift(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("clock", tokens=101, rate=200, first_s=0.1, usage=False)
    times = arrivals(connection, "clock")[:101]
    start = server.log("clock")[-1].started
    late = [at - (start + 0.1 + i / 200) for i, at in enumerate(times)]

    assert min(late) >= -1e-4
    # A schedule made of sleeps would be late by a millisecond for each token; half of them allow for a busy machine.
    assert sorted(late)[50] < 0.02
    assert late[-1] < 0.05


def test_the_head_comes_before_the_first_token(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("head", tokens=1, head_s=0.05, first_s=0.25)
    asked = time.monotonic()
    response = ask(connection, "head")
    head_s = time.monotonic() - asked
    response.read()

    assert 0.05 <= head_s < 0.2
    assert time.monotonic() - asked >= 0.25


def test_ten_thousand_tokens_a_second_are_ten_thousand(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("fast", tokens=5000, rate=10_000)
    asked = time.monotonic()
    times = arrivals(connection, "fast")

    assert len(times) == 5002
    assert 0.49 < times[-1] - asked < 1.5


# --- log ---


def test_the_log_tells_what_came_and_when_it_ended(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("logged", tokens=3, first_s=0.05)
    before = time.monotonic()
    ask(connection, "logged").read()
    (entry,) = server.log("logged")

    assert (entry.method, entry.path, entry.body) == ("POST", "/v1/chat/completions", {"model": "logged"})
    assert entry.headers["authorization"] == "Bearer k"
    assert entry.first_byte is not None
    assert entry.ended is not None
    assert before < entry.started <= entry.first_byte <= entry.ended < time.monotonic()
    assert entry.disconnected is None


async def test_the_log_tells_that_a_client_left_and_when(server: ModelServer) -> None:
    server.script("left", tokens=100, rate=50)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=5)
    response = ask(connection, "left")
    response.readline()
    left = time.monotonic()
    response.close()
    connection.close()
    entry = await server.last_when_over("left")

    assert entry.ended is None
    assert entry.disconnected is not None
    assert left <= entry.disconnected < left + 0.1


async def test_waiting_for_an_end_gives_up(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("running", fault="hang_midway")
    ask(connection, "running")

    with pytest.raises(TimeoutError, match="nothing happened to running"):
        await server.last_when_over("running", within_s=0.05)


def test_the_log_can_be_forgotten(server: ModelServer, connection: HTTPConnection) -> None:
    server.script("forgotten")
    ask(connection, "forgotten").read()
    server.clear_log()

    assert server.log() == []


# --- the process ---


def test_the_server_ends_with_its_context() -> None:
    with ModelServer() as server:
        port = server.port

    with pytest.raises(ConnectionRefusedError):
        HTTPConnection("127.0.0.1", port).connect()


def test_it_can_be_started_by_hand_with_models_on_the_command_line() -> None:
    command = [sys.executable, "-m", "tests.support.model_server", "--model", 'zh={"language": "zh", "tokens": 3}']
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        body = ask(connection, "zh").read()
        connection.close()
        process.terminate()

    assert "今" in body.decode()


def test_two_servers_run_beside_each_other(server: ModelServer) -> None:
    server.script("shared-name", text="one")
    with ModelServer() as other:
        contestant = other.contestant("shared-name", text="other", thinking="Hm")

        assert other.port != server.port
        assert (contestant.base_url, contestant.model, contestant.thinks) == (other.base_url, "shared-name", True)
        assert other.log() == []
