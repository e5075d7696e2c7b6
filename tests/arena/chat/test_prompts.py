from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.chat.prompts import LeadingTrim, build_messages, clean_prompt
from arena.contestant_parts import PromptPolicy, SystemAs
from arena.models import Contestant, Message

SUFFIX = r"Put the final answer within \boxed{}."


def contestant(**policy: object) -> Contestant:
    return Contestant(
        name="one", display="One", base_url="http://127.0.0.1:1/v1", model="m", prompt=PromptPolicy(**policy)
    )


def test_conversation_alternates_and_ends_with_the_prompt() -> None:
    messages = build_messages(contestant(), [("Hi", "Hello!")], "How are you?")
    assert messages == [Message("user", "Hi"), Message("assistant", "Hello!"), Message("user", "How are you?")]


def test_system_prompt_stands_first_where_the_model_has_that_role() -> None:
    messages = build_messages(contestant(system="Be kind."), [], "Hi")
    assert messages == [Message("system", "Be kind."), Message("user", "Hi")]


def test_system_prompt_is_folded_into_the_first_user_message_only() -> None:
    policy = contestant(system="Be kind.", system_as=SystemAs.USER)
    assert build_messages(policy, [], "Hi") == [Message("user", "Be kind.\n\nHi")]
    later = build_messages(policy, [("Hi", "Hello!"), ("And you?", "Fine.")], "Bye")
    assert [m.content for m in later] == ["Be kind.\n\nHi", "Hello!", "And you?", "Fine.", "Bye"]
    assert {m.role for m in later} == {"user", "assistant"}


def test_no_system_prompt_is_sent_where_the_policy_says_none() -> None:
    messages = build_messages(contestant(system="Be kind.", system_as=SystemAs.NONE), [], "Hi")
    assert messages == [Message("user", "Hi")]


def test_every_user_message_gets_the_prefix_and_no_other() -> None:
    policy = contestant(prefix="\n", system="Be kind.", system_as=SystemAs.USER)
    messages = build_messages(policy, [("Hi", "Hello!")], "And you?")
    assert [m.content for m in messages] == ["\nBe kind.\n\nHi", "Hello!", "\nAnd you?"]


def test_calculations_get_the_suffix_also_when_they_are_history() -> None:
    messages = build_messages(contestant(math_suffix=SUFFIX), [("What is 12*7?", "84")], "Thank you!")
    assert [m.content for m in messages] == [f"What is 12*7?\n{SUFFIX}", "84", "Thank you!"]


def test_thinking_never_enters_the_history() -> None:
    messages = build_messages(contestant(), [("Hi", "<think>who is that</think>\n\nHello!")], "And you?")
    assert messages[1] == Message("assistant", "Hello!")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Hi\r\nthere\r ", "Hi\nthere"),
        ("a\x00b\x1bc\x7fd\x85e", "abcd\ne"),
        ("tab\tstays", "tab\tstays"),
        ("abc\u202edef\u2069", "abcdef"),
        ("👩\u200d💻 ok", "👩\u200d💻 ok"),
        ("\ud83d\ude00 half \ud83d", "😀 half �"),
        ("\u3000你好\u3000", "你好"),
        (" \n\t ", ""),
    ],
)
def test_prompts_are_cleaned(raw: str, clean: str) -> None:
    assert clean_prompt(raw) == clean


@given(st.text(st.characters(), max_size=40))
def test_a_clean_prompt_can_be_encoded_and_stays_as_it_is(text: str) -> None:
    clean = clean_prompt(text)
    clean.encode()
    assert clean_prompt(clean) == clean


@given(st.text("ab \n\t", max_size=30), st.data())
def test_leading_blank_lines_go_however_the_text_is_cut(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    trim = LeadingTrim()
    shown = trim.feed(text[:cut]) + trim.feed(text[cut:])
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    assert shown == ("" if first is None else "\n".join(lines[first:]))


def test_blank_lines_stay_where_the_policy_does_not_trim() -> None:
    assert LeadingTrim(enabled=False).feed("\n\nHi") == "\n\nHi"
