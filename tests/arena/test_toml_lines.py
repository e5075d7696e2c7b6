import pytest

from arena.toml_lines import line_of

TEXT = '''\
# a comment = with an equals sign
title = "t"

[[contestant]]
name = "one"
about.en = "dotted"
[contestant.prompt]
system = """
name = "inside a text"
[[contestant]]
"""
prefix = "\\n"

[[contestant]]
name = "two"
notes = \'\'\'one line\'\'\'
"quoted key" = 1
  [contestant.sampling]  # indented
  temperature = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("contestant", 0, "name"), 5),
        (("contestant", 0, "about", "en"), 6),
        (("contestant", 0, "prompt", "prefix"), 12),
        (("contestant", 1, "name"), 15),
        (("contestant", 1, "quoted key"), 17),
        (("contestant", 1, "sampling", "temperature"), 19),
    ],
)
def test_a_key_is_found_where_it_stands(path, line):
    assert line_of(TEXT, path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("contestant", 1, "sampling", "top_p"), 18),
        (("contestant", 1, "display"), 14),
        (("contestant", 0, "sampling"), 4),
        (("contestant",), 4),
    ],
)
def test_a_key_that_is_missing_is_looked_for_in_the_nearest_table(path, line):
    assert line_of(TEXT, path) == line


def test_a_key_of_which_nothing_is_there_has_no_line():
    assert line_of(TEXT, ("study", "name")) is None
    assert line_of("", ("title",)) is None
