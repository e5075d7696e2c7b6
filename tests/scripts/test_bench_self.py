import json
import subprocess
import sys

import pytest

from scripts._bench_self import READER, Turn, _request, compared
from tests.support.model_server import ModelServer


def turn(first, cores, sent=500.0):
    return Turn(ttft_ms=tuple(first + step / 100 for step in range(101)), sent_ms=(sent,) * 101, cores=cores)


def test_what_is_added_is_what_a_bare_reader_does_not_wait_for():
    found = compared([turn(503, 0.4), turn(503, 0.2)], [turn(501, 0.1)])
    assert (found.added_p50_ms, found.added_p95_ms) == (pytest.approx(2), pytest.approx(2))
    assert found.after_sent_p95_ms == pytest.approx(3.95)
    assert found.bare_after_sent_p95_ms == pytest.approx(1.95)
    assert (found.cores, found.bare_cores) == (pytest.approx(0.3), pytest.approx(0.1))
    assert found.good


def test_half_a_core_or_five_milliseconds_are_too_much():
    assert not compared([turn(503, 0.5)], [turn(501, 0.1)]).good
    assert not compared([turn(506, 0.2)], [turn(501, 0.1)]).good


def bare(server, requests):
    orders = {"port": server.port, "requests": requests, "step_s": 0.01}
    return subprocess.run(
        [sys.executable, "-P", READER],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.integration
def test_the_bare_reader_times_every_request_of_every_stream():
    with ModelServer() as server:
        model = server.contestant("m", rate=100, tokens=10, first_s=0.2, head_s=0.2)
        done = bare(server, [[_request(model, f"{s} {n}") for n in range(2)] for s in range(3)])
        assert {entry.body["messages"][0]["content"] for entry in server.log("m")} == {
            f"{s} {n}" for s in range(3) for n in range(2)
        }
    found = json.loads(done.stdout)["ttft_ms"]
    assert [len(stream) for stream in found] == [2, 2, 2]
    assert all(200 <= ms < 2000 for stream in found for ms in stream)


@pytest.mark.integration
def test_the_bare_reader_does_not_take_a_lost_connection_for_an_answer():
    with ModelServer() as server:
        model = server.contestant("m", fault="close_midway", tokens=4)
        done = bare(server, [[_request(model, "x")]])
    assert done.returncode != 0
    assert "the server hung up" in done.stderr
