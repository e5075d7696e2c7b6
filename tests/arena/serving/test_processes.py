"""Keepers and what they keep: real processes, small ones."""

import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from arena.contestant_parts import Engine, Serve
from arena.serving.commands import Command
from arena.serving.keeper import end, group_lives
from arena.serving.memory import GpuMemory
from arena.serving.plan import ServerPlan
from arena.serving.processes import KeeperLauncher
from tests.support.serving import free_ports, wait_until

pytestmark = pytest.mark.integration


ENGINE = Serve(engine=Engine.VLLM)
ROUTER = None


def plan(code, port=1, serve=ENGINE, **more):
    command = Command(arguments=(sys.executable, "-c", code), **more)
    names = ("one",)
    return ServerPlan(name="org/one", contestants=names, serve=serve, model="", port=port, gpus=(), command=command)


@pytest.fixture
def launcher(tmp_path):
    return KeeperLauncher(tmp_path / "logs", {"MY_KEY": "sesame"}.get, GpuMemory("no-such-program"))


@pytest.fixture
def start(launcher):
    started = []

    def begin(*args, **more):
        started.append(launcher.start(plan(*args, **more)))
        return started[-1]

    yield begin
    for process in started:
        process.stop()


def written(launcher):
    return launcher.log(plan("")).read_text()


def test_variables_and_keys_reach_the_server_and_no_key_reaches_the_log(start, launcher):
    code = "import os; print(os.environ['PLAIN'], len(os.environ['KEY']), 'HOME' in os.environ)"
    process = start(code, environment={"PLAIN": "shown"}, secrets={"KEY": "MY_KEY"})
    wait_until(lambda: process.ended() is not None, 10)
    first, *rest = written(launcher).splitlines()
    assert first.startswith('=== started: PLAIN=shown KEY="$MY_KEY" ')
    assert rest == ["shown 6 True"]
    assert "sesame" not in first


def test_no_argument_holds_the_key(start):
    process = start("import time; time.sleep(60)", secrets={"KEY": "MY_KEY"})
    for pid in (process._process.pid, process._group):
        assert b"sesame" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_talkative_server_is_never_made_to_wait(start, launcher):
    process = start("import sys; sys.stdout.write('x' * 1_000_000); sys.stdout.flush(); sys.stderr.write('done')")
    wait_until(lambda: process.ended() is not None, 10)
    assert written(launcher).endswith("done")
    assert process.ended() == 0


def test_how_a_server_ended_is_known(start):
    process = start("import sys; sys.stderr.write('bye'); sys.exit(7)")
    wait_until(lambda: process.ended() is not None, 10)
    assert process.ended() == 7
    killed = start("import os; os.kill(os.getpid(), 9)")
    wait_until(lambda: killed.ended() is not None, 10)
    assert killed.ended() == 137


def test_the_children_of_a_server_that_crashed_end_too(start, tmp_path):
    note = tmp_path / "child"
    code = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open({str(note)!r}, "w").write(str(child.pid))
os.kill(os.getpid(), 9)
"""
    process = start(code)
    wait_until(lambda: process.ended() is not None, 10)
    child = int(note.read_text())
    wait_until(lambda: not alive(child), 5)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_server_that_does_not_listen_is_killed_after_the_grace():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    server.stdout.readline()
    begun = time.monotonic()
    end(server, grace_s=0.5)
    server.stdout.close()
    assert 0.5 <= time.monotonic() - begun < 5
    assert server.returncode == -signal.SIGKILL
    assert not group_lives(server.pid)


def test_a_killed_keeper_takes_its_server_along(start):
    process = start("import time; time.sleep(60)")
    server = process._group
    os.kill(process._process.pid, signal.SIGKILL)
    wait_until(lambda: not alive(server), 5)


def test_memory_of_a_running_server_is_known_where_there_is_proc(start):
    process = start("import time; x = bytearray(50_000_000); time.sleep(60)")
    wait_until(lambda: (process.memory_bytes() or 0) > 50_000_000, 10)
    assert process.gpu_memory_bytes() is None


@pytest.mark.parametrize(
    ("serve", "health", "liveness", "well"),
    [
        (ENGINE, 200, 404, True),
        (ENGINE, 503, 404, False),
        # One of its replicas is down; it works with the others.
        (ROUTER, 503, 200, True),
        (ROUTER, 503, 503, False),
    ],
)
def test_an_engine_is_well_by_its_health_and_a_router_by_its_liveness(start, serve, health, liveness, well):
    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response({"/health": health, "/liveness": liveness}.get(self.path, 404))
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        process = start("import time; time.sleep(60)", port=server.server_port, serve=serve)
        try:
            assert process.healthy() is well
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_is_not_there_yet_is_not_well(start):
    assert not start("import time; time.sleep(60)", port=free_ports(1)[0]).healthy()
