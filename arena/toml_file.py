"""A TOML file that people write -> its tables. A wrong one is refused with its line, its key and what was expected."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from arena.errors import ConfigError
from arena.toml_lines import line_of
from arena.validation import did_you_mean, expectation

VALUE_CHARS = 80
"""How much of a wrong value is shown."""

Loc = tuple[str | int, ...]
"""A key as pydantic gives it: names, and positions in arrays of tables."""

File = TypeVar("File", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: which key, and the rest of the sentence."""

    loc: Loc
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[File]):
    """A kind of file.

    `known`: the keys of the table in which a key stands. `key`: a key for people, who count from one. `secret`: keys
    whose wrong values are not repeated.
    """

    file: type[File]
    known: Callable[[Loc], list[str]]
    key: Callable[[Loc], str]
    secret: frozenset[str] = frozenset()

    def parse(self, text: str, name: str) -> File:
        """What a text says; `name` stands in the messages for the file.

        Raises:
            ConfigError: one line for each thing that is wrong.
        """
        try:
            return self.file.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(_unparsed(name, str(error))) from error
        except ValidationError as error:
            wrong = [Problem(tuple(each["loc"]), self._explain(each)) for each in error.errors(include_url=False)]
            raise ConfigError(self._sentences(text, name, wrong)) from error

    def refuse(self, text: str, name: str, problems: Iterable[Problem]) -> None:
        """Raise `ConfigError` with a line for each problem, if there is any."""
        if sentences := self._sentences(text, name, problems):
            raise ConfigError(sentences)

    def _explain(self, wrong: ErrorDetails) -> str:
        """The rest of the sentence for what pydantic found."""
        loc = tuple(wrong["loc"])
        if wrong["type"] == "extra_forbidden":
            return f" is not a known key{did_you_mean(str(loc[-1]), self.known(loc))}"
        if wrong["type"] == "missing":
            return " is missing"
        if isinstance(wrong["input"], dict) or not self.secret.isdisjoint(loc[-1:]):
            return f": {expectation(wrong)}"
        value = json.dumps(wrong["input"], ensure_ascii=False, default=str)
        return f" = {value[:VALUE_CHARS]}: {expectation(wrong)}"

    def _sentences(self, text: str, name: str, problems: Iterable[Problem]) -> str:
        return "\n".join(f"{_place(text, name, each.loc)}: {self.key(each.loc)}{each.text}" for each in problems)


def shipped(folder: Path) -> tuple[str, ...]:
    """The names of the files in a folder of ours."""
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


def find(source: str, folder: Path, called: str) -> Path:
    """Where a file is: one of ours by its name, or anybody's by its path. `called`: what ours are, in the plural."""
    ours = shipped(folder)
    if source in ours:
        return folder / f"{source}.toml"
    path = Path(source).expanduser()
    if not path.is_file():
        hint = did_you_mean(source, ours)
        raise ConfigError(f"{source}: there is no such file, and the {called} are {', '.join(ours)}{hint}")
    return path


def read(path: Path) -> str:
    """A file's text, without a byte-order mark."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8; expected a TOML file saved as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from error


def _unparsed(name: str, message: str) -> str:
    """The parser's message with the place at its beginning."""
    place = re.search(r" \(at line (\d+), column (\d+)\)", message)
    if place is None:
        return f"{name}: not TOML: {message}"
    return f"{name}, line {place[1]}, column {place[2]}: not TOML: {message.replace(place[0], '')}"


def _place(text: str, name: str, loc: Loc) -> str:
    line = line_of(text, loc)
    return f"{name}, line {line}" if line else name
