import json
import os
import socket

import pytest

from arena.bench.footprint import Gpus, Usage, footprint_of, resident_mib
from arena.bench.servers import Server, listener, read_record, server_of
from arena.bench.watch import Watch, metrics_page
from arena.errors import ConfigError
from tests.arena.bench.samples import CONTESTANT
from tests.support.model_server import ModelServer


def test_a_record_names_servers(tmp_path):
    record = tmp_path / "servers.json"
    entry = {"contestant": "x", "pid": os.getpid(), "load_s": 3, "url": "u"}
    record.write_text(json.dumps({"servers": [entry], "at": "now"}))
    assert read_record(record) == {"x": Server(pids=(os.getpid(),), load_s=3.0)}
    assert server_of(CONTESTANT, read_record(record)).pids == (os.getpid(),)


def test_an_entry_of_a_process_that_is_gone_is_left_out(tmp_path):
    record = tmp_path / "servers.json"
    here, gone = {"pid": os.getpid(), "load_s": 3}, {"pid": 2**22 + 1, "load_s": 9}
    entries = [{"contestant": "x", **here}, {"contestant": "x", **gone}, {"contestant": "y", **gone}]
    record.write_text(json.dumps({"servers": entries}))
    assert read_record(record) == {"x": Server(pids=(os.getpid(),), load_s=3.0)}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"servers": [{}]}', '{"servers": [{"contestant": "x", "pid": "y"}]}']
)
def test_a_record_of_another_shape_is_refused_with_what_was_expected(tmp_path, text):
    record = tmp_path / "servers.json"
    record.write_text(text)
    with pytest.raises(ConfigError, match="expected"):
        read_record(record)


def test_a_record_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_record(tmp_path / "none.json")


@pytest.mark.integration
def test_who_listens_on_a_port_of_this_machine_is_found():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert listener(f"http://127.0.0.1:{port}/v1") == os.getpid()
    assert listener(f"http://127.0.0.1:{port}/v1") is None
    assert listener(f"http://192.0.2.1:{port}/v1") is None


def test_memory_of_this_process_is_seen_and_of_none_is_not():
    assert 5 < resident_mib(os.getpid()) < 100_000
    assert resident_mib(2**22 + 1) is None


def test_memory_of_replicas_is_added_up_and_one_that_is_gone_has_none():
    with Gpus() as gpus, Watch("http://localhost:1/v1", [os.getpid()] * 2 + [2**22 + 1], gpus, lambda _: "") as watch:
        one = resident_mib(os.getpid())
    assert watch.footprint.rss_mib_peak == pytest.approx(2 * one, rel=0.2)


def test_peaks_are_peaks_and_power_is_a_mean():
    looks = [Usage(rss_mib=5.0, gpu_watts=100.0), Usage(rss_mib=7.0, gpu_mib=30.0, gpu_watts=200.0), Usage()]
    found = footprint_of(looks, "Card")
    assert (found.rss_mib_peak, found.gpu_mib_peak, found.gpu_watts_mean, found.gpu) == (7.0, 30.0, 150.0, "Card")
    assert footprint_of([Usage()]).gpu_watts_mean is None


def test_a_server_without_metrics_is_asked_for_them_once():
    asked = []

    def page(url):
        asked.append(url)
        return ""

    with Gpus() as gpus, Watch("http://localhost:1/v1", [os.getpid()], gpus, page) as watch:
        pass
    assert len(asked) == 1
    assert watch.engine is None
    assert watch.footprint.rss_mib_peak > 5


@pytest.mark.integration
def test_a_page_that_is_not_there_is_empty():
    with ModelServer() as server:
        assert metrics_page(server.base_url) == ""
    assert metrics_page(server.base_url) == ""
