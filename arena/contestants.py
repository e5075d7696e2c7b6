"""A contestants file (TOML) -> contestants. A wrong file is refused with its line, its key and what was expected."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from arena import contestant_tables as tables
from arena.errors import ConfigError
from arena.models import Contestant, Engine, Price, PromptPolicy, Sampling, Serve, SystemAs
from arena.toml_lines import line_of
from arena.validation import did_you_mean, expectation

PRESETS = Path(__file__).parent / "presets"
VALUE_CHARS = 80
"""How much of a wrong value is shown."""

ReadKey = Callable[[str], str | None]
Loc = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    """One thing that is wrong: which key, and the rest of the sentence."""

    loc: Loc
    text: str


def load(source: str | Path, api_key: ReadKey) -> tuple[Contestant, ...]:
    """The contestants of a file or of a preset.

    Args:
        source: a preset's name or a file's path.
        api_key: gives the value of an environment variable (`Settings.api_key`); used to see that keys are there.

    Raises:
        ConfigError: one line for each thing that is wrong.
    """
    path = _find(str(source))
    text = _read(path)
    try:
        entries = tables.File.model_validate(tomllib.loads(text)).contestant
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_unparsed(path, str(error))) from error
    except ValidationError as error:
        wrong = [_Problem(tuple(each["loc"]), _explain(each)) for each in error.errors(include_url=False)]
        raise ConfigError(_sentences(path, text, wrong)) from error
    if problems := list(_across(entries, api_key)):
        raise ConfigError(_sentences(path, text, problems))
    return tuple(_contestant(entry) for entry in entries)


def presets() -> tuple[str, ...]:
    """The names of the files that come with the arena."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))


def _find(source: str) -> Path:
    if source in presets():
        return PRESETS / f"{source}.toml"
    path = Path(source).expanduser()
    if not path.is_file():
        hint = did_you_mean(source, presets())
        raise ConfigError(f"{source}: there is no such file, and the presets are {', '.join(presets())}{hint}")
    return path


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8; expected a TOML file saved as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from error


def _unparsed(path: Path, message: str) -> str:
    """The parser's message with the place at its beginning."""
    place = re.search(r" \(at line (\d+), column (\d+)\)", message)
    if place is None:
        return f"{path}: not TOML: {message}"
    return f"{path}, line {place[1]}, column {place[2]}: not TOML: {message.replace(place[0], '')}"


def _explain(wrong: ErrorDetails) -> str:
    """The rest of the sentence for what pydantic found."""
    key = str(wrong["loc"][-1])
    if wrong["type"] == "extra_forbidden":
        return f" is not a known key{did_you_mean(key, _known(tuple(wrong['loc'])))}"
    if wrong["type"] == "missing":
        return " is missing"
    if key == "api_key_env" or isinstance(wrong["input"], dict):
        return f": {expectation(wrong)}"
    value = json.dumps(wrong["input"], ensure_ascii=False, default=str)
    return f" = {value[:VALUE_CHARS]}: {expectation(wrong)}"


def _known(loc: Loc) -> list[str]:
    """The keys of the table in which this key stands."""
    if len(loc) == 1:
        return list(tables.File.model_fields)
    table = tables.TABLES.get(str(loc[2]), tables.Entry) if len(loc) > 3 else tables.Entry
    return list(table.model_fields)


def _across(entries: list[tables.Entry], api_key: ReadKey) -> Iterator[_Problem]:
    """What can be seen only when each entry is right in itself."""
    if len(entries) < 2:
        yield _Problem(("contestant",), f": expected at least two, found {len(entries)}")
    names: dict[str, int] = {}
    shown: dict[str, int] = {}
    for index, entry in enumerate(entries):
        loc: Loc = ("contestant", index)
        if (first := names.setdefault(entry.name.casefold(), index)) != index:
            yield _Problem((*loc, "name"), f' = "{entry.name}": expected another one, contestant {first + 1} has it')
        if (first := shown.setdefault(entry.display.casefold(), index)) != index:
            yield _Problem(
                (*loc, "display"), f' = "{entry.display}": expected another one, contestant {first + 1} has it'
            )
        if entry.samples > 1 and entry.sampling.temperature == 0:
            yield _Problem((*loc, "samples"), f" = {entry.samples}: expected a temperature above 0 with it")
        if entry.api_key_env and not api_key(entry.api_key_env):
            yield _Problem((*loc, "api_key_env"), f": the environment variable {entry.api_key_env} is not set")


def _sentences(path: Path, text: str, problems: list[_Problem]) -> str:
    return "\n".join(f"{_place(path, text, problem.loc)}: {_key(problem.loc)}{problem.text}" for problem in problems)


def _place(path: Path, text: str, loc: Loc) -> str:
    line = line_of(text, loc)
    return f"{path}, line {line}" if line else str(path)


def _key(loc: Loc) -> str:
    """A key for people: they count contestants from one."""
    if len(loc) < 2:
        return ".".join(str(part) for part in loc)
    return f"contestant {int(loc[1]) + 1}, " + ".".join(str(part) for part in loc[2:])


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
