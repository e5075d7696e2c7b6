"""Personal data is masked, and what only looks like it is not."""

from __future__ import annotations

import pytest

from storage.transfer.masking import mask

PHONE, MAIL, ID, CARD, ACCOUNT = "[phone number]", "[e-mail]", "[ID number]", "[card number]", "[account number]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to jane.doe+news@mail.example.org.", f"write to {MAIL}."),
        ("我的邮箱是zhang_wei@example.com，谢谢", f"我的邮箱是{MAIL}，谢谢"),
        ("电话13812345678。", f"电话{PHONE}。"),
        ("手机：138 1234 5678", f"手机：{PHONE}"),
        ("+86 138-1234-5678", PHONE),
        ("座机 010-62345678", f"座机 {PHONE}"),
        ("call +44 20 7946 0958 now", f"call {PHONE} now"),
        ("+1 650-253-0000", PHONE),
        ("(650) 253-0000 or 650-253-0000", f"{PHONE} or {PHONE}"),
        ("+49 30 901820", PHONE),
        ("身份证11010519491231002X", f"身份证{ID}"),
        ("440524188001010014", ID),
        ("SSN 219-09-9999", f"SSN {ID}"),
        ("card 4111 1111 1111 1111, exp", f"card {CARD}, exp"),
        ("卡号6222021234567890128", f"卡号{CARD}"),
        ("5500-0000-0000-0004", CARD),
        ("378282246310005", CARD),
        ("GB82 WEST 1234 5698 7654 32", ACCOUNT),
        ("IBAN DE89370400440532013000.", f"IBAN {ACCOUNT}."),
    ],
)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "pi is 3.14159265358979323846",
        "12345678901234567890 is a long number",
        "4111 1111 1111 1112",  # Luhn's check fails
        "11010519491231002Y",
        "110105194912310021",  # the check character is X
        "110105194913310029",  # there is no thirteenth month
        "GB82 WEST 1234 5698 7654 33",
        "000-12-3456 and 666-12-3456 and 900-12-3456",
        "1998-2003",
        "2026-11-22 10:30:00",
        "version 10.20.30.40",
        "127.0.0.1:8000",
        "12811112222",  # no mobile number begins so
        "@param foo the foo; user@localhost",
        "1+1=2, 100+200=300",
        "550e8400-e29b-41d4-a716-446655440000",
        "0000 0000 0000 0000",
        "ISBN 978-3-16-148410-0",
        "x = 1234567890",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert mask(text) == text
