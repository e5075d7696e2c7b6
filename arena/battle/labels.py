"""What a battle is in by language, and whether it is about code: stated rules, for the exports' columns."""

from __future__ import annotations

import re
from functools import cache
from threading import Lock
from typing import Any

UNKNOWN = "und"
"""ISO 639's word for a language that was not determined."""

PROBABILITY_FLOOR = 0.5
"""Below it a guess is no label. Short greetings such as "hi" stay below it."""

MAX_LENGTH = 5000

LANGUAGES = (
    "af ar az bg bn ca cs da de el en es et fa fi fr he hi hr hu hy id it ka kk lt lv mk mn ms nl no pl pt ro ru sk sl"
    " sq sr sv sw ta te th tr uk ur vi"
)
"""What the classifier chooses from; Chinese, Japanese and Korean are told by their script before it is asked."""

_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_EAST_ASIAN = re.compile(f"{_KANA.pattern}|{_HANGUL.pattern}|{_HAN.pattern}")
_WORD = re.compile(rf"(?:(?!{_EAST_ASIAN.pattern})[^\W\d_])+")
_NOT_PROSE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+", re.DOTALL)

_KANA_SHARE = 0.15
"""Share of kana among kana and Han from which a text is Japanese; Chinese writers borrow a の now and then."""


def label_language(text: str) -> str:
    """ISO 639-1 code of a text's language, or "und".

    East Asian letters against words in other scripts: more of them, or as many and one of them first, and the text is
    Chinese, Japanese or Korean by the script that prevails among them. Otherwise the classifier's choice where it is
    at least `PROBABILITY_FLOOR` probable. Code and addresses are left out.
    """
    prose = _NOT_PROSE.sub(" ", text)[:MAX_LENGTH]
    kana, hangul, han = (len(script.findall(prose)) for script in (_KANA, _HANGUL, _HAN))
    words = len(_WORD.findall(prose))
    east_asian = kana + hangul + han
    if east_asian and (east_asian > words or (east_asian == words and _begins_east_asian(prose))):
        return _by_script(kana, hangul, han)
    return _by_classifier(_EAST_ASIAN.sub(" ", prose)) if words else UNKNOWN


def _begins_east_asian(text: str) -> bool:
    first = next((character for character in text if character.isalpha()), "")
    return not _WORD.match(first)


def _by_script(kana: int, hangul: int, han: int) -> str:
    if hangul > kana + han:
        return "ko"
    return "ja" if kana >= _KANA_SHARE * (kana + han) else "zh"


def _by_classifier(text: str) -> str:
    with _LOADING:
        identifier = _identifier()
    language, probability = identifier.classify(text.lower())
    return str(language) if probability >= PROBABILITY_FLOOR else UNKNOWN


_LOADING = Lock()
"""Many first votes at once would each load the model otherwise, all of them in turns."""


def load_classifier() -> None:
    """Load the classifier's model, so that the first vote does not wait for it."""
    with _LOADING:
        _identifier()


@cache
def _identifier() -> Any:
    # its model takes most of a second to load, which nobody who only imports this module should pay
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES.split())
    return identifier


_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)


def _line(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{'|'.join(patterns)})")


_STATEMENT = _line(
    r"(?:async\s+)?def \w+\(.*|class \w+(?:\([\w., =]*\))?:",
    r"from [\w.]+ import \w.*|import \w+(?:\.\w+)+(?: as \w+)?;?",
    r"import (?:numpy|pandas|os|sys|re|json|math|time|random|torch|requests)\b[\w ,]*",
    r"#include\s*[<\"].*|#!/\S+.*|<\?php.*|<!DOCTYPE html.*",
    r"(?:public|private|protected)\s+(?:static\s+)?[\w<>\[\]]+\s+\w+\s*[({;=].*",
    r"(?:export\s+)?(?:async\s+)?function\*?\s*\w*\(.*|(?:fn|func)\s+(?:\(\w[^)]*\)\s*)?\w+\s*[(<].*",
    r"(?:const|let|var)\s+[\w{}\[\], ]+=.*",
    r"(?:for|while|if|switch|else if)\s*\(.*\)\s*\{?|(?:for \w+ in |while |if |elif )[^.?!]*:|(?:try|else|finally):",
    r"SELECT\s.+\sFROM\s.+|select\s.+\sfrom\s.+(?:;|\swhere\s.+)",
    r"(?:INSERT INTO|CREATE TABLE|ALTER TABLE|DELETE FROM)\s.+",
    r"(?:console\.log|System\.out\.print(?:ln)?|printf?|fmt\.Print(?:ln|f)|cout\s*<<|echo\s+\$)\s*[(<\"'$].*",
    r"return\s+\S+;",
    r"(?:\$\s+)?(?:sudo|pip install|npm (?:install|run)|git (?:clone|commit|push|checkout|rebase)|docker run)\s\S.*",
)
_LIKE_CODE = _line(
    r"[A-Za-z_][\w.\[\]]*\s*(?:[-+*/|&]?=|:=|<-)\s*(?:[\[{\"']|[A-Za-z_][\w.]*[(\[]).*",  # name = call(...) or literal
    r"[A-Za-z_][\w.]*\([^()=]*\);?",  # call(...)
    r"[^-*•.!?][^.!?]*[\w)\]\"'];|[^.!?]*[\w)]\s?\{|[})\]]+[;,]?",  # ends of statements and blocks
    r"</?\w+[^<>]*>.*",  # tags
)
MAX_LINE = 300
CODE_LIKE_LINES = 3


def looks_like_code(text: str) -> bool:
    """Whether a battle's texts have to do with code.

    They have where a fenced block begins, where one line is a statement of a common language or a well-known command,
    or where three lines one after the other are built as code is. Lines over `MAX_LINE` characters are prose.
    """
    if _FENCE.search(text):
        return True
    lines = [line for line in text.splitlines() if line.strip()]
    if any(_is(_STATEMENT, line) for line in lines):
        return True
    marks = "".join("x" if _is(_LIKE_CODE, line) else " " for line in lines)
    return "x" * CODE_LIKE_LINES in marks


def _is(kind: re.Pattern[str], line: str) -> bool:
    return len(line) <= MAX_LINE and kind.fullmatch(line) is not None
