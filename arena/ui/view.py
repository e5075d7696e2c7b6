"""What is shown and enabled in each state of the battle page. Pure: a view in, a page state out.

The states are those of the table in the design's look: empty, queued, waiting, ready, voted, leak, failed, interrupted,
void.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from arena.battle.service import Queued
from arena.battle.views import BattleView, Card
from arena.errors import UserError
from arena.models import BattleState, Outcome, Side, Standing
from arena.ui.text import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """Everything on the battle page that depends on the battle."""

    battle_id: str = ""
    token: str = ""
    turns: int = 0
    state: str = "empty"
    status: str = ""
    tone: str = ""
    hint: str = ""
    prompt_open: bool = True
    placeholder: str = ""
    send: bool = True
    stop: bool = False
    votes_shown: bool = False
    votes_on: bool = False
    voted: Outcome | None = None
    why: bool = False
    retry: str = ""
    new_battle: str = ""
    reveal: str = ""
    comment_after: bool = False
    report: bool = False


def page_state(view: BattleView | None, text: Texts) -> PageState:
    """The page for a battle, or the empty page."""
    if view is None:
        return PageState(placeholder=text.prompt_placeholder)
    build = {
        BattleState.STREAMING: _streaming,
        BattleState.READY: _ready,
        BattleState.VOTED: _voted,
        BattleState.FAILED: _failed,
        BattleState.INTERRUPTED: _interrupted,
    }.get(view.state, _void)
    return build(view, text)


def queued_state(state: PageState, waiting: Queued, text: Texts) -> PageState:
    """The page of somebody who waits in the line, over what the page would be else."""
    return PageState(
        battle_id=state.battle_id,
        token=state.token,
        turns=state.turns,
        state="queued",
        status=place_text(waiting.place, text),
        prompt_open=False,
        placeholder=state.placeholder,
        send=False,
        stop=True,
    )


def place_text(place: int, text: Texts) -> str:
    """The sentence that says a place in the line."""
    return text.status_place.format(place=_ordinal(place) if text.lang == "en" else place)


def _ordinal(number: int) -> str:
    teens = 10 < number % 100 < 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def refusal_text(error: UserError, text: Texts) -> str:
    """The sentence for a refusal."""
    return text.refusal[error.refusal].format(**error.details)


def status_html(sentence: str, tone: str, hint: str = "") -> str:
    """The status line; `tone` is one of "", "good", "bad" and never the only sign. A hint is for keyboards only."""
    if not sentence:
        return '<p class="status"></p>'
    more = f'<span class="hint"> {escape(hint)}</span>' if hint else ""
    return f'<p class="status {tone}">{escape(sentence)}{more}</p>'


def _streaming(view: BattleView, text: Texts) -> PageState:
    return PageState(
        battle_id=view.battle_id,
        token=view.token,
        turns=view.turns,
        state="streaming",
        status=text.status_waiting,
        prompt_open=False,
        send=False,
        stop=True,
        votes_shown=True,
    )


def _ready(view: BattleView, text: Texts) -> PageState:
    return PageState(
        battle_id=view.battle_id,
        token=view.token,
        turns=view.turns,
        state="leak" if view.leaked else "ready",
        status=text.status_leak if view.leaked else text.status_ready,
        tone="bad" if view.leaked else "",
        hint="" if view.leaked else text.status_keys,
        placeholder=text.prompt_next,
        votes_shown=True,
        votes_on=True,
        why=True,
        new_battle=text.skip,
        report=True,
    )


def _voted(view: BattleView, text: Texts) -> PageState:
    return PageState(
        battle_id=view.battle_id,
        token=view.token,
        turns=view.turns,
        state="voted",
        status=_voted_status(view, text),
        tone="good",
        prompt_open=False,
        placeholder=text.prompt_locked,
        send=False,
        voted=view.outcome,
        new_battle=text.new_battle,
        reveal=reveal_html(view, text),
        comment_after=view.comment_open,
        report=True,
    )


def _voted_status(view: BattleView, text: Texts) -> str:
    if view.counted:
        return text.status_voted
    others = [reason for reason in view.reasons if reason is not Standing.IDENTITY_LEAK]
    if not others:
        return text.status_voted_not_counted
    return text.status_voted_for_a_reason.format(reasons=", ".join(text.standing[reason] for reason in others))


def _failed(view: BattleView, text: Texts) -> PageState:
    one = view.failed[0].upper() if len(view.failed) == 1 else ""
    return PageState(
        battle_id=view.battle_id,
        token=view.token,
        turns=view.turns,
        state="failed",
        status=text.status_failed.format(side=one) if one else text.status_failed_both,
        tone="bad",
        prompt_open=False,
        send=False,
        votes_shown=True,
        retry=text.retry_side.format(side=one) if one else text.retry_both,
        new_battle=text.new_battle,
    )


def _interrupted(view: BattleView, text: Texts) -> PageState:
    return PageState(
        battle_id=view.battle_id,
        token=view.token,
        turns=view.turns,
        state="interrupted",
        status=text.status_interrupted,
        tone="bad",
        prompt_open=False,
        send=False,
        retry=text.retry_both,
        new_battle=text.new_battle,
    )


def _void(view: BattleView, text: Texts) -> PageState:
    return PageState(
        battle_id=view.battle_id,
        turns=view.turns,
        state="void",
        status=text.status_void,
        prompt_open=False,
        send=False,
        new_battle=text.new_battle,
    )


def reveal_html(view: BattleView, text: Texts) -> str:
    """Who was who, with cards, true speeds and the vote. Empty before the vote."""
    if view.cards is None or view.outcome is None:
        return ""
    cards = "".join(_card_html(side, view.cards[side], view, text) for side in Side)
    verdict = f'<p class="verdict">{escape(text.your_vote)}: <strong>{escape(text.outcome[view.outcome])}</strong></p>'
    return (
        f'<section class="reveal-body" aria-label="{escape(text.reveal_title)}">{verdict}'
        f'<div class="cards">{cards}</div></section>'
    )


def _card_html(side: Side, card: Card, view: BattleView, text: Texts) -> str:
    lines = [card.about.get(text.lang, ""), card.notice, f"{text.licence}: {card.licence}" if card.licence else ""]
    speed = " · ".join(_speed_parts(card, text))
    details = "".join(f"<p>{escape(line)}</p>" for line in (*lines, speed) if line)
    chosen = " chosen" if view.outcome == f"model_{side}" else ""
    return (
        f'<article class="card side-{side}{chosen}"><h2><span class="disc" aria-hidden="true">{side.upper()}</span>'
        f'<span class="sr-only">{escape(text.model[side])}: </span>{escape(card.display)}</h2>{details}</article>'
    )


def _speed_parts(card: Card, text: Texts) -> list[str]:
    speed = card.speed
    parts = []
    if speed.first_text_ms is not None:
        parts.append(text.speed_first.format(value=f"{speed.first_text_ms / 1000:.2f}"))
    if speed.chars_per_second is not None:
        parts.append(text.speed_rate.format(value=f"{speed.chars_per_second:.0f}"))
    if speed.seconds is not None:
        parts.append(text.speed_total.format(value=f"{speed.seconds:.1f}"))
    return parts
