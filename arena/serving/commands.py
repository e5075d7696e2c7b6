"""The command lines that start model servers. Pure: nothing is looked up and nothing is started."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from arena.contestant_parts import Engine, Serve

LOOPBACK = "127.0.0.1"
LLAMACPP_SERVER = str(Path(__file__).with_name("llamacpp_server.py"))
CPU_KV_CACHE_BYTES = 1 << 30
"""KV cache of vLLM without a GPU where the file says nothing; vLLM would take a large share of all memory."""

CPU_ENVIRONMENT = {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_WAIT_POLICY": "passive"}
"""Bound to cores of their own, two servers would both take the first ones; threads that spin while they wait take the
other server's and the arena's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pythons:
    """The interpreters that have the engines installed: `vllm` (also the router), `llamacpp`."""

    vllm: str
    llamacpp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is run, and the variables that it gets beside the inherited ones; of `secrets` the values are not here."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """The command as one types it in a shell; of a secret only where it comes from."""
        plain = [f"{name}={shlex.quote(value)}" for name, value in self.environment.items()]
        hidden = [f'{name}="${source}"' for name, source in self.secrets.items()]
        return " ".join([*plain, *hidden, shlex.join(self.arguments)])


def engine_command(
    serve: Serve, *, model: str, served_as: str, port: int, gpus: Sequence[int], pythons: Pythons, key_from: str = ""
) -> Command:
    """The command of one server.

    Args:
        serve: how it is to be started.
        model: path or id of the weights.
        served_as: the id under which it answers.
        port: where it listens, on loopback.
        gpus: those that it may use.
        pythons: which interpreters.
        key_from: the variable that holds the key which callers must show; empty for none.
    """
    where = ("--host", LOOPBACK, "--port", str(port))
    if serve.engine is Engine.LLAMACPP:
        size = _options({"--ctx": serve.max_model_len})
        start = (pythons.llamacpp, "-P", LLAMACPP_SERVER, "--model", model, "--alias", served_as)
        return Command(arguments=(*start, *where, *size, *serve.flags))
    on_cpu = serve.engine is Engine.VLLM_CPU
    # The builds for CPUs have a package name of their own, under which vLLM's command does not find itself.
    module = "vllm.entrypoints.openai.api_server" if on_cpu else "vllm.entrypoints.cli.main"
    weights = ("--model", model) if on_cpu else ("serve", model)
    options = (*where, *_vllm_options(serve, len(gpus)))
    return Command(
        arguments=(pythons.vllm, "-m", module, *weights, "--served-model-name", served_as, *options, *serve.flags),
        environment=CPU_ENVIRONMENT if on_cpu else {"CUDA_VISIBLE_DEVICES": ",".join(map(str, gpus))},
        secrets={"VLLM_API_KEY": key_from} if key_from else {},
    )


def router_command(ports: Sequence[int], port: int, pythons: Pythons) -> Command:
    """vllm-router in front of the replicas on these ports. A replica that fails is left out until it is well again."""
    workers = [f"http://{LOOPBACK}:{each}" for each in ports]
    return Command(
        arguments=(
            *(pythons.vllm, "-m", "vllm_router.launch_router", "--host", LOOPBACK, "--port", str(port)),
            *("--worker-urls", *workers, "--policy", "round_robin"),
            # Its defaults find out after minutes that a replica is gone: 60 s between checks, ten failures to give up.
            *("--health-check-interval-secs", "2", "--health-failure-threshold", "2"),
            *("--cb-failure-threshold", "2", "--cb-timeout-duration-secs", "10"),
            *("--worker-startup-check-interval", "1"),
        )
    )


def _vllm_options(serve: Serve, gpus: int) -> tuple[str, ...]:
    on_cpu = serve.engine is Engine.VLLM_CPU
    values: dict[str, object | None] = {
        "--dtype": serve.dtype or None,
        "--quantization": serve.quantization or None,
        "--max-model-len": serve.max_model_len,
        "--gpu-memory-utilization": serve.gpu_memory_utilization,
        "--kv-cache-memory-bytes": serve.kv_cache_memory_bytes or (CPU_KV_CACHE_BYTES if on_cpu else None),
        "--reasoning-parser": serve.reasoning_parser or None,
        "--tensor-parallel-size": gpus if gpus > 1 and not on_cpu else None,
    }
    return (*_options(values), *(("--enforce-eager",) if serve.enforce_eager else ()))


def _options(values: Mapping[str, object | None]) -> tuple[str, ...]:
    return tuple(part for name, value in values.items() if value is not None for part in (name, str(value)))
