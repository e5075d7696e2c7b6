"""Twelve response sheets with exactly the published totals. Nobody filled them in: every one is marked reconstructed.

Totals do not say who answered what. One pairing is chosen and stated in `PAIRING`; the other pairings that fit are in
`arena.study.published`. The order of the models was not published either: the first six met the other model first.
"""

from __future__ import annotations

from datetime import UTC, datetime

from arena.study.published import Published, Totals, published
from arena.study_json import protocol_hash
from arena.study_models import (
    Moment,
    ParticipantState,
    PeriodFigures,
    Protocol,
    Question,
    QuestionKind,
    Response,
    Role,
    Sequence,
    Sheet,
    Study,
    StudyRecord,
    StudySource,
    StudyState,
    Words,
)

BOTH_UNDERSTOOD = 3
"""People who felt understood by both models, of the 2 to 5 that fit: near what independence would give (3.75)."""
BOTH_AI_TONE = 1
"""People who said of both models that they sounded like an AI, of the 0 to 2 that fit."""
PAIRING = {
    "en": f"Chosen, not published: {BOTH_UNDERSTOOD} people felt understood by both models, {BOTH_AI_TONE} said of "
    "both that they sounded like an AI, nobody said it of a model twice, and six people met each model first.",
    "zh": f"以下为假定，原文未公布：{BOTH_UNDERSTOOD} 人认为两个模型都理解自己，{BOTH_AI_TONE} 人认为两个都像 AI，"
    "每人对每个模型至多提及一次，两种先后顺序各六人。",
}
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The date that the record carries; the study itself gives none."""


def record() -> StudyRecord:
    """The reconstructed study, as if it had been run here."""
    totals = published()
    protocol = _protocol(totals)
    study = Study(
        id="reconstructed",
        protocol=protocol,
        protocol_hash=protocol_hash(protocol),
        source=StudySource.RECONSTRUCTED,
        state=StudyState.CLOSED,
        created_at=MADE_AT,
        closed_at=MADE_AT,
    )
    return StudyRecord(study=study, sheets=tuple(_sheet(i, totals, protocol) for i in range(totals.participants)))


def _protocol(totals: Published) -> Protocol:
    """The published study's three questions, and nothing that it did not ask."""
    return Protocol(
        title={"en": "The published 12-person study, reconstructed", "zh": "已发表的 12 人研究（重建）"},
        contestants=(totals.loser, totals.winner),
        participants=totals.participants,
        period_s=60.0 * totals.minutes,
        minimum_turns=0,
        questions=(
            _asked("understood", QuestionKind.YES_NO, {"en": "It really understood me", "zh": "它真的理解我"}),
            _asked("ai_tone", QuestionKind.YES_NO_PHRASE, {"en": "It sounded like an AI", "zh": "它听起来像 AI"}),
            Question(
                id="prefer",
                kind=QuestionKind.PERIOD,
                moment=Moment.END,
                role=Role.PRIMARY,
                text={"en": "Which would you rather go on chatting with?", "zh": "你更愿意继续和哪个聊天？"},
            ),
        ),
        analysis_plan=PAIRING,
    )


def _asked(id_: str, kind: QuestionKind, text: Words) -> Question:
    return Question(id=id_, kind=kind, moment=Moment.AFTER_PERIOD, role=Role.SECONDARY, text=text)


def _sheet(place: int, totals: Published, protocol: Protocol) -> Sheet:
    sequence = Sequence.AB if place < totals.participants / 2 else Sequence.BA
    turn = 5 * place % totals.participants  # spreads the answers over both orders
    winner_period = 2 if sequence is Sequence.AB else 1
    chosen = winner_period if turn < totals.preference.winner else 3 - winner_period
    answers = [
        Response(question=question, period=period, value="yes" if said[period == winner_period] else "no")
        for question, said in (
            ("understood", _said(turn, totals.understood, BOTH_UNDERSTOOD)),
            ("ai_tone", _said(turn, totals.ai_tone, BOTH_AI_TONE)),
        )
        for period in (1, 2)
    ]
    met = [protocol.contestants[sequence.contestant(period)] for period in (1, 2)]
    return Sheet(
        participant=f"R{place + 1:02d}",
        state=ParticipantState.COMPLETED,
        sequence=sequence,
        periods=tuple(PeriodFigures(period=period, contestant=met[period - 1]) for period in (1, 2)),
        responses=(*answers, Response(question="prefer", period=0, value=str(chosen))),
        source=StudySource.RECONSTRUCTED,
    )


def _said(turn: int, totals: Totals, both: int) -> tuple[bool, bool]:
    """Whether this person said it of the loser, of the winner: first those who said it of both, then of one alone."""
    winner = turn < totals.winner
    loser = turn < both or totals.winner <= turn < totals.winner + totals.loser - both
    return loser, winner
