"""Run a study: create it, watch it, replace and withdraw people, close, report, export, publish. docs/study.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from arena.analysis.report_text import Language
from arena.errors import ConfigError
from arena.study import reconstruct
from arena.study.conversations import conversations
from arena.study.dictionary import lines
from arena.study.figures import figures
from arena.study.making import Made, link
from arena.study.operator import PersonStatus, StudyStatus, talk_cells
from arena.study.protocol import load_protocol
from arena.study.reading import from_csv, table_csv, to_csv
from arena.study.report import render
from arena.study.simulation import simulate as simulate_study
from arena.study_json import canonical
from arena.study_models import Protocol, Study, StudySource, StudyState
from scripts._cli import DatabaseUrl, progress_bar, say
from scripts._studies import (
    base_url_of,
    field_of,
    notices_of,
    random_seed,
    read_file,
    run,
    studies_at,
    write_files,
)

_EPILOG = """
Examples:

- python -m scripts.study create naturalness --contestants llama3-vs-deepseek --base-url https://arena.example.org
- python -m scripts.study status 3f2a
- python -m scripts.study close 3f2a && python -m scripts.study report 3f2a --out study.html

A study is named by its id or the beginning of it. Exit codes: 0 done, 1 the database did not do it, 2 the command, its
settings or a file is wrong, or the study is not in a state for it.
"""

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    epilog=_EPILOG,
    help="Run a study from its protocol to its report. docs/study.md tells it from the beginning.",
)

StudyId = Annotated[str, typer.Argument(metavar="STUDY", help="The study's id, or the beginning of it.")]
Label = Annotated[str, typer.Argument(metavar="PARTICIPANT", help="The participant's label, such as P03.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object in place of tables.")]


@app.command()
def create(
    protocol: Annotated[str, typer.Argument(help="A protocol file, or the name of one that comes along: naturalness.")],
    participants: Annotated[
        int | None, typer.Option(min=2, max=1000, help="How many; the protocol's number when not given.")
    ] = None,
    base_url: Annotated[str, typer.Option(help="Where participants find the arena, for their links.")] = "",
    contestants: Annotated[str, typer.Option(help="Contestants file or preset; ARENA_CONTESTANTS.")] = "",
    between: Annotated[
        tuple[str, str], typer.Option(help="Two contestants' names in place of the protocol's.", metavar="NAME NAME")
    ] = ("", ""),
    seed: Annotated[int, typer.Option(help="Of the assignment; random when not given.")] = -1,
    as_json: AsJson = False,
    database_url: DatabaseUrl = "",
) -> None:
    """Freeze a protocol and its contestants as a study, and print one personal link for each participant.

    The links are shown this once; the database has only their digests. The sequences are drawn up now, and nobody is
    shown them before the study closes.
    """
    with studies_at(database_url, must_exist=False) as studies:
        laid_down = _changed(load_protocol(protocol), participants, between)
        drawn = seed if seed >= 0 else random_seed()
        made = run(lambda: studies.office.create(laid_down, field_of(contestants), drawn))
        _print_links(made, base_url_of(base_url), as_json=as_json)


@app.command()
def status(
    study: Annotated[str, typer.Argument(metavar="[STUDY]", help="Which study; all are listed when not given.")] = "",
    as_json: AsJson = False,
    database_url: DatabaseUrl = "",
) -> None:
    """Who is where, failures and leaks; no answers, and no sequences before the study closes."""
    with studies_at(database_url) as studies:
        if not study:
            _print_studies(run(studies.office.studies), as_json=as_json)
            return
        found = run(lambda: studies.office.status(study))
        if as_json:
            typer.echo(json.dumps(_plain_status(found), ensure_ascii=False, indent=2, default=str))
        else:
            _print_status(found, Console())


@app.command(name="replace")
def replace_participant(
    study: StudyId,
    participant: Label,
    base_url: Annotated[str, typer.Option(help="Where participants find the arena, for the link.")] = "",
    database_url: DatabaseUrl = "",
) -> None:
    """Give the place of somebody who was lost or has withdrawn to somebody new, and print the new link.

    The new participant inherits the sequence. The old link stops working; what was answered stays, marked as replaced.
    """
    with studies_at(database_url) as studies:
        invitation = run(lambda: studies.office.replace(study, participant))
        say(f"{invitation.label} has the place of {participant.upper()}:")
        typer.echo(link(base_url_of(base_url), invitation.code))


@app.command()
def withdraw(
    study: StudyId,
    participant: Label,
    erase: Annotated[bool, typer.Option("--erase", help="Also erase all texts and answers, for good.")] = False,
    database_url: DatabaseUrl = "",
) -> None:
    """Take out somebody who asked for it: excluded from report and export, and erased if they asked for that too."""
    with studies_at(database_url) as studies:
        run(lambda: studies.office.withdraw(study, participant, erase=erase))
        say(f"{participant.upper()} is withdrawn{' and erased' if erase else ''}.")


@app.command()
def close(study: StudyId, database_url: DatabaseUrl = "") -> None:
    """End the study: no more answers, and outcomes may be looked at. Closing early is labelled in the report."""
    with studies_at(database_url) as studies:
        closed = run(lambda: studies.office.close(study))
        early = "; early, before all places were completed, which the report says" if closed.closed_early else ""
        say(f"Study {closed.id[:8]} is {closed.state.value}{early}.")


@app.command()
def publish(study: StudyId, database_url: DatabaseUrl = "") -> None:
    """Say that the report is out: from now on nothing can be withdrawn, as the consent says."""
    with studies_at(database_url) as studies:
        published = run(lambda: studies.office.publish(study))
        say(f"Study {published.id[:8]} is published; withdrawals end here.")


@app.command()
def report(
    study: StudyId,
    out: Annotated[str, typer.Option(help="The HTML file; - is standard output.")] = "",
    json_out: Annotated[
        str, typer.Option("--json", help="Write every figure of the report here, unrounded; - is standard output.")
    ] = "",
    language: Annotated[Language, typer.Option(help="Of the report.")] = Language.EN,
    database_url: DatabaseUrl = "",
) -> None:
    """Write the report of a closed study as one HTML file, in the form that CONSORT asks of crossover trials.

    With --json and without --out, only the figures are written. docs/study-methods.md tells what each is; what is
    infinite is null.
    """
    if "-" == out == json_out:
        raise typer.BadParameter("standard output takes one of --out and --json")
    with studies_at(database_url) as studies:
        record = run(lambda: studies.office.record(study))
        if json_out:
            found = json.dumps(figures(record).as_json(), ensure_ascii=False, indent=2) + "\n"
            _write(json_out, found, f"The figures are in {json_out}{_marked(record.study)}.")
        if out or not json_out:
            path = out or f"study-{record.study.id[:8]}.html"
            _write(path, render(record, language.value), f"The report is in {path}{_marked(record.study)}.")


@app.command()
def export(
    study: StudyId,
    out: Annotated[Path, typer.Option(help="The folder for the files.")] = Path("study-export"),
    database_url: DatabaseUrl = "",
) -> None:
    """Write a closed study's data: study.csv (long format), dictionary.csv, conversations.jsonl, protocol.json.

    People appear by their labels only. Whoever has withdrawn is counted and nothing more. Where a model's licence asks
    for it, NOTICE.txt goes along.
    """
    with studies_at(database_url) as studies:
        record = run(lambda: studies.office.record(study))
        people = run(lambda: studies.office.conversations(study))
        notices = notices_of(run(lambda: studies.store.snapshots(record.study.id)))
        talks = list(conversations(record.study, people))
        files = {
            "study.csv": to_csv(record),
            "dictionary.csv": table_csv(lines(record.study.protocol)),
            "protocol.json": canonical(record.study.protocol) + "\n",
            "conversations.jsonl": "".join(json.dumps(talk, ensure_ascii=False) + "\n" for talk in talks),
        }
        write_files(out, files | ({"NOTICE.txt": notices} if notices else {}))
        say(f"{len(record.sheets)} sheets and {len(talks)} conversations are in {out}{_marked(record.study)}.")


@app.command()
def simulate(
    study: StudyId,
    seed: Annotated[int, typer.Option(help="The same seed gives the same sheets.")] = 1,
    database_url: DatabaseUrl = "",
) -> None:
    """Fill a study that nobody has begun with simulated participants, to try out the pipeline.

    They go through the same steps as people; no model is asked. The study is marked as simulated from then on, also in
    its report and its export, and its links stop working.
    """
    with studies_at(database_url) as studies:
        found = run(lambda: studies.office.study(study))
        with progress_bar("Simulating", found.protocol.participants) as progress:
            n = run(lambda: simulate_study(found, studies.store, seed, done=lambda _label: progress(1)))
        say(f"{n} simulated participants took part in study {found.id[:8]}.")


@app.command()
def load(
    record: Annotated[
        str, typer.Argument(help="A study.csv; the published study, reconstructed, when not given.")
    ] = "",
    protocol: Annotated[str, typer.Option(help="The protocol under which the file was made.")] = "",
    database_url: DatabaseUrl = "",
) -> None:
    """Store a study that was not run here: an export, or the published study reconstructed from its totals.

    It stays marked as what it is, and report and export treat it as any other.
    """
    with studies_at(database_url, must_exist=False) as studies:
        if record and not protocol:
            raise ConfigError("say with --protocol under which protocol the file was made")
        made = from_csv(read_file(Path(record)), load_protocol(protocol)) if record else reconstruct.record()
        stored = run(lambda: studies.office.load(made))
        say(f"{len(made.sheets)} sheets stored{_marked(stored)}.")
        typer.echo(stored.id)


def _write(out: str, text: str, done: str) -> None:
    """To a file, and say so; or to standard output."""
    if out == "-":
        typer.echo(text, nl=not text.endswith("\n"))
        return
    path = Path(out)
    write_files(path.parent, {path.name: text})
    say(done)


def _changed(protocol: Protocol, participants: int | None, between: tuple[str, str]) -> Protocol:
    """The protocol with the number and the contestants that the command gives."""
    if all(between):
        if between[0] == between[1]:
            raise ConfigError("--between: expected two different names")
        protocol = replace(protocol, contestants=between)
    return replace(protocol, participants=participants) if participants else protocol


def _marked(study: Study) -> str:
    return "" if study.source is StudySource.PARTICIPANTS else f" (marked as {study.source.value})"


def _print_links(made: Made, base_url: str, *, as_json: bool) -> None:
    study = made.new.study
    links = {invitation.label: link(base_url, invitation.code) for invitation in made.invitations}
    if as_json:
        found = {"study": study.id, "protocol_hash": study.protocol_hash, "links": links}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    say(f"Study {study.id}\nprotocol {study.protocol_hash}\nOne link for each person; they are not shown again.")
    for label, address in links.items():
        typer.echo(f"{label}  {address}")


def _print_studies(studies: Sequence[Study], *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "study": study.id,
            "title": next(iter(study.protocol.title.values()), ""),
            "state": study.state.value,
            "source": study.source.value,
            "participants": study.protocol.participants,
            "created_at": study.created_at.isoformat(timespec="seconds"),
        }
        for study in studies
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("study", "title", "state", "source", "participants", "created"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(str, {**row, "study": row["study"][:8], "created_at": row["created_at"][:10]}.values()))
    Console().print(table if rows else "No studies yet; python -m scripts.study create naturalness makes one.")


def _plain_status(found: StudyStatus) -> dict[str, Any]:
    study = found.study
    facts = {
        "id": study.id,
        "protocol_hash": study.protocol_hash,
        "state": study.state,
        "source": study.source,
        "closed_early": study.closed_early,
        "created_at": study.created_at.isoformat(),
    }
    rest = {name: value for name, value in asdict(found).items() if name != "study"}
    return {"study": facts, **rest}


def _print_status(found: StudyStatus, console: Console) -> None:
    study = found.study
    early = " (early)" if study.closed_early else ""
    console.print(
        f"Study {study.id}{_marked(study)} · {study.state.value}{early} · protocol {study.protocol_hash[:12]}"
    )
    console.print(
        f"Places {found.places} · given {found.places_given} · completed {found.completed} · "
        f"withdrawn {found.withdrawn} · replaced {found.replaced}"
    )
    if study.state is not StudyState.OPEN:
        console.print(" · ".join(f"{order}: {n}" for order, n in found.balance.items()))
    console.print(_people(found.people))


def _people(people: Sequence[PersonStatus]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("who", "state", "step", "period 1", "period 2", "failed", "leaks", "seen"):
        table.add_column(heading, no_wrap=heading.startswith(("state", "seen", "period")), overflow="fold")
    for person in people:
        who = person.label + (f" for {person.replaces}" if person.replaces else "")
        talks = talk_cells(person, lambda talk: f"{talk.turns} · {talk.active_s:.0f} s")
        table.add_row(who, person.state.value, person.step, *talks)
    return table


if __name__ == "__main__":
    app()
