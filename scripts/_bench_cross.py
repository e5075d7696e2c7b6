"""Our times beside those of vLLM's own client benchmark: the same server, prompts, lengths and concurrency, in turns.

Every answer has a fixed length (`ignore_eos`), the prompt goes out without any policy, and both tools ask in the same
order. A server that caches prefixes would answer the second of them faster: start it with --no-enable-prefix-caching.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from arena.bench.figures import figures_of
from arena.bench.load import Load, run
from arena.clock import SystemClock
from arena.contestant_parts import PromptPolicy
from arena.errors import ConfigError
from arena.models import Contestant
from arena.ports import ChatClient

RUNNER = (
    "import argparse; from vllm.benchmarks.serve import add_cli_args, main; "
    "p = argparse.ArgumentParser(); add_cli_args(p); main(p.parse_args())"
)
ROUNDS = 3
TIMEOUT_S = 1800.0
CLOSE = 0.05
THEIRS = {
    "TTFT mean, ms": "mean_ttft_ms",
    "TTFT p50, ms": "median_ttft_ms",
    "ITL mean, ms": "mean_itl_ms",
    "ITL mean by their count, ms": "mean_itl_ms",
    "TPOT mean, ms": "mean_tpot_ms",
    "TPOT p50, ms": "median_tpot_ms",
    "E2EL mean, ms": "mean_e2el_ms",
    "E2EL p50, ms": "median_e2el_ms",
    "output tokens/s": "output_throughput",
    "all tokens/s": "total_token_throughput",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One figure by both tools, each the mean over the rounds.

    `noise`: the larger of both tools' spreads over their rounds, as a share of the mean; a difference below it says
    nothing about the tools.
    """

    what: str
    ours: float
    theirs: float
    noise: float

    @property
    def difference(self) -> float:
        """Ours against theirs, as a share of theirs."""
        return self.ours / self.theirs - 1 if self.theirs else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """Where, how and with what result."""

    python: str
    contestant: Contestant
    concurrency: int
    prompts: Sequence[str]
    tokens: int

    async def ours(self, client: ChatClient) -> dict[str, float]:
        """One round of ours."""
        asked = replace(
            self.contestant,
            prompt=PromptPolicy(),
            samples=1,
            sampling=replace(self.contestant.sampling, max_tokens=self.tokens),
            extra={**self.contestant.extra, "ignore_eos": True},
        )
        load = await run(client, asked, self.prompts, self.concurrency, SystemClock(), lambda _: None)
        return _our_figures(load)

    def theirs(self) -> dict[str, float]:
        """One round of vLLM's. Raises `ConfigError` when it does not run."""
        with tempfile.TemporaryDirectory() as folder:
            prompts, result = Path(folder) / "prompts.jsonl", Path(folder) / "result.json"
            lines = [json.dumps({"prompt": prompt}, ensure_ascii=False) for prompt in self.prompts]
            prompts.write_text("\n".join(lines) + "\n", encoding="utf-8")
            command = [self.python, "-c", RUNNER, *self._options(prompts, result)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
            except (OSError, subprocess.TimeoutExpired) as error:
                raise ConfigError(f"--cross-check {self.python}: vLLM's benchmark did not run: {error}") from error
            if done.returncode or not result.is_file():
                last = (done.stderr.strip().splitlines() or ["it wrote no result"])[-1]
                raise ConfigError(f"--cross-check {self.python}: vLLM's benchmark failed: {last}")
            found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return {what: float(found[name]) for what, name in THEIRS.items()}

    def _options(self, prompts: Path, result: Path) -> list[str]:
        sampling = self.contestant.sampling
        options = {
            "--backend": "openai-chat",
            "--base-url": self.contestant.base_url.removesuffix("/v1"),
            "--endpoint": "/v1/chat/completions",
            "--model": self.contestant.model,
            # It gives no times without a tokenizer; the server may call the model by another name than its folder.
            "--tokenizer": _weights(self.contestant),
            "--dataset-name": "custom",
            "--dataset-path": str(prompts),
            "--custom-output-len": str(self.tokens),
            "--num-prompts": str(len(self.prompts)),
            "--max-concurrency": str(self.concurrency),
            "--percentile-metrics": "ttft,tpot,itl,e2el",
            "--result-dir": str(result.parent),
            "--result-filename": result.name,
        }
        given = {"--temperature": sampling.temperature, "--top-p": sampling.top_p}
        options |= {name: str(value) for name, value in given.items() if value is not None}
        switches = ["--ignore-eos", "--skip-chat-template", "--disable-shuffle"]
        return [*switches, "--save-result", *(part for option in options.items() for part in option)]


async def compare(check: CrossCheck, client: ChatClient, done: Callable[[int], None]) -> list[Pair]:
    """Some rounds in turns, and the means of both."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(await check.ours(client))
        done(1)
        theirs.append(check.theirs())
        done(1)
    return [
        Pair(
            what=what,
            ours=float(np.mean([figures[what] for figures in ours])),
            theirs=float(np.mean([figures[what] for figures in theirs])),
            noise=max(_relative_range([figures[what] for figures in tool]) for tool in (ours, theirs)),
        )
        for what in THEIRS
    ]


def table(check: CrossCheck, pairs: Sequence[Pair]) -> Table:
    """For people."""
    title = (
        f"{check.contestant.name}: {ROUNDS} rounds of {len(check.prompts)} requests, {check.concurrency} at a time, "
        f"{check.tokens} tokens each"
    )
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    shown.add_column("")
    for head in ("ours", "vllm bench serve", "difference", "within 5%", "rounds differ by"):
        shown.add_column(head, justify="right")
    for pair in pairs:
        close = "yes" if abs(pair.difference) <= CLOSE else "no"
        shown.add_row(
            pair.what, f"{pair.ours:.2f}", f"{pair.theirs:.2f}", f"{pair.difference:+.1%}", close, f"{pair.noise:.1%}"
        )
    return shown


def plain(check: CrossCheck, pairs: Sequence[Pair]) -> dict[str, Any]:
    """As JSON values."""
    return {
        "contestant": check.contestant.name,
        "concurrency": check.concurrency,
        "requests": len(check.prompts),
        "rounds": ROUNDS,
        "tokens": check.tokens,
        "figures": [asdict(pair) | {"difference": pair.difference} for pair in pairs],
    }


def _relative_range(values: Sequence[float]) -> float:
    mean = float(np.mean(values))
    return (max(values) - min(values)) / mean if mean else 0.0


def _our_figures(load: Load) -> dict[str, float]:
    found = figures_of(load)
    if found.errors or not (found.ttft and found.itl and found.tpot and found.e2el):
        raise ConfigError(f"--cross-check: {found.contestant} did not answer every request: {dict(found.errors)}")
    # vLLM's client counts every event with a choice: the one that names the role, and those without text, are chunks.
    span = sum(s.stamps[-1] - (s.opened or s.stamps[0]) for s in load.samples)
    return {
        "TTFT mean, ms": found.ttft.mean,
        "TTFT p50, ms": found.ttft.p50,
        "ITL mean, ms": found.itl.mean,
        "ITL mean by their count, ms": span * 1000 / found.output_tokens,
        "TPOT mean, ms": found.tpot.mean,
        "TPOT p50, ms": found.tpot.p50,
        "E2EL mean, ms": found.e2el.mean,
        "E2EL p50, ms": found.e2el.p50,
        "output tokens/s": found.output_tokens_per_s,
        "all tokens/s": found.total_tokens_per_s,
    }


def _weights(contestant: Contestant) -> str:
    return (contestant.serve.model if contestant.serve else "") or contestant.model
