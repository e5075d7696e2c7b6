"""What the contestants' servers cost in time, memory and money.

    python -m scripts.bench_models                              the contestants of ARENA_CONTESTANTS
    python -m scripts.bench_models --contestants FILE --concurrency 1,4 --requests 40 --report bench.html
    python -m scripts.bench_models --contestants FILE --policies              the advice on calling models, checked
    python -m scripts.bench_models --contestants FILE --cross-check PYTHON    beside vLLM's own client
    python -m scripts.bench_models --self-check                               what the load generator itself costs

TTFT, ITL, TPOT and E2EL are vLLM's; TTFAT is the first token of the answer, after any thinking. docs/bench.md has the
definitions. Exit codes: 0 done, 1 a server did not answer, 2 the command, its settings or its file are wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from arena.bench.ask import Departures
from arena.bench.outcome import Bench, Outcome, this_machine
from arena.bench.plain import plain
from arena.bench.policies import VARIANTS, PolicyResult, try_policies
from arena.bench.prompts import Language, everyday
from arena.bench.report import render
from arena.bench.report_text import ReportLanguage
from arena.bench.session import Bencher, Plan
from arena.chat.openai_client import OpenAIChat
from arena.clock import SystemClock
from scripts import _bench_cross as cross
from scripts import _bench_policies as policy_tables
from scripts._bench_self import TURNS, OwnCost, own_cost
from scripts._bench_self import table as own_table
from scripts._bench_setup import Setup, in_loop, set_up, without_garbage
from scripts._bench_tables import show
from scripts._cli import fail, in_sentences, progress_bar
from tests.support.model_server import ModelServer

CROSS_TOKENS = 64

app = typer.Typer(add_completion=False, help=__doc__)


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
    servers: Annotated[
        Path | None, typer.Option(help="Record of the servers; serve_models' own when not given.")
    ] = None,
    watts: Annotated[float | None, typer.Option(min=0, help="What the serving machine draws.")] = None,
    electricity_price: Annotated[float | None, typer.Option(min=0, help="Of a kilowatt-hour.")] = None,
    policies: Annotated[bool, typer.Option("--policies", help="Try prompt policies instead.")] = False,
    cross_check: Annotated[str, typer.Option(metavar="PYTHON", help="A Python that has vLLM; compare.")] = "",
    self_check: Annotated[bool, typer.Option("--self-check", help="Measure the load generator instead.")] = False,
    json_out: Annotated[str | None, typer.Option("--json", help="Write JSON here; - is standard output.")] = None,
    report: Annotated[str | None, typer.Option(help="Write an HTML report here; - is standard output.")] = None,
    report_language: Annotated[ReportLanguage, typer.Option(help="Of the report.")] = ReportLanguage.EN,
) -> None:
    """Measure, and print tables."""
    power(watts, electricity_price)
    counts = streams(concurrency)
    plan = Plan(
        concurrencies=counts,
        requests=requests,
        warm_ups=warm_up,
        language=language,
        seed=seed,
        max_tokens=max_tokens,
    )
    console = Console(stderr="-" in (json_out, report))
    if self_check:
        found = check_itself(console)
        return write(json_out, lambda: text_of(asdict(found)))
    with in_sentences(), ExitStack() as stack:
        setup = set_up(contestants, only or [], servers, stack)
        if policies:
            tried = try_all(setup, plan, console)
            return write(json_out, lambda: text_of([asdict(each) for each in tried]))
        if cross_check:
            pairs = compare(setup, plan, cross_check, console)
            return write(json_out, lambda: text_of(pairs))
        bench = measure(setup, plan, watts, electricity_price)
    show(bench, console)
    write(report, lambda: render(bench, report_language))
    return write(json_out, lambda: text_of(plain(bench)))


def power(watts: float | None, price: float | None) -> None:
    """Watts without a price say nothing about cost."""
    if watts is not None and price is None:
        fail("--watts needs --electricity-price beside it: the price of a kilowatt-hour")


def streams(text: str) -> tuple[int, ...]:
    """The numbers of a list with commas; ends the command when they are none."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        fail(f"--concurrency {text!r}: expected numbers from 1 up with commas between them, such as 1,4")
    return numbers


def measure(setup: Setup, plan: Plan, watts: float | None, electricity_price: float | None) -> Bench:
    """Every contestant in turn."""
    bencher = Bencher(
        client=setup.client,
        clock=setup.clock,
        gpus=setup.gpus,
        servers=setup.servers,
        electricity_price=electricity_price,
        watts=watts,
    )

    async def job(done: Callable[[int], None]) -> list[Outcome]:
        return [o for c in setup.contestants for o in await bencher.measure(c, plan, done)]

    outcomes = setup.work("Asking", plan.total * len(setup.contestants), job)
    said = {name: str(value) for name, value in asdict(plan).items() if value is not None}
    machine = this_machine(setup.gpus.name)
    return Bench(outcomes=outcomes, machine=machine, at=f"{setup.clock.now():%Y-%m-%d %H:%M} UTC", settings=said)


def try_all(setup: Setup, plan: Plan, console: Console) -> list[PolicyResult]:
    """The same prompts under every policy, for each contestant."""
    total = 2 * plan.requests * len(VARIANTS) * len(setup.contestants)

    async def job(done: Callable[[int], None]) -> list[list[PolicyResult]]:
        asked = [plan.shaped(contestant) for contestant in setup.contestants]
        return [await try_policies(setup.client, each, plan, setup.clock, done) for each in asked]

    found = setup.work("Trying policies", total, job)
    for results in found:
        console.print(policy_tables.table(results[0].contestant, results))
    console.print(policy_tables.NOTE, highlight=False)
    return [result for results in found for result in results]


def compare(setup: Setup, plan: Plan, python: str, console: Console) -> list[dict[str, Any]]:
    """Every contestant at every concurrency, by us and by vLLM's own client."""
    tokens = plan.max_tokens or CROSS_TOKENS
    prompts = everyday(plan.requests, plan.language, plan.seed)
    checks = [
        cross.CrossCheck(python=python, contestant=c, concurrency=n, prompts=prompts, tokens=tokens)
        for c in setup.contestants
        for n in plan.concurrencies
    ]

    async def job(done: Callable[[int], None]) -> list[cross.Compared]:
        return [await cross.compare(check, setup.client, done) for check in checks]

    found = setup.work("Comparing", cross.ROUNDS * len(checks), job)
    for compared in found:
        console.print(cross.table(compared))
        for line in cross.remarks(compared):
            console.print(line, highlight=False)
    return [cross.plain(compared) for compared in found]


def check_itself(console: Console) -> OwnCost:
    """Measure this program against a scripted server that knows what it sent when."""
    client = OpenAIChat({}, on_send=Departures(SystemClock()).note)

    async def work(server: ModelServer, done: Callable[[int], None]) -> OwnCost:
        try:
            await client.warm_up()
            without_garbage()
            return await own_cost(client, server, done)
        finally:
            await client.aclose()

    with ModelServer() as server, progress_bar("Asking", len(TURNS)) as done:
        found = in_loop(work(server, done))
    console.print(own_table(found))
    return found


def text_of(value: Sequence[Any] | dict[str, Any]) -> str:
    """JSON for people and programs."""
    return json.dumps(value, ensure_ascii=False, indent=2)


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
