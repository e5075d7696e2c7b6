"""What the contestants' servers cost in time, memory and money.

    python -m scripts.bench_models                                     the embedded model, started for this
    python -m scripts.bench_models --contestants FILE --concurrency 1,4 --requests 40 --report bench.html
    python -m scripts.bench_models --contestants FILE --policies       the advice on calling them, checked
    python -m scripts.bench_models --self-check                        what the load generator itself costs

TTFT, ITL, TPOT and E2EL are vLLM's; TTFAT is the first token of the answer, after any thinking. docs/bench.md has the
definitions. Exit codes: 0 done, 1 a server did not answer, 2 the command, its settings or its file are wrong.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from arena.bench.ask import Departures
from arena.bench.footprint import Gpus
from arena.bench.outcome import Bench, Outcome, this_machine
from arena.bench.plain import plain
from arena.bench.prompts import Language
from arena.bench.report import render
from arena.bench.report_text import ReportLanguage
from arena.bench.servers import Server, read_record, server_of
from arena.bench.session import Bencher, Plan
from arena.chat.consistency import SelfConsistentChat
from arena.chat.embedded import embedded_contestants
from arena.chat.openai_client import OpenAIChat
from arena.clock import SystemClock
from arena.contestants import load
from arena.errors import ChatError
from arena.models import EMBEDDED, Contestant
from arena.ports import ChatClient
from arena.settings import Settings
from arena.weights import fetch
from scripts._bench_self import STREAMS, OwnCost, own_cost, table
from scripts._bench_tables import show
from scripts._cli import FAILED, fail, in_sentences, progress_bar, say
from tests.support.model_server import ModelServer

app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """The contestants that are measured, with what is known of their servers."""

    contestants: Sequence[Contestant]
    servers: dict[str, Server]


@app.command(help=__doc__)
def main(
    contestants: Annotated[str, typer.Option(help="A file or a preset; ARENA_CONTESTANTS when not given.")] = "",
    only: Annotated[list[str] | None, typer.Option(help="Just this contestant; may be repeated.")] = None,
    concurrency: Annotated[str, typer.Option(help="Streams at a time, with commas; each is a run.")] = "1,4",
    requests: Annotated[int, typer.Option(min=1, help="Requests in each run.")] = 20,
    warm_up: Annotated[int, typer.Option(min=1, help="Requests before the clock runs.")] = 2,
    language: Annotated[Language, typer.Option(help="Of the prompts.")] = Language.BOTH,
    seed: Annotated[int, typer.Option(help="Of the drawing of prompts.")] = 0,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Of an answer; the file's when not given.")] = None,
    servers: Annotated[Path | None, typer.Option(help="JSON record of servers: pid and load_s.")] = None,
    watts: Annotated[float | None, typer.Option(min=0, help="What the serving machine draws.")] = None,
    electricity_price: Annotated[float | None, typer.Option(min=0, help="Of a kilowatt-hour.")] = None,
    self_check: Annotated[bool, typer.Option("--self-check", help="Measure the load generator; stop.")] = False,
    json_out: Annotated[str | None, typer.Option("--json", help="Write JSON here; - is standard output.")] = None,
    report: Annotated[str | None, typer.Option(help="Write an HTML report here; - is standard output.")] = None,
    report_language: Annotated[ReportLanguage, typer.Option(help="Of the report.")] = ReportLanguage.EN,
) -> None:
    """Measure, and print tables."""
    if self_check:
        check_itself(json_out)
        return
    if watts is not None and electricity_price is None:
        fail("--watts needs --electricity-price beside it: the price of a kilowatt-hour")
    plan = Plan(
        concurrencies=streams(concurrency),
        requests=requests,
        warm_ups=warm_up,
        language=language,
        seed=seed,
        max_tokens=max_tokens,
    )
    with in_sentences(), ExitStack() as stack:
        settings = Settings()
        field = field_of(settings, contestants, only or [], servers, stack)
        gpus = stack.enter_context(Gpus())
        clock = SystemClock()
        client = client_for(settings, field.contestants, clock)
        bencher = Bencher(
            client=client,
            clock=clock,
            gpus=gpus,
            servers=field.servers,
            electricity_price=electricity_price,
            watts=watts,
        )
        outcomes = measured(bencher, field, plan)
        bench = Bench(
            outcomes=outcomes,
            machine=this_machine(gpus.name),
            at=f"{clock.now():%Y-%m-%d %H:%M} UTC",
            settings={"seed": str(seed), "language": language.value, "requests": str(requests)},
            names={c.name: c.display for c in field.contestants},
        )
    show(bench, Console(stderr="-" in (json_out, report)))
    write(report, lambda: render(bench, report_language))
    write(json_out, lambda: json.dumps(plain(bench), ensure_ascii=False, indent=2))


def check_itself(json_out: str | None) -> None:
    """Measure this program against a scripted server that knows what it sent when."""
    client = OpenAIChat({}, on_send=Departures(SystemClock()).note)

    async def work(done: Callable[[int], None]) -> OwnCost:
        try:
            await client.warm_up()
            without_garbage()
            return await own_cost(client, server, done)
        finally:
            await client.aclose()

    with ModelServer() as server, progress_bar("Asking", STREAMS) as done:
        found = asyncio.run(work(done))
    Console(stderr=json_out == "-").print(table(found))
    write(json_out, lambda: json.dumps(asdict(found), indent=2))


def without_garbage() -> None:
    """What was imported is never garbage: looking through it would stop the clock's owner for 20 ms at a time."""
    gc.collect()
    gc.freeze()


def streams(text: str) -> tuple[int, ...]:
    """The numbers of a list with commas; ends the command when they are none."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        fail(f"--concurrency {text!r}: expected numbers from 1 up with commas between them, such as 1,4")
    return numbers


def field_of(settings: Settings, source: str, only: Sequence[str], record: Path | None, stack: ExitStack) -> Field:
    """The contestants to measure; the embedded engine is started, and its start timed, when one of them needs it."""
    listed = load(source or settings.contestants, settings.api_key)
    unknown = sorted(set(only) - {c.name for c in listed})
    if unknown:
        fail(f"--only {unknown[0]}: the contestants are {', '.join(c.name for c in listed)}")
    chosen = [c for c in listed if not only or c.name in only]
    weights = fetch(settings.cache_dir, say) if any(c.base_url == EMBEDDED for c in chosen) else None
    began = time.monotonic()
    running = stack.enter_context(embedded_contestants(chosen, lambda: weights or Path()))
    load_s = time.monotonic() - began
    known = read_record(record) if record is not None else {}
    known |= {c.name: Server(load_s=load_s) for c in chosen if c.base_url == EMBEDDED}
    return Field(contestants=running, servers={c.name: server_of(c, known) for c in running})


def client_for(settings: Settings, contestants: Sequence[Contestant], clock: SystemClock) -> ChatClient:
    """The arena's own client, which tells when a request goes out."""
    keys = {c.api_key_env: settings.api_key(c.api_key_env) or "" for c in contestants}
    return SelfConsistentChat(OpenAIChat(keys, on_send=Departures(clock).note))


def measured(bencher: Bencher, field: Field, plan: Plan) -> list[Outcome]:
    """Every contestant in turn, with a progress bar."""

    async def all_of(done: Callable[[int], None]) -> list[Outcome]:
        try:
            await bencher.client.warm_up()
            without_garbage()
            return [o for c in field.contestants for o in await bencher.measure(c, plan, done)]
        finally:
            await bencher.client.aclose()

    try:
        with progress_bar("Asking", plan.total * len(field.contestants)) as done:
            return asyncio.run(all_of(done))
    except ChatError as error:
        fail(f"no measurement: {error.detail} ({error.kind.value})", FAILED)


def write(target: str | None, text: Callable[[], str]) -> None:
    """Write a result to a file or to standard output."""
    if target == "-":
        typer.echo(text())
    elif target:
        try:
            Path(target).write_text(text() + "\n", encoding="utf-8")
        except OSError as error:
            fail(f"{target}: cannot be written: {error.strerror or type(error).__name__}")


if __name__ == "__main__":
    app()
