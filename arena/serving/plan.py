"""Which servers are to be started for which contestants, and what of it cannot work. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from arena.contestant_parts import EMBEDDED, Engine, Serve
from arena.errors import ConfigError
from arena.models import Contestant
from arena.serving.commands import Command, Pythons, engine_command, router_command

LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "::1")  # noqa: S104 - hosts that stand for this machine
VLLM_DEFAULT_SHARE = 0.92
"""What vLLM takes of a GPU that it is told nothing about (`CacheConfig.gpu_memory_utilization`, 0.32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """One process: its name, what it loads (None for a router), where it listens and how it is started."""

    name: str
    serve: Serve | None
    model: str
    port: int
    gpus: tuple[int, ...]
    command: Command

    @property
    def url(self) -> str:
        """Where it answers, without a path."""
        return f"http://127.0.0.1:{self.port}"


def plans(contestants: Sequence[Contestant], pythons: Pythons) -> tuple[ServerPlan, ...]:
    """The servers in the order in which they are started.

    Contestants with the same address, model and `[contestant.serve]` share one. Raises `ConfigError`, one line for each
    thing that is wrong.
    """
    ours = [(contestant, contestant.serve) for contestant in contestants if contestant.serve is not None]
    if not ours:
        raise ConfigError("no contestant of this file has a [contestant.serve] table: there is no server to start")
    if wrong := [sentence for contestant, serve in ours if (sentence := _misplaced(contestant, serve))]:
        raise ConfigError("\n".join(wrong))
    shared: dict[tuple[str, str, Serve], Contestant] = {}
    for contestant, serve in ours:
        shared.setdefault((contestant.base_url, contestant.model, serve), contestant)
    found = tuple(plan for (*_, serve), first in shared.items() for plan in _servers(first, serve, pythons))
    if wrong := [*_ports_taken_twice(found), *_memory_shared_out(found)]:
        raise ConfigError("\n".join(wrong))
    return found


def _misplaced(contestant: Contestant, serve: Serve) -> str:
    """What is wrong with where a contestant is to be served; empty when nothing is."""
    name, port = contestant.name, urlsplit(contestant.base_url).port
    if contestant.base_url == EMBEDDED:
        return f'{name}: base_url = "embedded" is started by the arena itself; take out [contestant.serve]'
    if urlsplit(contestant.base_url).hostname not in LOCAL or port is None:
        return (
            f"{name}: base_url = {contestant.base_url} is not a port of this machine, so nothing can be started there"
        )
    if serve.replicas == 1 and serve.port not in (None, port):
        return f"{name}: serve.port = {serve.port}, but base_url = {contestant.base_url}; let both name the same"
    return ""


def _servers(contestant: Contestant, serve: Serve, pythons: Pythons) -> Iterator[ServerPlan]:
    """A contestant's engine, or its replicas and then the router at its address."""
    address = urlsplit(contestant.base_url).port or 0  # one that has none is refused before
    first = serve.port or (address if serve.replicas == 1 else address + 1)
    ports = range(first, first + serve.replicas)
    for number, port in enumerate(ports):
        gpus = _gpus_of(serve, number)
        model = serve.model or contestant.model
        command = engine_command(
            serve,
            model=model,
            served_as=contestant.model,
            port=port,
            gpus=gpus,
            pythons=pythons,
            key_from=contestant.api_key_env,
        )
        name = contestant.name if serve.replicas == 1 else f"{contestant.name}-{number + 1}"
        yield ServerPlan(name=name, serve=serve, model=model, port=port, gpus=gpus, command=command)
    if serve.replicas > 1:
        command = router_command(ports, address, pythons)
        name = f"{contestant.name}-router"
        yield ServerPlan(name=name, serve=None, model="", port=address, gpus=(), command=command)


def _gpus_of(serve: Serve, replica: int) -> tuple[int, ...]:
    if serve.engine is not Engine.VLLM:
        return ()
    if len(serve.gpus) == 1:
        return serve.gpus
    each = len(serve.gpus) // serve.replicas
    return serve.gpus[replica * each : (replica + 1) * each]


def _ports_taken_twice(found: Sequence[ServerPlan]) -> Iterator[str]:
    names: dict[int, str] = {}
    for plan in found:
        first = names.setdefault(plan.port, plan.name)
        if first != plan.name:
            yield f"port {plan.port} is wanted by {first} and by {plan.name}; give each a port of its own"


def gpu_shares(found: Sequence[ServerPlan]) -> Mapping[int, Mapping[str, float]]:
    """What share of each GPU's memory each server takes. Exact KV bytes are no share and do not appear."""
    shares: dict[int, dict[str, float]] = defaultdict(dict)
    for plan in found:
        if plan.serve is None or plan.serve.kv_cache_memory_bytes is not None:
            continue
        for gpu in plan.gpus:
            shares[gpu][plan.name] = plan.serve.gpu_memory_utilization or VLLM_DEFAULT_SHARE
    return shares


def _memory_shared_out(found: Sequence[ServerPlan]) -> Iterator[str]:
    for gpu, shares in gpu_shares(found).items():
        total = sum(shares.values())
        if total > 1 + 1e-9:
            parts = ", ".join(f"{name} {share:g}" for name, share in shares.items())
            yield (
                f"GPU {gpu}: the memory shares add up to {total:.2f} ({parts}); "
                "set gpu_memory_utilization so that together they stay under 1 "
                f"(vLLM takes {VLLM_DEFAULT_SHARE} where nothing is said)"
            )
