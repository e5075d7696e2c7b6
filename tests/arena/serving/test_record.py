import os
from dataclasses import replace

import pytest

from arena.bench.servers import Server, read_record
from arena.errors import ConfigError
from arena.serving.plan import plans
from arena.serving.record import Record
from arena.serving.supervisor import Fell, Loaded
from tests.arena.serving.samples import PYTHONS, contestant

US, PARENT = os.getpid(), os.getppid()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "servers.json"


def up(plan, pid=US, load_s=10.0):
    return Loaded(plan=plan, pid=pid, load_s=load_s, memory_bytes=3_000_000_000, gpu_memory_bytes=None)


def test_what_is_up_is_read_by_the_benchmark_as_it_was_meant(path):
    one, two = plans(
        [contestant("one", 8001, gpu_memory_utilization=0.5), contestant("two", 8002, gpu_memory_utilization=0.4)],
        PYTHONS,
    )
    record = Record(path)
    record.note(up(one, load_s=31.257))
    assert read_record(path) == {"one": Server(pids=(US,), load_s=31.26)}
    record.note(up(two, pid=PARENT))
    assert read_record(path)["two"] == Server(pids=(PARENT,), load_s=10.0)


def test_replicas_and_their_router_are_one_contestants_and_the_longest_load_is_its_load_time(path):
    found = plans([contestant("twin", 8001, replicas=2, gpu_memory_utilization=0.4)], PYTHONS)
    record = Record(path)
    for plan, load_s in zip(found, (28.0, 31.0, 1.0), strict=True):
        record.note(up(plan, load_s=load_s))
    assert read_record(path) == {"twin": Server(pids=(US, US, US), load_s=31.0)}


def test_a_server_that_two_contestants_share_is_in_the_record_for_both(path):
    plain = contestant("plain")
    (shared,) = plans([plain, replace(plain, name="warm")], PYTHONS)
    Record(path).note(up(shared))
    assert set(read_record(path)) == {"plain", "warm"}


def test_a_server_that_fell_is_out_of_the_record_until_it_is_up_again(path):
    (one,) = plans([contestant("one")], PYTHONS)
    record = Record(path)
    record.note(up(one))
    record.note(Fell(plan=one, why="it ended", again_in_s=1.0))
    assert read_record(path) == {}
    record.note(up(one, pid=PARENT, load_s=12.0))
    assert read_record(path) == {"one": Server(pids=(PARENT,), load_s=12.0)}


def test_with_the_servers_goes_the_record(path):
    (one,) = plans([contestant("one")], PYTHONS)
    record = Record(path)
    record.note(up(one))
    record.remove()
    assert list(path.parent.iterdir()) == []
    record.remove()


def test_a_record_that_cannot_be_written_is_said(tmp_path):
    (one,) = plans([contestant("one")], PYTHONS)
    with pytest.raises(ConfigError, match=r"servers\.json: cannot be written: No such file"):
        Record(tmp_path / "gone" / "servers.json").note(up(one))
