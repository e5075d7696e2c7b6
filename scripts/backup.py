"""Copy the database while the arena runs, put a copy back, and check that a database is whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from arena.settings import Settings
from scripts._cli import FAILED, DatabaseUrl, database_at, fail, in_sentences, say
from storage.backups import check, copy_sqlite, pg_connection, restore_sqlite
from storage.database import parse_url

app = typer.Typer(add_completion=False, rich_markup_mode="markdown", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a sentence.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was written, and how large it is."""

    file: str
    bytes: int
    votes: int | None


@app.command(epilog="Example: python -m scripts.backup create backups/")
def create(
    target: Annotated[
        str, typer.Argument(help="A new file, or a folder (made if it ends in /) for a file named by the time.")
    ],
    database_url: DatabaseUrl = "",
    as_json: Json = False,
) -> None:
    """Copy the database to a file; the arena may run meanwhile.

    SQLite is copied by its own backup interface and the copy is checked. PostgreSQL is copied by `pg_dump`, which has
    to be installed (Debian: postgresql-client).
    """
    with database_at(database_url) as database:
        url = database.engine.url
        file = _new_file(target, "db" if url.get_backend_name() == "sqlite" else "dump")
        if url.get_backend_name() == "sqlite":
            votes: int | None = copy_sqlite(database, file)
        else:
            _run_postgres_tool("pg_dump", ["--format=custom", f"--file={file}"], pg_connection(url))
            _run_postgres_tool("pg_restore", ["--list", str(file)], {})  # reads all of its table of contents
            votes = None
    _tell(Done(file=str(file), bytes=file.stat().st_size, votes=votes), as_json, "written")


@app.command(epilog="Example: python -m scripts.backup restore backups/arena-20260102-030405.db")
def restore(
    backup: Annotated[Path, typer.Argument(help="A file that `create` has made.", exists=True, dir_okay=False)],
    database_url: DatabaseUrl = "",
    as_json: Json = False,
) -> None:
    """Make a database of a copy. Stop the arena first.

    The database must not exist yet (SQLite) or be empty (PostgreSQL): nothing is overwritten. Move the old one away.
    """
    with in_sentences():
        url = parse_url(database_url or Settings().resolved_database_url)
        if url.get_backend_name() == "sqlite":
            file = restore_sqlite(backup, url)
        else:
            options = ["--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={url.database}"]
            _run_postgres_tool("pg_restore", [*options, str(backup)], pg_connection(url))
            file = backup
    rendered = url.render_as_string(hide_password=False)
    with database_at(rendered) as database:
        votes = check(database)
    _tell(Done(file=str(file), bytes=backup.stat().st_size, votes=votes), as_json, "restored")


@app.command(name="check", epilog="Example: python -m scripts.backup check --database-url sqlite:///data/arena.db")
def check_command(database_url: DatabaseUrl = "", as_json: Json = False) -> None:
    """Check that a database is whole: the file, the references, and the counts against a recount of the votes."""
    with database_at(database_url) as database:
        votes = check(database)
    typer.echo(json.dumps({"votes": votes, "problems": []}) if as_json else f"whole: {votes} votes")


def _new_file(wanted: str, ending: str) -> Path:
    target = Path(wanted)
    if wanted.endswith("/"):
        _make_folder(target)
    if target.is_dir():
        target = target / f"arena-{datetime.now(UTC):%Y%m%d-%H%M%S}.{ending}"
    if target.exists():
        fail(f"{target} exists already; a backup overwrites nothing")
    if not target.parent.is_dir():
        fail(f"there is no folder {target.parent}")
    return target


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fail(f"the folder {folder} cannot be made: {error.strerror}")


def _run_postgres_tool(tool: str, arguments: list[str], connection: Mapping[str, str]) -> None:
    """Run a tool of PostgreSQL's; what it complains of is said in its own words."""
    program = shutil.which(tool)
    if program is None:
        fail(f"{tool} is not installed; on Debian: sudo apt-get install postgresql-client", FAILED)
    done = subprocess.run(  # noqa: S603 - a tool of PostgreSQL's with arguments of our own
        [program, *arguments], env={**os.environ, **connection}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        _fail_in_words_of(tool, done.stderr)


def _fail_in_words_of(tool: str, words: str) -> NoReturn:
    lines = [line for line in words.strip().splitlines() if line]
    fail(f"{tool}: {lines[0].removeprefix(f'{tool}: ') if lines else 'failed without a word'}", FAILED)


def _tell(done: Done, as_json: bool, what: str) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    votes = "" if done.votes is None else f", {done.votes} votes, checked"
    typer.echo(f"{what}: {done.file} ({done.bytes:,} bytes{votes})")
    if done.votes is None:
        say("check a dump by restoring it into an empty database: python -m scripts.backup restore")


if __name__ == "__main__":
    app()
