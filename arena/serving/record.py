"""A file that says which servers are up, for programs beside this one: `scripts.bench_models` reads it.

JSON, `{"servers": [{"contestant": NAME, "server": NAME, "url": URL, "pid": 123, "load_s": 28.1, ...}]}`: an entry for
each server of each contestant. A contestant with replicas has several; a server that two contestants share is in two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from arena.errors import ConfigError
from arena.serving.supervisor import Event, Loaded

FILE = "servers.json"


class Record:
    """Kept while the servers run, and removed with them; a reader sees the file whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._up: dict[str, Loaded] = {}

    def note(self, event: Event) -> None:
        """A server is up, or has fallen. Raises `ConfigError` when the file cannot be written."""
        if isinstance(event, Loaded):
            self._up[event.plan.name] = event
        else:
            self._up.pop(event.plan.name, None)
        self._write()

    def remove(self) -> None:
        """No server is up any more."""
        self._up.clear()
        self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        entries = [_entry(name, loaded) for loaded in self._up.values() for name in loaded.plan.contestants]
        half = self._path.with_suffix(".part")
        try:
            half.write_text(json.dumps({"servers": entries}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            half.replace(self._path)
        except OSError as error:
            raise ConfigError(f"{self._path}: cannot be written: {error.strerror or type(error).__name__}") from error


def _entry(contestant: str, loaded: Loaded) -> dict[str, Any]:
    return {
        "contestant": contestant,
        "server": loaded.plan.name,
        "url": loaded.plan.url,
        "pid": loaded.pid,
        "load_s": round(loaded.load_s, 2),
        "memory_bytes": loaded.memory_bytes,
        "gpu_memory_bytes": loaded.gpu_memory_bytes,
    }
