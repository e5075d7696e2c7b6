"""What the contestants have used."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from storage.tables import AnswerRow, ContestantRow, ConversationRow, VoteRow


def given_here(origin: str) -> ColumnElement[bool]:
    """Whether an answer was made by this arena; a battle that came with an import has a vote from elsewhere."""
    return or_(VoteRow.id.is_(None), VoteRow.origin == origin)


def tokens_since(connection: Connection, origin: str, since: datetime) -> dict[str, tuple[int, int]]:
    """Prompt and completion tokens by contestant's name, of answers asked for since then."""
    prompt = func.coalesce(func.sum(AnswerRow.prompt_tokens), 0)
    completion = func.coalesce(func.sum(AnswerRow.completion_tokens), 0)
    statement = (
        select(ContestantRow.name, prompt.label("prompt"), completion.label("completion"))
        .select_from(AnswerRow)
        .join(ConversationRow, ConversationRow.id == AnswerRow.conversation_id)
        .join(ContestantRow, ContestantRow.hash == ConversationRow.contestant_hash)
        .outerjoin(VoteRow, VoteRow.battle_id == ConversationRow.battle_id)
        .where(AnswerRow.created_at >= since, given_here(origin))
        .group_by(ContestantRow.name)
    )
    return {row.name: (row.prompt, row.completion) for row in connection.execute(statement)}
