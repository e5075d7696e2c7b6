"""English names of languages, which the chatbot-arena format has in place of codes (ISO 639-1)."""

from __future__ import annotations

_TABLE = """
af Afrikaans, ar Arabic, az Azerbaijani, bg Bulgarian, bn Bengali, ca Catalan, cs Czech, da Danish, de German, el
Greek, en English, eo Esperanto, es Spanish, et Estonian, eu Basque, fa Persian, fi Finnish, fr French, gl Galician,
he Hebrew, hi Hindi, hr Croatian, hu Hungarian, hy Armenian, id Indonesian, it Italian, ja Japanese, ka Georgian, kk
Kazakh, ko Korean, la Latin, lt Lithuanian, lv Latvian, mk Macedonian, mn Mongolian, ms Malay, nl Dutch, no Norwegian,
pl Polish, pt Portuguese, ro Romanian, ru Russian, sk Slovak, sl Slovenian, sq Albanian, sr Serbian, sv Swedish, sw
Swahili, ta Tamil, te Telugu, th Thai, tl Tagalog, tr Turkish, uk Ukrainian, ur Urdu, vi Vietnamese, zh Chinese, und
unknown
"""
_NAMES = dict(entry.split() for entry in _TABLE.replace("\n", " ").split(",") if entry.strip())
_CODES = {name.lower(): code for code, name in _NAMES.items()}


def name_of(code: str) -> str:
    """The name of a code; a code that is not in the table stands for itself."""
    return _NAMES.get(code, code)


def code_of(name: str) -> str:
    """The code of a name; a name that is not in the table is kept, in lower case, rather than lost."""
    return _CODES.get(name.lower(), name.lower())
