"""Every sentence that a person reads on the pages; each language has a module. A missing one is a type error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.errors import Refusal
from arena.models import Outcome, Standing, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """One language's sentences. `{name}` is filled in by `str.format`."""

    lang: str
    other_lang_name: str
    name: str
    tagline: str
    nav: str
    nav_battle: str
    nav_leaderboard: str
    nav_examples: str
    nav_you: str
    nav_about: str
    theme: str
    how_title: str
    how: tuple[str, str, str]
    try_one: str
    more_examples: str
    model: Mapping[str, str]
    you_said: str
    thinking: str
    side_failed: str
    prompt_label: str
    prompt_placeholder: str
    prompt_next: str
    prompt_locked: str
    send: str
    stop: str
    new_battle: str
    skip: str
    retry_side: str
    retry_both: str
    votes_label: str
    outcome: Mapping[Outcome, str]
    why: str
    why_side: str
    tag: Mapping[Tag, str]
    comment: str
    comment_placeholder: str
    comment_after: str
    save_comment: str
    comment_saved: str
    report: str
    report_side: str
    report_reason: str
    report_send: str
    report_done: str
    reveal_title: str
    your_vote: str
    licence: str
    speed_first: str
    speed_rate: str
    speed_total: str
    status_waiting: str
    status_ready: str
    status_keys: str
    status_voted: str
    status_voted_not_counted: str
    status_voted_for_a_reason: str
    status_leak: str
    status_failed: str
    status_failed_both: str
    status_interrupted: str
    status_void: str
    status_other_tab: str
    status_offline: str
    status_place: str
    status_place_lost: str
    status_left_line: str
    leave_line: str
    privacy: str
    refusal: Mapping[Refusal, str]
    not_saved: str
    trouble: str
    board_title: str
    board_pair: str
    board_wins: str
    board_losses: str
    board_ties: str
    board_bad: str
    board_votes: str
    board_rate: str
    board_rate_note: str
    board_counted: str
    board_not_counted: str
    board_empty: str
    board_down: str
    standing: Mapping[Standing, str]
    examples_title: str
    examples_intro: str
    themes: Mapping[str, str]
    you_title: str
    you_intro: str
    you_none: str
    you_code: str
    you_code_note: str
    you_export: str
    erase_title: str
    erase_intro: str
    erase_code: str
    erase_button: str
    erased: str
    about_title: str
    about_intro: str
    about_contestants: str
    about_rules: tuple[str, ...]
