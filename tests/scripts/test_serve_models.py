"""The command that starts model servers, with llama.cpp, which is up in a second. tests/vllm does it with vLLM."""

import json
import os
import signal
import socket

import pytest

from arena.bench.servers import read_record
from scripts import bench_models
from scripts.serve_models import app
from tests.scripts.cli import run
from tests.support.serving import answers, free_ports, server_pids, serving, wait_until
from tests.support.weights import model_path

ENTRY = """
[[contestant]]
name = "{name}"
display = "{name}"
base_url = "http://127.0.0.1:{port}/v1"
model = "m"
[contestant.serve]
"""


def entry(name, port, serve):
    return ENTRY.format(name=name, port=port) + serve + "\n"


@pytest.fixture
def write(tmp_path):
    def make(*entries):
        path = tmp_path / "models.toml"
        path.write_text("".join(entries), encoding="utf-8")
        return path

    return make


def test_a_dry_run_prints_the_commands_and_says_what_is_missing_here(write):
    path = write(
        entry("one", 18001, 'engine = "vllm"\nmodel = "org/one"\ngpu_memory_utilization = 0.5\ngpus = [9]'),
        entry("two", 18002, 'engine = "llamacpp"\nmodel = "none.gguf"'),
    )
    result = run(app, "--contestants", path, "--dry-run")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# one: http://127.0.0.1:18001",
        "# two: http://127.0.0.1:18002",
    ]
    assert lines[1].startswith("CUDA_VISIBLE_DEVICES=9 ") and "--gpu-memory-utilization 0.5" in lines[1]
    assert "Here this would not start. two: there is no file none.gguf" in result.stderr


def test_what_cannot_work_is_refused_with_a_sentence_before_anything_is_started(write):
    both = [entry(name, 18001 + i, 'engine = "vllm"\ngpu_memory_utilization = 0.6') for i, name in enumerate("ab")]
    result = run(app, "--contestants", write(*both))
    assert result.exit_code == 2
    assert "GPU 0: the memory shares add up to 1.20 (a 0.6, b 0.6)" in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


def test_a_model_that_is_not_there_is_refused(write):
    files = [entry(name, 18001 + i, 'engine = "llamacpp"\nmodel = "none.gguf"') for i, name in enumerate("ab")]
    result = run(app, "--contestants", write(*files))
    assert result.exit_code == 2
    assert "a: there is no file none.gguf; llama.cpp needs the path of a GGUF file (serve.model)." in result.stderr


@pytest.fixture
def two_ports():
    return free_ports(2)


@pytest.fixture
def pair(write, two_ports, tmp_path):
    """Two llama.cpp servers that answer, the process that started them, and what it says."""
    serve = f'engine = "llamacpp"\nmodel = "{model_path()}"\nmax_model_len = 512\nflags = ["--threads", "1"]'
    path = write(*(entry(name, port, serve) for name, port in zip(("one", "two"), two_ports, strict=True)))
    with serving(path, tmp_path) as process:
        wait_until(lambda: "All servers answer" in (tmp_path / "out").read_text())
        yield process


@pytest.mark.integration
def test_servers_come_up_one_after_the_other_with_their_load_time_and_memory(pair, two_ports, tmp_path):
    said = (tmp_path / "out").read_text()
    assert said.index("one: ready after") < said.index("two: ready after")
    assert f"at http://127.0.0.1:{two_ports[0]}/v1 (memory 0." in said
    assert all(answers(port) for port in two_ports)
    assert "llamacpp_server.py" in (tmp_path / "logs" / "one.log").read_text()


@pytest.mark.integration
def test_the_benchmark_finds_load_time_and_memory_in_the_record_that_is_kept_beside_the_logs(
    pair, two_ports, tmp_path, monkeypatch
):
    record = tmp_path / "logs" / "servers.json"
    servers = read_record(record)
    assert {name: list(server.pids) for name, server in servers.items()} == {
        name: server_pids(port) for name, port in zip(("one", "two"), two_ports, strict=True)
    }
    once = ("--requests", "1", "--concurrency", "1", "--max-tokens", "4", "--json", "-")
    options = ("--contestants", tmp_path / "models.toml", "--only", "one", *once)
    given = json.loads(run(bench_models.app, *options, "--servers", record).stdout)["outcomes"][0]
    assert given["load_s"] == servers["one"].load_s > 0
    assert given["memory"]["rss_mib_peak"] > 50
    (tmp_path / "data").mkdir()
    (tmp_path / "logs").rename(tmp_path / "data" / "serving")
    monkeypatch.setenv("ARENA_DATA_DIR", str(tmp_path / "data"))
    found = json.loads(run(bench_models.app, *options).stdout)["outcomes"][0]
    assert found["load_s"] == given["load_s"], "where serve_models keeps it, nobody has to name it"


@pytest.mark.integration
def test_a_killed_server_is_started_again_and_the_other_stays(pair, two_ports, tmp_path):
    (victim,), (other,) = server_pids(two_ports[0]), server_pids(two_ports[1])
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: (tmp_path / "out").read_text().count("one: ready after") == 2)
    assert "one: it was ended by signal 9" in (tmp_path / "out").read_text()
    assert answers(two_ports[0])
    assert server_pids(two_ports[1]) == [other]


@pytest.mark.integration
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_when_asked_to_stop_it_ends_all_servers_and_then_itself_in_peace(pair, two_ports, tmp_path, number):
    os.kill(pair.pid, number)
    assert pair.wait(40) == 0
    assert (tmp_path / "out").read_text().endswith("All servers have stopped.\n")
    assert [server_pids(port) for port in two_ports] == [[], []]
    assert not (tmp_path / "logs" / "servers.json").exists()


@pytest.mark.integration
def test_when_it_is_killed_no_server_outlives_it(pair, two_ports):
    pair.kill()
    pair.wait(10)
    wait_until(lambda: not any(server_pids(port) for port in two_ports))


@pytest.mark.integration
def test_a_server_that_cannot_load_its_model_ends_the_command_with_the_reason(write, two_ports, tmp_path):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but not really")
    serve = f'engine = "llamacpp"\nmodel = "{broken}"'
    path = write(*(entry(name, port, serve) for name, port in zip(("one", "two"), two_ports, strict=True)))
    with serving(path, tmp_path) as process:
        assert process.wait(40) == 1
    said = (tmp_path / "out").read_text()
    assert "one: llama.cpp cannot read the model." in said
    assert "Traceback" not in said
    assert server_pids(two_ports[0]) == []


@pytest.mark.integration
def test_a_port_that_somebody_has_is_told_before_anything_is_started(write, tmp_path):
    file = tmp_path / "m.gguf"
    file.touch()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        serve = f'engine = "llamacpp"\nmodel = "{file}"'
        other = free_ports(1)[0]
        result = run(app, "--contestants", write(entry("one", port, serve), entry("two", other, serve)))
    assert result.exit_code == 2
    assert f"one: port {port}: it is taken." in result.stderr
