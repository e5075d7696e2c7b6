"""Our times beside those of vLLM's own client benchmark: the same server, requests and concurrency, in turns.

Fair by construction. Both send the same bodies: the prompt without any policy, temperature 0 and a fixed length
(`ignore_eos`), so the same tokens come. Each round has a `cache_salt` of its own, so none is answered from what another
left in the prefix cache. Each begins with one request that does not count. The tools take turns right after each other,
their client loaded beforehand, in the order A B B A, so that what changes on the machine meanwhile falls on both; at
the same time, two closed loops of equal answers would lock in step. Both are judged by the definitions of vLLM's
client, under which every event with a choice is a chunk; ours are told beside them.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from arena.bench.ask import ask
from arena.bench.figures import figures_of
from arena.bench.load import Load, run
from arena.bench.sample import Sample
from arena.clock import SystemClock
from arena.contestant_parts import PromptPolicy, Sampling
from arena.errors import ConfigError
from arena.models import Contestant
from arena.ports import ChatClient
from scripts._bench_paired import Pair, pairs_of

READY = "the client is ready"
RUNNER = (
    "import argparse, sys; from vllm.benchmarks.serve import add_cli_args, main; "
    "p = argparse.ArgumentParser(); add_cli_args(p); a = p.parse_args(); "
    f"print({READY!r}, flush=True); sys.stdin.readline(); main(a)"
)
"""Loading vLLM takes many seconds; it is done before the round begins."""
ROUNDS = 8
"""Of each tool; an even number, so that each is first as often as the other."""

TIMEOUT_S = 1800.0
RESULT = "result.json"
THEIRS = {
    "TTFT mean, ms": "mean_ttft_ms",
    "TTFT p50, ms": "median_ttft_ms",
    "ITL mean, ms": "mean_itl_ms",
    "TPOT mean, ms": "mean_tpot_ms",
    "TPOT p50, ms": "median_tpot_ms",
    "E2EL mean, ms": "mean_e2el_ms",
    "E2EL p50, ms": "median_e2el_ms",
    "output tokens/s": "output_throughput",
    "all tokens/s": "total_token_throughput",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round of one tool: the figures by vLLM's definitions, chunks as that tool counts them, tokens in and out."""

    figures: dict[str, float]
    chunks: int
    prompt_tokens: int
    output_tokens: int
    own: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """Where and how."""

    python: str
    contestant: Contestant
    concurrency: int
    prompts: Sequence[str]
    tokens: int

    async def ours(self, client: ChatClient, salt: str) -> Load:
        """One round of ours."""
        asked = replace(
            self.contestant,
            prompt=PromptPolicy(),
            samples=1,
            sampling=Sampling(temperature=0.0, top_p=None, max_tokens=self.tokens),
            extra=self._extra(salt),
        )
        clock = SystemClock()
        await ask(client, asked, self.prompts[0], clock)
        return await run(client, asked, self.prompts, self.concurrency, clock, lambda _: None, step_s=0.0)

    async def both(self, client: ChatClient, place: int) -> tuple[Load, Round]:
        """One round of both, one after the other. Raises `ConfigError` when theirs does not run."""
        with tempfile.TemporaryDirectory() as folder, self._their_client(Path(folder), f"theirs-{place}") as process:
            await _in_time(process, _wait_until_ready)
            ours_first = place % 2 == 0
            if not ours_first:
                await _in_time(process, _run)
            load = await self.ours(client, f"ours-{place}")
            if ours_first:
                await _in_time(process, _run)
            return load, _their_round(Path(folder) / RESULT)

    @contextmanager
    def _their_client(self, folder: Path, salt: str) -> Iterator[subprocess.Popen[str]]:
        """Their client, started and killed at the end; `RUNNER` says what it waits for."""
        prompts, errors = folder / "prompts.jsonl", folder / "errors.txt"
        lines = [json.dumps({"prompt": prompt}, ensure_ascii=False) for prompt in self.prompts]
        prompts.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [self.python, "-c", RUNNER, *self._options(prompts, folder / RESULT, salt)]
        with errors.open("w") as said:
            try:
                process = subprocess.Popen(  # noqa: S603
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True
                )
            except OSError as error:
                raise ConfigError(f"--cross-check {self.python}: vLLM's benchmark did not run: {error}") from error
            with process:
                try:
                    yield process
                except _NotRun as error:
                    last = (errors.read_text(errors="replace").strip().splitlines() or [str(error)])[-1]
                    raise ConfigError(f"--cross-check {self.python}: vLLM's benchmark failed: {last}") from error
                finally:
                    process.kill()

    def _extra(self, salt: str) -> dict[str, Any]:
        return {**self.contestant.extra, "ignore_eos": True, "cache_salt": salt}

    def _options(self, prompts: Path, result: Path, salt: str) -> list[str]:
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
            "--temperature": "0",
            "--extra-body": json.dumps(self._extra(salt)),
            # One request that does not count, as ours; asking whether the server is there would be a second.
            "--num-warmups": "1",
            "--ready-check-timeout-sec": "0",
            "--percentile-metrics": "ttft,tpot,itl,e2el",
            "--result-dir": str(result.parent),
            "--result-filename": result.name,
        }
        switches = ["--skip-chat-template", "--disable-shuffle", "--save-result", "--save-detailed"]
        return [*switches, *(part for option in options.items() for part in option)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All rounds of a check, in pairs."""

    check: CrossCheck
    pairs: Sequence[Pair]
    ours: Round
    theirs: Round

    @property
    def same_tokens(self) -> bool:
        """Whether both tools were given the same; otherwise lengths and throughputs are of different work."""
        ours, theirs = self.ours, self.theirs
        return (ours.prompt_tokens, ours.output_tokens) == (theirs.prompt_tokens, theirs.output_tokens)


async def compare(check: CrossCheck, client: ChatClient, done: Callable[[int], None]) -> Compared:
    """Some rounds."""
    rounds: list[tuple[Load, Round]] = []
    for place in range(ROUNDS):
        rounds.append(await check.both(client, place))
        done(1)
    theirs = [each for _, each in rounds]
    ours = [by_their_count(load, each.chunks) for load, each in rounds]
    pairs = pairs_of(list(THEIRS), [each.figures for each in ours], [each.figures for each in theirs])
    return Compared(check=check, pairs=pairs, ours=ours[-1], theirs=theirs[-1])


class _NotRun(Exception):
    """Their client has not done what it was started for."""


async def _in_time(process: subprocess.Popen[str], step: Callable[[subprocess.Popen[str]], None]) -> None:
    """Wait in a thread for a step of their client, which is killed when it takes too long."""
    killer = asyncio.get_running_loop().call_later(TIMEOUT_S, process.kill)
    try:
        await asyncio.to_thread(step, process)
    finally:
        killer.cancel()


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    if not any(line.strip() == READY for line in process.stdout or ()):
        raise _NotRun("it ended before it was ready")


def _run(process: subprocess.Popen[str]) -> None:
    process.communicate("\n")
    if process.returncode:
        raise _NotRun(f"exit code {process.returncode}")


def _their_round(result: Path) -> Round:
    """Their result file in our words."""
    if not result.is_file():
        raise _NotRun("it wrote no result")
    found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    if found["failed"]:
        raise ConfigError(f"--cross-check: {found['failed']} requests of vLLM's benchmark failed")
    return Round(
        figures={what: float(found[name]) for what, name in THEIRS.items()},
        chunks=sum(1 + len(gaps) for gaps in found["itls"]),
        prompt_tokens=found["total_input_tokens"],
        output_tokens=found["total_output_tokens"],
        own={},
    )


def by_their_count(load: Load, their_chunks: int) -> Round:
    """A round of ours by the definitions of vLLM's client.

    Its first chunk is the event that names the role, and events without text count, so the gaps are more and shorter.
    Their number is taken from its own round over the same tokens: our reader does not keep such events.
    """
    found = figures_of(load)
    if found.errors or not (found.ttft and found.itl and found.tpot and found.e2el):
        raise ConfigError(f"--cross-check: {found.contestant} did not answer every request: {dict(found.errors)}")
    first = np.array([_opened(sample) - sample.sent for sample in load.samples]) * 1000
    span = np.array([sample.stamps[-1] - _opened(sample) for sample in load.samples]) * 1000
    whole = np.array([sample.e2el_s or 0.0 for sample in load.samples]) * 1000
    tpot = span / np.array([max(sample.output_tokens - 1, 1) for sample in load.samples])
    values: list[float] = [first.mean(), np.median(first), span.sum() / max(their_chunks - len(span), 1)]
    values += [tpot.mean(), np.median(tpot), whole.mean(), np.median(whole)]
    values += [found.output_tokens_per_s, found.total_tokens_per_s]
    return Round(
        figures=dict(zip(THEIRS, map(float, values), strict=True)),
        chunks=sum(len(sample.stamps) for sample in load.samples),
        prompt_tokens=found.prompt_tokens,
        output_tokens=found.output_tokens,
        own={"TTFT mean, ms": found.ttft.mean, "ITL mean, ms": found.itl.mean, "TPOT mean, ms": found.tpot.mean},
    )


def table(found: Compared) -> Table:
    """For people."""
    check = found.check
    title = (
        f"{check.contestant.name}: {ROUNDS} rounds of {len(check.prompts)} requests by each, {check.concurrency} at a "
        f"time, {check.tokens} tokens each; by the definitions of vLLM's client"
    )
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    shown.add_column("")
    for head in ("ours", "vllm bench serve", "difference", "rounds say", "within 5%"):
        shown.add_column(head, justify="right")
    for pair in found.pairs:
        rounds = f"{pair.lower:+.1%} to {pair.upper:+.1%}"
        figures = (f"{pair.ours:.2f}", f"{pair.theirs:.2f}", f"{pair.difference:+.1%}", rounds)
        shown.add_row(pair.what, *figures, pair.verdict)
    return shown


def remarks(found: Compared) -> list[str]:
    """What the table needs to be understood, a sentence each."""
    own = ", ".join(f"{what.replace(' mean, ms', '')} {value:.2f} ms" for what, value in found.ours.own.items())
    lines = [
        f"By our own definitions, under which a chunk has text or thinking, the last round gives {own} (means). vLLM's "
        f"client counted {found.theirs.chunks} chunks, with the event that names the role and those without text, and "
        f"we {found.ours.chunks}, in {found.ours.output_tokens} tokens.",
        "rounds say: the 95% interval of the difference over the rounds. Where it reaches over 5% both ways, the "
        "machine was too restless to tell the tools apart.",
    ]
    if not found.same_tokens:
        lines.append(
            f"The work was not the same: we were told {found.ours.prompt_tokens} tokens of prompts and "
            f"{found.ours.output_tokens} of answers, they {found.theirs.prompt_tokens} and "
            f"{found.theirs.output_tokens}. Throughputs do not compare."
        )
    return lines


def plain(found: Compared) -> dict[str, Any]:
    """As JSON values."""
    check = found.check
    return {
        "contestant": check.contestant.name,
        "concurrency": check.concurrency,
        "requests": len(check.prompts),
        "rounds": ROUNDS,
        "tokens": check.tokens,
        "same_tokens": found.same_tokens,
        "chunks": {"ours": found.ours.chunks, "theirs": found.theirs.chunks},
        "by_our_definitions": found.ours.own,
        "figures": [
            asdict(pair) | {"difference": pair.difference, "within_5_percent": pair.verdict} for pair in found.pairs
        ],
    }


def _opened(sample: Sample) -> float:
    return sample.stamps[0] if sample.opened is None else sample.opened


def _weights(contestant: Contestant) -> str:
    return (contestant.serve.model if contestant.serve else "") or contestant.model
