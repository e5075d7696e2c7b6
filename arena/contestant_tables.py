"""The tables of a contestants file: their keys, what values may be, and how that is said when they are not."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from arena.contestant_parts import EMBEDDED
from arena.models import Outcome

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = ("model", "messages", "stream", "stream_options", "temperature", "top_p", "max_tokens")
"""What a request has anyway and `[contestant.extra]` must not set a second time."""

MOST_SAMPLES = 40
"""As many as the paper on self-consistency draws; each costs a whole answer."""
_GPU_ONLY = frozenset({"gpus", "gpu_memory_utilization"})
_VLLM_ONLY = frozenset(
    {"quantization", "dtype", "reasoning_parser", "enforce_eager", "kv_cache_memory_bytes", "replicas"}
)
_NOT_FOR = {"vllm-cpu": _GPU_ONLY, "llamacpp": _GPU_ONLY | _VLLM_ONLY}
"""Keys of `[contestant.serve]` that an engine does not have."""


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError("expected up to 100 letters, digits and . _ : / @ + -, beginning with a letter or digit")
    if text in {outcome.value for outcome in Outcome}:
        raise ValueError("expected another name; this one says who won in the exports")
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("expected one line without control characters")
    return text.strip()


def _filled(text: str) -> str:
    if not text:
        raise ValueError("expected some text")
    return text


def _variable(text: str) -> str:
    # A key that was put here by mistake must not be repeated in the message, so nothing of the value is.
    if text and not _VARIABLE.fullmatch(text):
        raise ValueError("expected the name of the environment variable that holds the key, not the key itself")
    return text


def _url(text: str) -> str:
    if text == EMBEDDED:
        return text
    parts = urlsplit(text)  # raises ValueError for brackets that do not match
    if parts.scheme not in ("http", "https") or not parts.hostname or (parts.port or 1) < 1:
        raise ValueError(f'expected an address such as "http://localhost:8001/v1", or "{EMBEDDED}"')
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("expected an address without user, password, ? or #; a key goes into a variable (api_key_env)")
    if parts.path.rstrip("/").endswith("/completions"):
        raise ValueError("expected the address without /chat/completions at its end")
    return text.rstrip("/")


def _sendable(extra: dict[str, Any]) -> dict[str, Any]:
    for key in _OURS:
        if key in extra:
            raise ValueError(f"expected no {key} here; it is set by the contestant, its prompt or its sampling")
    try:
        json.dumps(extra, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"expected only values that JSON has: {error}") from error
    return extra


Line = Annotated[str, AfterValidator(_line)]
FilledLine = Annotated[str, AfterValidator(_line), AfterValidator(_filled), Field(max_length=200)]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]*$", max_length=100)]
Money = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Table(BaseModel):
    """What every table of the file shares: no unknown keys, no conversions, no further changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class About(Table):
    """A line for the model card, by language."""

    en: Line = ""
    zh: Line = ""


class Prompt(Table):
    """`PromptPolicy` in the file."""

    system: str = ""
    system_as: Literal["system", "user", "none"] = "system"
    prefix: str = ""
    math_suffix: str = ""
    trim_leading: bool = True

    @model_validator(mode="after")
    def _used(self) -> Prompt:
        if self.system and self.system_as == "none":
            raise ValueError('expected no system prompt beside system_as = "none", which sends none')
        return self


class Sampling(Table):
    """`Sampling` in the file."""

    temperature: Annotated[float, Field(ge=0, le=2, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 1024


class Price(Table):
    """`Price` in the file."""

    input_per_million: Money = 0.0
    output_per_million: Money = 0.0
    daily_cap: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Price:
        if self.daily_cap is not None and not (self.input_per_million or self.output_per_million):
            raise ValueError("expected prices beside daily_cap, which is never reached without")
        return self


class Serve(Table):
    """`Serve` in the file."""

    engine: Literal["vllm", "vllm-cpu", "llamacpp"]
    model: Line = ""
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    replicas: Annotated[int, Field(ge=1, le=64)] = 1
    gpus: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] = [0]
    quantization: Word = ""
    dtype: Word = ""
    max_model_len: Annotated[int, Field(ge=1)] | None = None
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    kv_cache_memory_bytes: Annotated[int, Field(ge=1 << 20)] | None = None
    reasoning_parser: Word = ""
    enforce_eager: bool = False
    flags: list[Line] = Field(default_factory=list)

    @model_validator(mode="after")
    def _fits_the_engine(self) -> Serve:
        for key in sorted(_NOT_FOR.get(self.engine, frozenset()) & self.model_fields_set):
            raise ValueError(f'expected no {key} beside engine = "{self.engine}", which has no such setting')
        return self

    @model_validator(mode="after")
    def _one_way_to_share_memory(self) -> Serve:
        if self.gpu_memory_utilization is not None and self.kv_cache_memory_bytes is not None:
            raise ValueError("expected gpu_memory_utilization or kv_cache_memory_bytes, not both")
        return self

    @model_validator(mode="after")
    def _gpus_for_each_replica(self) -> Serve:
        if len(set(self.gpus)) != len(self.gpus):
            raise ValueError("expected each GPU once in gpus")
        if len(self.gpus) > 1 and len(self.gpus) % self.replicas:
            raise ValueError(f"expected one GPU, or as many for each of the {self.replicas} replicas")
        return self


class Entry(Table):
    """One `[[contestant]]`."""

    name: Annotated[str, AfterValidator(_name)]
    display: FilledLine
    base_url: Annotated[str, AfterValidator(_url)]
    model: FilledLine
    api_key_env: Annotated[str, AfterValidator(_variable)] = ""
    thinks: bool = False
    licence: Line = ""
    notice: Line = ""
    about: About = About()
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    samples: Annotated[int, Field(ge=1, le=MOST_SAMPLES)] = 1
    prompt: Prompt = Prompt()
    sampling: Sampling = Sampling()
    price: Price | None = None
    extra: Annotated[dict[str, Any], AfterValidator(_sendable)] = Field(default_factory=dict)
    serve: Serve | None = None


class File(Table):
    """The whole file."""

    contestant: list[Entry]


TABLES: dict[str, type[Table]] = {
    "about": About,
    "prompt": Prompt,
    "sampling": Sampling,
    "price": Price,
    "serve": Serve,
}
