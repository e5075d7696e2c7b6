"""Markdown counts."""

from __future__ import annotations

from storage.transfer.languages import code_of, name_of
from storage.transfer.style import bold_count, header_count, list_count

TEXT = """# One
## Two
#no header
 ## none either, it is indented
###### Six
Text **bold** and __bold__ and **two
lines** and 2 ** 3 ** 4? **x**

- a
* b
  + c
1. d
 22. e
-no item

```python
# comment
- **x**
```

    # Last
"""


def test_headers_are_counted_by_level() -> None:
    assert header_count([TEXT, "# Again"]) == {"h1": 2, "h2": 1, "h3": 0, "h4": 0, "h5": 0, "h6": 1}


def test_list_items_are_counted_by_kind() -> None:
    assert list_count([TEXT]) == {"ordered": 2, "unordered": 3}


def test_bold_is_counted_by_mark() -> None:
    assert bold_count(["**a** __b__ **c**\n**not\nthis**"]) == {"**": 2, "__": 1}


def test_code_is_not_counted_also_when_its_block_is_never_closed() -> None:
    block = "```\n# x\n- y\n**z**\n"
    for text in (block, f"{block}```", f"~~~\n{block}~~~"):
        assert sum(header_count([text]).values()) == 0
        assert sum(list_count([text]).values()) == 0
        assert sum(bold_count([text]).values()) == 0


def test_a_language_has_the_same_code_after_its_name() -> None:
    assert name_of("zh") == "Chinese"
    assert code_of("Chinese") == "zh"
    assert all(code_of(name_of(code)) == code for code in ("en", "af", "und", "uk"))
    assert code_of(name_of("xx")) == "xx"
    assert code_of("Haitian Creole") == "haitian creole"
