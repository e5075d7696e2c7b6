"""Pause the arena: people see that it is paused and can open no new battle; battles under way go on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from scripts._cli import DatabaseUrl, database_at
from storage import kept


class Switch(StrEnum):
    """What can be asked for."""

    ON = "on"
    OFF = "off"
    STATUS = "status"


app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(epilog="Example: python -m scripts.pause on")
def main(
    switch: Annotated[Switch, typer.Argument(help="on pauses, off goes on, status only tells.")],
    database_url: DatabaseUrl = "",
) -> None:
    """Pause the arena, or go on.

    While it is paused nobody can open a new battle; battles under way can be finished and voted on. It takes effect at
    the next prompt, also when the arena runs in several processes.
    """
    with database_at(database_url) as database:
        if switch is not Switch.STATUS:
            with database.write() as connection:
                kept.set_paused(connection, switch is Switch.ON)
        with database.read() as connection:
            typer.echo("paused" if kept.paused(connection) else "running")


if __name__ == "__main__":
    app()
