"""Running a command line in this process, on a database of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import typer
from typer.testing import CliRunner, Result

from storage.database import open_database
from storage.store import SqlStore


def run(app: typer.Typer, *arguments: str | Path) -> Result:
    """Run a command; standard output and standard error are kept apart."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def fill(url: str, work: Callable[[SqlStore], Awaitable[object]]) -> None:
    """Do something to a database, made if it is not there, and close it."""
    store = SqlStore(open_database(url))

    async def do() -> None:
        await work(store)

    asyncio.run(do())
    store.close()
