"""Whether a vote came faster than anyone reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from arena.models import Answer, Battle, Pacing, Side, Standing, Verdict

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPace:
    """The quickest that a person could be, set so that skimming is allowed.

    Careful reading is 20 to 30 Latin letters a second, or 5 to 9 Chinese characters; these are four times that. Nobody
    has to read on for longer than `enough_s` to know which answer is better. `reaction_ms`: from the moment at which
    the buttons come on to a deliberate click.
    """

    latin_cps: float = 100.0
    cjk_cps: float = 35.0
    enough_s: float = 4.0
    reaction_ms: int = 300

    def needed_ms(self, text: str) -> float:
        """The least time that a text takes."""
        cjk = len(_CJK.findall(text))
        return 1000 * min(self.enough_s, (len(text) - cjk) / self.latin_cps + cjk / self.cjk_cps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the rule says of one vote; `verdict` is None when there is nothing to note."""

    verdict: Verdict | None
    details: str = ""

    @property
    def reasons(self) -> tuple[Standing, ...]:
        """The reason for which the vote does not count, if it does not."""
        return (Standing.TOO_FAST,) if self.verdict is Verdict.FAILED else ()


def look_at(battle: Battle, dwell_ms: int | None, pace: ReadingPace) -> Look:
    """Compare the time since the last answers began to be seen with what reading them takes.

    Text is read while it grows, so the time in which it was written counts as reading time. Earlier turns were read
    before the last prompt was written.
    """
    answers = _last_answers(battle)
    if dwell_ms is None:
        return Look(verdict=Verdict.UNKNOWN, details="it is not known when the answers were there")
    if dwell_ms < pace.reaction_ms:
        return Look(verdict=Verdict.FAILED, details=f"{dwell_ms} ms after the answers were there")
    needed = pace.needed_ms("".join(answer.text for answer in answers))
    if dwell_ms >= needed:
        return Look(verdict=None)
    writing = _writing_ms(battle, answers)
    if writing is None:
        return Look(verdict=Verdict.UNKNOWN, details="it is not known how long the answers were being written")
    seen = dwell_ms + writing
    if seen >= needed:
        return Look(verdict=None)
    return Look(verdict=Verdict.FAILED, details=f"{seen:.0f} ms for texts that take at least {needed:.0f} ms")


def _last_answers(battle: Battle) -> Sequence[Answer]:
    last = battle.turns[-1] if battle.turns else None
    return [answer for side in Side if last and (answer := last.latest(side))]


def _writing_ms(battle: Battle, answers: Sequence[Answer]) -> float | None:
    """For how long text grew on the page; None when nobody measured it."""
    if battle.pacing is Pacing.MATCHED and battle.pace_cps:
        return 1000 * max((len(answer.text) for answer in answers), default=0) / battle.pace_cps
    spans = [
        answer.measured.duration_ms - answer.measured.ttfat_ms
        for answer in answers
        if answer.measured.duration_ms is not None and answer.measured.ttfat_ms is not None
    ]
    return max(spans, default=None)
