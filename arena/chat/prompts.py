"""A conversation turned into the messages that a model is sent, by the contestant's prompt policy."""

from __future__ import annotations

from collections.abc import Sequence

from arena.chat.calculations import asks_for_calculation
from arena.chat.characters import tidy
from arena.chat.reasoning import MAX_LEAD, without_blank_lines, without_thinking
from arena.contestant_parts import PromptPolicy, SystemAs
from arena.models import Contestant, Message

__all__ = ["LeadingTrim", "asked_text", "asks_for_calculation", "build_messages", "clean_prompt"]


def clean_prompt(text: str) -> str:
    """A person's text as it is stored and sent: plain newlines, no control characters, no blank space around it."""
    return tidy(text).strip()


def build_messages(contestant: Contestant, history: Sequence[tuple[str, str]], prompt: str) -> list[Message]:
    """The messages for the next answer. `history` has the earlier prompts with the answers as they were shown.

    The policy is applied to earlier prompts as it was when they were new, so that the model sees the conversation
    that it has had, and a server's prefix cache stays good.
    """
    policy = contestant.prompt
    messages = []
    if policy.system and policy.system_as is SystemAs.SYSTEM:
        messages.append(Message("system", policy.system))
    for index, (asked, answered) in enumerate(history):
        messages.append(Message("user", _user_text(policy, asked, first=index == 0)))
        messages.append(Message("assistant", without_thinking(answered)))
    messages.append(Message("user", _user_text(policy, prompt, first=not history)))
    return messages


def asked_text(contestant: Contestant, messages: Sequence[Message]) -> str:
    """What the person last asked: the last message without what the policy has put around it."""
    policy = contestant.prompt
    text = messages[-1].content.removeprefix(policy.prefix) if messages else ""
    if policy.system and policy.system_as is SystemAs.USER:
        text = text.removeprefix(f"{policy.system}\n\n")
    return text.removesuffix(f"\n{policy.math_suffix}") if policy.math_suffix else text


def _user_text(policy: PromptPolicy, prompt: str, *, first: bool) -> str:
    text = prompt
    if policy.math_suffix and asks_for_calculation(prompt):
        text = f"{text}\n{policy.math_suffix}"
    if first and policy.system and policy.system_as is SystemAs.USER:
        text = f"{policy.system}\n\n{text}"
    return policy.prefix + text


class LeadingTrim:
    """Drops the blank lines that an answer begins with, while it grows. A first line's indentation stays."""

    def __init__(self, enabled: bool = True) -> None:
        self._begun = not enabled
        self._held = ""

    def feed(self, text: str) -> str:
        """The part of the text that may be shown; blank space is held until something follows it."""
        if self._begun:
            return text
        held = without_blank_lines(self._held + text)
        self._begun = bool(held.strip()) or len(held) > MAX_LEAD
        self._held = "" if self._begun else held
        return held if self._begun else ""
