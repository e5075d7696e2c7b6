"""Code as HTML: a short list of languages, and a class for the kinds of words that colour helps to read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html import escape
from itertools import groupby

from pygments.lexer import Lexer  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Generic,
    Keyword,
    Name,
    Number,
    Operator,
    String,
    _TokenType,
)

MAX_CODE = 4000
MAX_LINES = 300
"""Longer code is shown without colours: some lexers take quadratic time on what they do not expect."""

LANGUAGES = (
    "bash c cpp csharp css diff docker go haskell html ini java javascript json kotlin lua matlab nginx perl php"
    " powershell python r ruby rust scala sql swift toml typescript xml yaml"
)
"""Languages that are coloured, by Pygments' names. A model's word never chooses a lexer outside this list."""

_ALIASES = {
    "c#": "csharp",
    "c++": "cpp",
    "console": "bash",
    "cs": "csharp",
    "dockerfile": "docker",
    "golang": "go",
    "js": "javascript",
    "jsx": "javascript",
    "node": "javascript",
    "ps1": "powershell",
    "py": "python",
    "python3": "python",
    "rb": "ruby",
    "rs": "rust",
    "sh": "bash",
    "shell": "bash",
    "ts": "typescript",
    "tsx": "typescript",
    "yml": "yaml",
    "zsh": "bash",
}
_CLASSES = {
    Comment: "tok-comment",
    Keyword: "tok-keyword",
    Operator.Word: "tok-keyword",
    String: "tok-string",
    Number: "tok-number",
    Name.Function: "tok-name",
    Name.Class: "tok-name",
    Name.Tag: "tok-keyword",
    Name.Attribute: "tok-name",
    Name.Builtin: "tok-builtin",
    Name.Decorator: "tok-builtin",
    Generic.Deleted: "tok-deleted",
    Generic.Inserted: "tok-inserted",
}
TOKEN_CLASSES = frozenset(_CLASSES.values())
LANGUAGE_CLASSES = frozenset(f"language-{name}" for name in LANGUAGES.split())


def code_html(code: str, info: str = "") -> str:
    """A `<pre>` with the code; `info` is what stood behind the opening fence."""
    language = _language(info)
    if not language:
        return f'<pre tabindex="0"><code>{escape(code)}</code></pre>\n'
    readable = len(code) <= MAX_CODE and code.count("\n") <= MAX_LINES
    body = "".join(_spans(code, language)) if readable else escape(code)
    return f'<pre tabindex="0"><code class="language-{language}">{body}</code></pre>\n'


def _language(info: str) -> str:
    word = (info.split() or [""])[0].lower().strip("{}.,:")
    name = _ALIASES.get(word, word)
    return name if f"language-{name}" in LANGUAGE_CLASSES else ""


@cache
def _lexer(language: str) -> Lexer:
    # Pygments would otherwise strip blank lines and add a newline: the code is shown as it was written
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def _spans(code: str, language: str) -> Iterator[str]:
    tokens = ((_class_of(kind), text) for kind, text in _lexer(language).get_tokens(code))
    for css_class, run in groupby(tokens, key=lambda token: token[0]):
        text = escape("".join(text for _, text in run))
        yield f'<span class="{css_class}">{text}</span>' if css_class else text


@cache
def _class_of(kind: _TokenType) -> str:
    return next((_CLASSES[parent] for parent in reversed(kind.split()) if parent in _CLASSES), "")
