"""What may stand in a model's HTML, written down a second time, independently of the sanitiser's own list."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("a", "span", "div", "table", "thead", "tbody", "tr", "th", "td"),
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup"),
    *("munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom"),
}
ATTRIBUTES = {
    "a": {
        "href": r"(?:https?://|mailto:).*",
        "rel": "noopener nofollow noreferrer ugc",
        "target": "_blank",
    },
    "ol": {"start": r"\d+"},
    "div": {"class": "table-wrap|formula", "tabindex": "0"},
    "pre": {"class": "as-written", "tabindex": "0"},
    "code": {"class": r"language-[a-z]+"},
    "span": {"class": r"tok-[a-z]+|formula", "tabindex": "0"},
    "th": {"class": "align-(?:left|center|right)"},
    "td": {"class": "align-(?:left|center|right)"},
    "math": {"display": "inline|block"},
    "mrow": {"class": "boxed"},
    "mi": {"mathvariant": "[a-z-]+"},
    "mo": {name: r"[-\w.]+%?" for name in ("stretchy", "fence", "form", "mathvariant", "minsize", "maxsize")},
    "mspace": {"width": r"-?[\d.]+(?:em|px|pt|ex)?"},
    "mstyle": {"displaystyle": "true|false", "scriptlevel": r"-?\d"},
    "mfrac": {"linethickness": r"[\w.]+"},
}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        if tag not in ("br", "hr"):
            self.open.append(tag)
        for name, value in attrs:
            pattern = ATTRIBUTES.get(tag, {}).get(name)
            if pattern is None or not re.fullmatch(pattern, value or "", re.DOTALL):
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> out of place")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.wrong.append(f"<?{data}>")


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def assert_harmless(html: str) -> None:
    """Only allowed tags, attributes and values, every tag closed in its place, nothing invisible."""
    reader = _read(html)
    assert reader.wrong == []
    assert reader.open == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", html)


def visible_text(html: str) -> str:
    """The text without tags, blank space made single."""
    return " ".join("".join(_read(html).text).split())
