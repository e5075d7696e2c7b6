"""What the study commands share: the operator's side of the studies in a database, and what is written to files."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from arena.clock import SystemClock
from arena.contestants import load
from arena.errors import DataError
from arena.keys import Keys
from arena.logs import configure_logging
from arena.models import Contestant
from arena.settings import Settings
from arena.study.operator import StudyOffice
from scripts._cli import database_at, in_sentences
from storage.store import SqlStore
from storage.study_store import SqlStudyStore

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Studies:
    """The studies in a database, for one command."""

    office: StudyOffice
    store: SqlStudyStore


@contextmanager
def studies_at(url: str, *, must_exist: bool = True) -> Iterator[Studies]:
    """Open the database's studies, with errors in sentences and only warnings in the log."""
    configure_logging("text", "warning")
    with ExitStack() as stack:
        database = stack.enter_context(database_at(url, must_exist=must_exist))
        stack.enter_context(in_sentences())
        store = SqlStore(database)
        studies = SqlStudyStore(store)
        keys = Keys(Settings().secret.get_secret_value() or asyncio.run(store.secret()))
        yield Studies(StudyOffice(store=studies, keys=keys, clock=SystemClock()), studies)


def run(work: Callable[[], Awaitable[R]]) -> R:
    """Do something of the store's, from a command."""

    async def do() -> R:
        return await work()

    return asyncio.run(do())


def field_of(source: str) -> tuple[Contestant, ...]:
    """The contestants of a file or preset, or those of the settings."""
    settings = Settings()
    return load(source or settings.contestants, settings.api_key)


def base_url_of(given: str) -> str:
    """Where participants find the arena."""
    settings = Settings()
    host = "localhost" if settings.server_name in ("0.0.0.0", "127.0.0.1") else settings.server_name  # noqa: S104
    return given or f"http://{host}:{settings.server_port}"


def random_seed() -> int:
    """A seed that nobody knows beforehand."""
    return secrets.randbits(63)


def notices_of(snapshots: Sequence[str]) -> str:
    """The notices that the contestants' licences ask for, empty where none does."""
    notices = {str(shape["display"]): str(shape["notice"]) for shape in map(json.loads, snapshots) if shape["notice"]}
    return "".join(f"{display}: {notice}\n" for display, notice in notices.items())


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Write texts into a folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(f"{error.filename} cannot be written: {error.strerror}") from error


def read_file(path: Path) -> str:
    """A text file. Raises `DataError` in a sentence."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
