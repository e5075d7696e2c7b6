"""What a server's log says went wrong, in a sentence with the remedy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

TAIL_BYTES = 64_000
EXCERPT_LINES = 3


@dataclass(frozen=True, slots=True)
class _Sign:
    """A text in a log, and what it means; groups of the pattern may be used in the sentence."""

    pattern: re.Pattern[str]
    sentence: str


def _sign(pattern: str, sentence: str) -> _Sign:
    return _Sign(re.compile(pattern, re.IGNORECASE), sentence)


# The first that is found counts: the causes before what follows from them.
_SIGNS: Sequence[_Sign] = (
    _sign(
        r"No module named '?(vllm_router|vllm|xllamacpp)\b",
        "{0} is not installed for this Python. For a GPU host: python3 -m venv VENV, VENV/bin/pip install -r "
        "requirements-vllm.txt, then ARENA_VLLM_PYTHON=VENV/bin/python; without a GPU: bash scripts/vllm_cpu.sh.",
    ),
    _sign(
        r"unrecognized arguments: ([^\n]+)",
        "this version of the engine does not know {0}. Take it out of flags in [contestant.serve], or install the "
        "version that requirements-vllm.txt names.",
    ),
    _sign(
        r"error: argument (--[\w-]+)[^\n]*?: ([^\n]+)",
        "the engine refuses {0}: {1}. Correct it in [contestant.serve].",
    ),
    _sign(
        r"gated repo|GatedRepoError|Access to model (\S+) is restricted",
        "the model is gated: its licence must be accepted on its page, with the account whose token is in HF_TOKEN "
        "(or stored by `hf auth login`).",
    ),
    _sign(
        r"RepositoryNotFoundError|Repository Not Found|not a valid model identifier|Invalid repository ID or local",
        "the model was not found. Check `model` in [contestant.serve]: an id such as org/name, or the path of a folder "
        "with a config.json.",
    ),
    _sign(
        r"Free memory on device[^\n]*is less than desired|less than desired GPU memory utilization",
        "the GPU has less free memory than this server's share. Stop what else uses it (nvidia-smi lists it), or lower "
        "gpu_memory_utilization.",
    ),
    _sign(
        r"No available memory for the cache blocks|larger than the available KV cache memory|"
        r"max_model_len[^\n]*KV cache|max seq len[^\n]*KV cache",
        "the weights fit, but too little memory is left for one conversation of max_model_len tokens. Raise "
        "gpu_memory_utilization (or kv_cache_memory_bytes), or lower max_model_len.",
    ),
    _sign(
        r"is less than requested memory for kv",
        "this machine has less free memory than kv_cache_memory_bytes. Lower it, or stop other programs.",
    ),
    _sign(
        r"CUDA out of memory|OutOfMemoryError|DefaultCPUAllocator: can't allocate memory|Cannot allocate memory",
        "out of memory. Lower gpu_memory_utilization of the others or max_model_len, use a quantised model, or start "
        "fewer servers on this GPU.",
    ),
    _sign(
        r"max_model_len \((\d+)\) is greater than the derived max_model_len \([^)]*?(\d+)",
        "max_model_len = {0} is more than the model has ({1}). Lower it in [contestant.serve].",
    ),
    _sign(
        r"Failed to infer device type|no (?:CUDA-capable )?(?:NVIDIA )?GPU|No CUDA GPUs are available|"
        r"NVIDIA driver on your system|Found no NVIDIA driver",
        'vLLM finds no GPU. Check nvidia-smi and the driver; without a GPU set engine = "vllm-cpu" or "llamacpp".',
    ),
    _sign(
        r"Bfloat16 is only supported on GPUs with compute capability",
        'this GPU does not know bfloat16. Set dtype = "float16" in [contestant.serve].',
    ),
    _sign(
        r"Unknown quantization method|quantization method \S+ is not supported|Cannot find the config file for|"
        r"does not match the quantization method",
        "the engine cannot read this quantisation. Leave `quantization` empty (the model's config says it), or take "
        "another checkpoint.",
    ),
    _sign(
        r"invalid reasoning parser: (\S+)|Reasoning parser '?(\S+?)'? not found",
        "the engine has no such reasoning parser ({0}). Correct reasoning_parser in [contestant.serve].",
    ),
    _sign(
        r"Address already in use|\[Errno 98\]|couldn't bind",
        "its port is taken. `ss -ltnp` tells by whom; stop that, or choose another port in base_url and serve.port.",
    ),
    _sign(
        r"failed to load model|error loading model|failed to open GGUF file",
        "llama.cpp cannot read the model. Check `model` in [contestant.serve]: it must be the path of a GGUF file.",
    ),
    _sign(
        r"LocalEntryNotFoundError|couldn't connect to|Max retries exceeded|Temporary failure in name resolution",
        "the model is not on this machine and cannot be downloaded. Check the network, or set `model` to a "
        "local folder.",
    ),
    _sign(
        r"No space left on device",
        "the disk is full. Make room, or set HF_HOME to a disk that has it.",
    ),
)


def diagnose(log: str) -> str:
    """The sentence for what a log shows; empty when it shows nothing that we know."""
    for sign in _SIGNS:
        if found := sign.pattern.search(log):
            return sign.sentence.format(*(group.strip() for group in found.groups() if group))
    return ""


def why_it_ended(log: str, status: int | None) -> str:
    """What happened, for a person: the known sentence, or how it ended and the log's last lines."""
    if known := diagnose(log):
        return known
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    marked = [line for line in lines if re.search(r"\b\w*(Error|Exception)\b", line)] or lines
    last = "\n".join(f"  {line}" for line in marked[-EXCERPT_LINES:])
    return f"{_how(status)}{':' if last else '.'}\n{last}".rstrip()


def _how(status: int | None) -> str:
    if status is None:
        return "it did not become ready in time"
    if status > 128:
        killed = " (SIGKILL: perhaps by the kernel, for want of memory)" if status == 137 else ""
        return f"it was ended by signal {status - 128}{killed}"
    return f"it ended with status {status}"
