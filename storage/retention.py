"""Erasing texts that are older than the operator keeps them. Votes stay, and count as before.

A study's texts are left alone: its consent says who may have them erased and until when, and its figures are made of
them. Withdrawing erases them.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select, update

from arena.models import LIVE_STATES
from storage.audit import REPORT, RETENTION, write_event
from storage.raters import ERASED
from storage.tables import AnswerRow, AuditEventRow, BattleRow, TurnRow, VoteRow


def erase_texts(connection: Connection, before: datetime, now: datetime) -> int:
    """Erase prompts, answers, comments and the words of reports of battles untouched since a time; how many battles."""
    old = select(BattleRow.id).where(BattleRow.updated_at < before, BattleRow.state.not_in(sorted(LIVE_STATES)))
    turns = select(TurnRow.id).where(TurnRow.battle_id.in_(old))
    with_text = select(func.count(func.distinct(TurnRow.battle_id))).where(
        TurnRow.battle_id.in_(old), TurnRow.prompt != ""
    )
    battles = connection.scalar(with_text) or 0
    written = or_(AnswerRow.text != "", AnswerRow.thinking != "")
    leak = case((AnswerRow.leak == "", ""), else_=ERASED)
    blank = update(AnswerRow).where(AnswerRow.turn_id.in_(turns), written)
    connection.execute(blank.values(text="", thinking="", leak=leak))
    connection.execute(update(TurnRow).where(TurnRow.battle_id.in_(old), TurnRow.prompt != "").values(prompt=""))
    said = or_(VoteRow.comment != "", VoteRow.comment_after != "")
    wordless = update(VoteRow).where(VoteRow.battle_id.in_(old), said)
    connection.execute(wordless.values(comment="", comment_after=""))
    reports = (AuditEventRow.battle_id.in_(old), AuditEventRow.kind == REPORT, AuditEventRow.details != "")
    connection.execute(update(AuditEventRow).where(*reports).values(details=""))
    if battles:
        write_event(connection, RETENTION, f"texts of {battles} battles", now)
    return battles


def study_talks(connection: Connection) -> int:
    """How many talks of studies have texts, which no retention erases."""
    kept = select(func.count(func.distinct(TurnRow.period_id))).where(
        TurnRow.period_id.is_not(None), TurnRow.prompt != ""
    )
    return connection.scalar(kept) or 0
