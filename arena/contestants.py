"""A contestants file (TOML) -> contestants. A wrong file is refused with its line, its key and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from arena import contestant_tables as tables
from arena import toml_file
from arena.contestant_parts import Engine, Price, PromptPolicy, Sampling, Serve, SystemAs
from arena.models import Contestant
from arena.toml_file import Form, Loc, Problem

PRESETS = Path(__file__).parent / "presets"

ReadKey = Callable[[str], str | None]


def load(source: str | Path, api_key: ReadKey) -> tuple[Contestant, ...]:
    """The contestants of a file or of a preset.

    Args:
        source: a preset's name or a file's path.
        api_key: gives the value of an environment variable (`Settings.api_key`); used to see that keys are there.

    Raises:
        ConfigError: one line for each thing that is wrong.
    """
    path = toml_file.find(str(source), PRESETS, "presets")
    text = toml_file.read(path)
    entries = _FORM.parse(text, str(path)).contestant
    _FORM.refuse(text, str(path), _across(entries, api_key))
    return tuple(_contestant(entry) for entry in entries)


def presets() -> tuple[str, ...]:
    """The names of the files that come with the arena."""
    return toml_file.shipped(PRESETS)


def _known(loc: Loc) -> list[str]:
    """The keys of the table in which this key stands."""
    if len(loc) == 1:
        return list(tables.File.model_fields)
    table = tables.TABLES.get(str(loc[2]), tables.Entry) if len(loc) > 3 else tables.Entry
    return list(table.model_fields)


def _across(entries: list[tables.Entry], api_key: ReadKey) -> Iterator[Problem]:
    """What can be seen only when each entry is right in itself."""
    if len(entries) < 2:
        yield Problem(("contestant",), f": expected at least two, found {len(entries)}")
    names: dict[str, int] = {}
    shown: dict[str, int] = {}
    for index, entry in enumerate(entries):
        loc: Loc = ("contestant", index)
        if (first := names.setdefault(entry.name.casefold(), index)) != index:
            yield Problem((*loc, "name"), f' = "{entry.name}": expected another one, contestant {first + 1} has it')
        if (first := shown.setdefault(entry.display.casefold(), index)) != index:
            yield Problem(
                (*loc, "display"), f' = "{entry.display}": expected another one, contestant {first + 1} has it'
            )
        if entry.samples > 1 and entry.sampling.temperature == 0:
            yield Problem((*loc, "samples"), f" = {entry.samples}: expected a temperature above 0 with it")
        if entry.api_key_env and not api_key(entry.api_key_env):
            yield Problem((*loc, "api_key_env"), f": the environment variable {entry.api_key_env} is not set")


def _key(loc: Loc) -> str:
    """A key for people: they count contestants from one."""
    if len(loc) < 2:
        return ".".join(str(part) for part in loc)
    return f"contestant {int(loc[1]) + 1}, " + ".".join(str(part) for part in loc[2:])


_FORM = Form(file=tables.File, known=_known, key=_key, secret=frozenset({"api_key_env"}))


def _contestant(entry: tables.Entry) -> Contestant:
    return Contestant(
        name=entry.name,
        display=entry.display,
        base_url=entry.base_url,
        model=entry.model,
        api_key_env=entry.api_key_env,
        thinks=entry.thinks,
        licence=entry.licence,
        notice=entry.notice,
        about={language: line for language, line in entry.about if line},
        weight=entry.weight,
        samples=entry.samples,
        prompt=_policy(entry.prompt),
        sampling=Sampling(**dict(entry.sampling)),
        price=Price(**dict(entry.price)) if entry.price else None,
        extra=entry.extra,
        serve=_serve(entry.serve) if entry.serve else None,
    )


def _policy(prompt: tables.Prompt) -> PromptPolicy:
    return PromptPolicy(**{**dict(prompt), "system_as": SystemAs(prompt.system_as)})


def _serve(serve: tables.Serve) -> Serve:
    lists = {"gpus": tuple(serve.gpus), "flags": tuple(serve.flags)}
    return Serve(**{**dict(serve), **lists, "engine": Engine(serve.engine)})
