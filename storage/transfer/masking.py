"""Personal data in texts, masked: e-mail addresses, phone numbers, identity, card and account numbers.

What has a check digit is masked only where that fits, so that other long numbers stay. Names, addresses of houses and
numbers without a form of their own (passports, say) are not found: masking makes a file safer, not anonymous.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import phonenumbers

from arena.models import Answer, Turn
from storage.transfer.record import Record

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_CHINESE_ID = re.compile(r"(?<![A-Za-z0-9])\d{17}[\dXx](?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![A-Za-z0-9.])\d(?:[ -]?\d){12,18}(?![A-Za-z0-9]|\.\d)")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\w-])")
_CHINESE_PHONE = re.compile(
    r"(?<![A-Za-z0-9.])(?:1[3-9]\d(?:[ -]?\d{4}){2}|\(?0(?:10|2\d|[3-9]\d\d)\)?[ -]\d{7,8})(?![A-Za-z0-9]|\.\d)"
)
_AMERICAN_PHONE = re.compile(r"(?<![\w.])(?:1[-. ])?\(?\d{3}\)?[-. ]{1,2}\d{3}[-. ]\d{4}(?![\w-]|\.\d)")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CARD_PREFIX = re.compile(r"3[0-9]|4|5[0-9]|6")


def mask(text: str) -> str:
    """A text with placeholders such as [e-mail] in place of personal data."""
    text = _mask_international_phones(text)
    for pattern, placeholder, is_one in _RULES:
        text = pattern.sub(_replacing(placeholder, is_one), text)
    return text


def masked(record: Record) -> Record:
    """A vote with everything that people and models wrote masked."""
    vote = replace(record.vote, comment=mask(record.vote.comment), comment_after=mask(record.vote.comment_after))
    turns = tuple(_masked_turn(turn) for turn in record.battle.turns)
    return replace(record, vote=vote, battle=replace(record.battle, turns=turns, vote=vote))


def is_iban(text: str) -> bool:
    """ISO 13616: the rearranged number leaves 1 when divided by 97."""
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(ch, 36)) for ch in moved)) % 97 == 1


def is_chinese_id(text: str) -> bool:
    """GB 11643-1999: a date of birth, and a check character modulo 11."""
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    rest = sum(w * int(ch) for w, ch in zip(_ID_WEIGHTS, text, strict=False)) % 11
    return text[-1].upper() == "10X98765432"[rest]


def is_card(text: str) -> bool:
    """ISO/IEC 7812: 13 to 19 digits that pass Luhn's check, beginning as payment cards do."""
    digits = [int(ch) for ch in text if ch.isdigit()]
    if not _CARD_PREFIX.match("".join(map(str, digits))) or len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_phone(region: str) -> Callable[[str], bool]:
    def is_one(text: str) -> bool:
        try:
            return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
        except phonenumbers.NumberParseException:
            return False

    return is_one


_RULES: tuple[tuple[re.Pattern[str], str, Callable[[str], bool]], ...] = (
    (_EMAIL, "[e-mail]", bool),
    (_IBAN, "[account number]", is_iban),
    (_CHINESE_ID, "[ID number]", is_chinese_id),
    (_CARD, "[card number]", is_card),
    (_SSN, "[ID number]", bool),
    (_CHINESE_PHONE, "[phone number]", _is_phone("CN")),
    (_AMERICAN_PHONE, "[phone number]", _is_phone("US")),
)


def _replacing(placeholder: str, is_one: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda found: placeholder if is_one(found[0]) else found[0]


def _mask_international_phones(text: str) -> str:
    """Numbers with a country code, `+44 20 …`; the library knows every country's lengths and prefixes."""
    if "+" not in text and "＋" not in text:
        return text
    found = list(phonenumbers.PhoneNumberMatcher(text, None))
    for match in reversed(found):
        text = f"{text[: match.start]}[phone number]{text[match.end :]}"
    return text


def _masked_turn(turn: Turn) -> Turn:
    return replace(turn, prompt=mask(turn.prompt), answers=tuple(map(_masked_answer, turn.answers)))


def _masked_answer(answer: Answer) -> Answer:
    return replace(answer, text=mask(answer.text), thinking=mask(answer.thinking), leak=mask(answer.leak))
