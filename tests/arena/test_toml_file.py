from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from arena.errors import ConfigError
from arena.toml_file import VALUE_CHARS, Form, Problem, find, read, shipped


class Garden(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    trees: int
    gate: int = 0


FORM = Form(
    file=Garden,
    known=lambda _loc: list(Garden.model_fields),
    key=lambda loc: ".".join(map(str, loc)),
    secret=frozenset({"gate"}),
)


def said(text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        FORM.parse(text, "garden.toml")
    return str(refused.value)


def test_every_wrong_key_has_a_sentence_with_its_line() -> None:
    assert said('trees = "two"\ngat = 1').splitlines() == [
        'garden.toml, line 1: trees = "two": expected a whole number',
        "garden.toml, line 2: gat is not a known key; did you mean gate?",
    ]


def test_a_missing_key_and_what_is_no_toml_are_said() -> None:
    assert said("gate = 1") == "garden.toml: trees is missing"
    assert said("trees = 1\ngate = ]").startswith("garden.toml, line 2, column 8: not TOML: ")
    assert said("gate = ").startswith("garden.toml: not TOML: ")


def test_a_secret_value_is_not_repeated_and_a_long_one_is_cut() -> None:
    assert said('trees = 1\ngate = "s3cret"') == "garden.toml, line 2: gate: expected a whole number"
    assert "x" * (VALUE_CHARS - 1) + ": expected" in said(f'trees = "{"x" * 500}"')


def test_problems_found_later_are_refused_in_the_same_words_and_none_are_no_refusal() -> None:
    FORM.refuse("trees = 1", "garden.toml", [])
    with pytest.raises(ConfigError, match=r"^garden\.toml, line 1: trees = 1: expected an orchard$"):
        FORM.refuse("trees = 1", "garden.toml", [Problem(("trees",), " = 1: expected an orchard")])


def test_a_file_is_found_by_the_name_of_ours_or_by_its_path(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    ours.mkdir()
    (ours / "roses.toml").write_text("trees = 1")
    (tmp_path / "mine.toml").write_text("\ufefftrees = 2", encoding="utf-8")
    assert shipped(ours) == ("roses",)
    assert find("roses", ours, "gardens") == ours / "roses.toml"
    assert read(find(str(tmp_path / "mine.toml"), ours, "gardens")) == "trees = 2"
    with pytest.raises(
        ConfigError, match=r"^rose: there is no such file, and the gardens are roses; did you mean roses"
    ):
        find("rose", ours, "gardens")
