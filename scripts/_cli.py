"""What the command lines share: which database, one sentence in place of a traceback, a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from arena.errors import ArenaError, SchemaMismatch, StoreError
from arena.settings import Settings
from storage.database import Database, open_database

FAILED, BAD_INPUT = 1, 2
"""Exit codes: the database did not do it; the command, its settings or its file are wrong."""

DatabaseUrl = Annotated[
    str, typer.Option("--database-url", help="Which database; ARENA_DATABASE_URL, or its default, when not given.")
]


def say(message: str) -> None:
    """Tell the person something, beside the results."""
    typer.echo(message, err=True)


def fail(message: str, code: int = BAD_INPUT) -> NoReturn:
    """End with one sentence."""
    say(message)
    raise typer.Exit(code)


@contextmanager
def in_sentences() -> Iterator[None]:
    """Our own errors end the command with their sentence; anything else is a bug and keeps its traceback."""
    try:
        yield
    except ArenaError as error:
        unavailable = isinstance(error, StoreError) and not isinstance(error, SchemaMismatch)
        fail(str(error), FAILED if unavailable else BAD_INPUT)


@contextmanager
def database_at(url: str, *, must_exist: bool = True) -> Iterator[Database]:
    """Open the database and close it again, with errors in sentences."""
    with in_sentences():
        resolved = url or Settings().resolved_database_url
        if must_exist and _is_missing(resolved):
            fail(f"there is no database at {resolved}; say which with --database-url or ARENA_DATABASE_URL")
        database = open_database(resolved)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def progress_bar(what: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, when a person is there to see it; call what it gives with each step done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.advance(task, done)


def _is_missing(url: str) -> bool:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return False  # opening it says what is wrong
    file = parsed.database or ""
    return parsed.get_backend_name() == "sqlite" and not file.startswith("file:") and not Path(file).is_file()
