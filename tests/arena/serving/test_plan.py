import dataclasses

import pytest

from arena.contestant_parts import Engine
from arena.errors import ConfigError
from arena.models import Contestant
from arena.serving.plan import gpu_shares, plans
from tests.arena.serving.samples import PYTHONS, contestant


def found(*contestants):
    return plans(contestants, PYTHONS)


def refusal(*contestants):
    with pytest.raises(ConfigError) as refused:
        found(*contestants)
    return str(refused.value)


def test_servers_are_started_in_the_files_order_at_their_contestants_addresses():
    one, two = found(
        contestant("one", 8001, gpu_memory_utilization=0.6), contestant("two", 8002, gpu_memory_utilization=0.3)
    )
    assert [(p.name, p.port, p.url, p.gpus) for p in (one, two)] == [
        ("one", 8001, "http://127.0.0.1:8001", (0,)),
        ("two", 8002, "http://127.0.0.1:8002", (0,)),
    ]
    assert "--served-model-name served-two" in two.command.shown


def test_contestants_without_a_table_are_somebody_elses():
    paid = Contestant(name="paid", display="Paid", base_url="https://api.example.org/v1", model="m")
    assert [p.name for p in found(paid, contestant("ours"))] == ["ours"]
    assert "no contestant of this file has a [contestant.serve] table" in refusal(paid)


def test_contestants_that_differ_only_in_their_prompts_share_a_server():
    first = contestant("plain")
    second = dataclasses.replace(first, name="warm", display="Warm")
    assert [p.name for p in found(first, second)] == ["plain"]


def test_the_weights_are_the_contestants_own_where_the_table_names_none():
    (plan,) = found(contestant("one", model=""))
    assert plan.model == "served-one"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"base_url": "embedded"}, 'one: base_url = "embedded" is started by the arena itself'),
        (
            {"base_url": "http://far.example:8001/v1"},
            "one: base_url = http://far.example:8001/v1 is not a port of this",
        ),
        ({"base_url": "http://localhost/v1"}, "one: base_url = http://localhost/v1 is not a port of this machine"),
    ],
)
def test_an_address_where_nothing_of_ours_can_listen_is_refused(wrong, sentence):
    assert sentence in refusal(dataclasses.replace(contestant("one"), **wrong))


def test_two_different_ports_for_one_server_are_refused():
    assert "one: serve.port = 9000, but base_url = http://localhost:8001/v1" in refusal(
        contestant("one", port=8001)
        and dataclasses.replace(contestant("one"), serve=dataclasses.replace(contestant("one").serve, port=9000))
    )


def test_one_port_for_two_servers_is_refused():
    both = (contestant("one", gpu_memory_utilization=0.4), contestant("two", gpu_memory_utilization=0.4))
    assert refusal(*both) == "port 8001 is wanted by one and by two; give each a port of its own"


def test_memory_shares_of_one_gpu_may_not_add_up_to_more_than_all_of_it():
    text = refusal(
        contestant("one", 8001, gpu_memory_utilization=0.7), contestant("two", 8002, gpu_memory_utilization=0.4)
    )
    assert text.startswith("GPU 0: the memory shares add up to 1.10 (one 0.7, two 0.4); set gpu_memory_utilization")


def test_a_server_that_names_no_share_takes_vllms_own():
    text = refusal(contestant("one", 8001), contestant("two", 8002, gpu_memory_utilization=0.2))
    assert "add up to 1.12 (one 0.92, two 0.2)" in text


def test_shares_of_different_gpus_and_exact_bytes_do_not_add_up():
    made = found(
        contestant("one", 8001, gpus=(0,)),
        contestant("two", 8002, gpus=(1,)),
        contestant("three", 8003, kv_cache_memory_bytes=1 << 30),
    )
    assert gpu_shares(made) == {0: {"one": 0.92}, 1: {"two": 0.92}}


def test_ten_tenths_are_not_too_much():
    made = found(*(contestant(f"c{i}", 8001 + i, gpu_memory_utilization=0.1) for i in range(10)))
    assert len(made) == 10


def test_replicas_stand_behind_a_router_at_the_contestants_address():
    made = found(contestant("one", 8001, replicas=2, gpus=(0, 1, 2, 3)))
    assert [(p.name, p.port, p.gpus) for p in made] == [
        ("one-1", 8002, (0, 1)),
        ("one-2", 8003, (2, 3)),
        ("one-router", 8001, ()),
    ]
    assert "--worker-urls http://127.0.0.1:8002 http://127.0.0.1:8003" in made[-1].command.shown


def test_replicas_on_one_gpu_share_its_memory():
    assert "one-1 0.6, one-2 0.6" in refusal(contestant("one", replicas=2, gpu_memory_utilization=0.6))


def test_engines_without_gpus_take_none():
    (plan,) = found(contestant("one", engine=Engine.VLLM_CPU))
    assert plan.gpus == () and not gpu_shares([plan])
