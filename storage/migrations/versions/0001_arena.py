"""The arena's tables: contestants, raters, battles with their turns and answers, votes and their counts.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(36)
DIGEST = sa.String(64)
WORD = sa.String(24)
TIME = sa.DateTime(timezone=True)
LIVE = sa.text("state IN ('failed', 'interrupted', 'open', 'ready', 'streaming')")


def upgrade() -> None:
    _people_and_models()
    _battles()
    _conversations()
    _answers()
    _votes()
    _house_keeping()


def downgrade() -> None:
    for table in (
        "setting", "audit_event", "vote_count", "vote", "answer", "turn", "conversation", "battle", "rater", "contestant"
    ):
        op.drop_table(table)


def one_of(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return check(table, column, f"{column} IN ({listed})")


def check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def need(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def may(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, nullable=True)


def foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _people_and_models() -> None:
    op.create_table(
        "contestant",
        need("hash", DIGEST),
        need("name", sa.Text()),
        need("snapshot", sa.Text()),
        need("notice", sa.Text()),
        need("created_at", TIME),
        sa.PrimaryKeyConstraint("hash", name="pk_contestant"),
    )
    op.create_table(
        "rater",
        need("id", ID),
        may("digest", DIGEST),
        may("erasure_digest", DIGEST),
        need("excluded", sa.Boolean()),
        need("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_rater"),
        sa.UniqueConstraint("digest", name="uq_rater_digest"),
        sa.UniqueConstraint("erasure_digest", name="uq_rater_erasure_digest"),
    )


def _battles() -> None:
    op.create_table(
        "battle",
        need("id", ID),
        may("rater_id", ID),
        need("state", WORD),
        may("probability", sa.Float()),
        need("pacing", WORD),
        may("pace_cps", sa.Float()),
        need("owner", sa.Text()),
        may("lease_until", TIME),
        need("created_at", TIME),
        need("updated_at", TIME),
        may("ready_at", TIME),
        may("closed_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_battle"),
        foreign("battle", "rater_id", "rater.id"),
        one_of(
            "battle", "state", "open", "streaming", "ready", "voted", "abandoned", "failed", "interrupted", "void"
        ),
        one_of("battle", "pacing", "matched", "natural"),
    )
    op.create_index("uq_battle_live", "battle", ["rater_id"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index("ix_battle_rater_id_created_at", "battle", ["rater_id", "created_at"])
    op.create_index("ix_battle_state_updated_at", "battle", ["state", "updated_at"])


def _conversations() -> None:
    either = "(battle_id IS NULL) <> (period_id IS NULL)"
    op.create_table(
        "conversation",
        need("id", ID),
        may("battle_id", ID),
        may("period_id", ID),
        may("side", WORD),
        need("contestant_hash", DIGEST),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("battle_id", "side", name="uq_conversation_battle_id_side"),
        foreign("conversation", "battle_id", "battle.id"),
        foreign("conversation", "contestant_hash", "contestant.hash"),
        one_of("conversation", "side", "a", "b"),
        check("conversation", "battle_or_period", either),
        check("conversation", "side_of_battle", "(battle_id IS NULL) = (side IS NULL)"),
    )
    op.create_table(
        "turn",
        need("id", ID),
        may("battle_id", ID),
        may("period_id", ID),
        need("position", sa.Integer()),
        need("prompt", sa.Text()),
        need("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("battle_id", "position", name="uq_turn_battle_id_position"),
        foreign("turn", "battle_id", "battle.id"),
        check("turn", "battle_or_period", either),
    )


def _answers() -> None:
    op.create_table(
        "answer",
        need("id", ID),
        need("turn_id", ID),
        need("conversation_id", ID),
        need("attempt", sa.Integer()),
        need("state", WORD),
        need("text", sa.Text()),
        need("thinking", sa.Text()),
        need("finish_reason", sa.Text()),
        may("error_kind", WORD),
        need("leak", sa.Text()),
        need("created_at", TIME),
        may("ttft_ms", sa.Float()),
        may("ttfat_ms", sa.Float()),
        may("duration_ms", sa.Float()),
        need("chunks", sa.Integer()),
        may("gap_p50_ms", sa.Float()),
        may("gap_p95_ms", sa.Float()),
        may("gap_max_ms", sa.Float()),
        may("prompt_tokens", sa.Integer()),
        may("completion_tokens", sa.Integer()),
        need("thinking_chars", sa.Integer()),
        need("engine", sa.Text()),
        need("requests", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_answer"),
        sa.UniqueConstraint(
            "turn_id", "conversation_id", "attempt", name="uq_answer_turn_id_conversation_id_attempt"
        ),
        foreign("answer", "turn_id", "turn.id"),
        foreign("answer", "conversation_id", "conversation.id"),
        one_of("answer", "state", "streaming", "complete", "stopped", "failed", "interrupted"),
    )
    op.create_index("ix_answer_created_at", "answer", ["created_at"])


def _votes() -> None:
    outcomes = ("model_a", "model_b", "tie", "both_bad")
    op.create_table(
        "vote",
        need("id", ID),
        need("battle_id", ID),
        may("rater_id", ID),
        need("outcome", WORD),
        need("left_name", sa.Text()),
        need("right_name", sa.Text()),
        need("standing", WORD),
        need("reasons", sa.Text()),
        need("tags_a", sa.Text()),
        need("tags_b", sa.Text()),
        need("comment", sa.Text()),
        need("comment_after", sa.Text()),
        may("dwell_ms", sa.Integer()),
        need("turns", sa.Integer()),
        need("language", sa.Text()),
        need("is_code", sa.Boolean()),
        need("pacing", WORD),
        need("origin", sa.Text()),
        need("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_vote"),
        sa.UniqueConstraint("battle_id", name="uq_vote_battle_id"),
        foreign("vote", "battle_id", "battle.id"),
        foreign("vote", "rater_id", "rater.id"),
        one_of("vote", "outcome", *outcomes),
        one_of("vote", "pacing", "matched", "natural"),
    )
    op.create_index("ix_vote_cell", "vote", ["left_name", "right_name", "outcome", "standing", "rater_id"])
    op.create_index("ix_vote_newest", "vote", ["created_at", "id"])
    op.create_index("ix_vote_rater_id", "vote", ["rater_id"])
    op.create_table(
        "vote_count",
        need("left_name", sa.Text()),
        need("right_name", sa.Text()),
        need("outcome", WORD),
        need("standing", WORD),
        need("n", sa.Integer()),
        sa.PrimaryKeyConstraint("left_name", "right_name", "outcome", "standing", name="pk_vote_count"),
        one_of("vote_count", "outcome", *outcomes),
        check("vote_count", "not_negative", "n >= 0"),
    )


def _house_keeping() -> None:
    op.create_table(
        "audit_event",
        need("id", ID),
        need("kind", WORD),
        may("battle_id", ID),
        may("side", WORD),
        need("details", sa.Text()),
        need("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
        foreign("audit_event", "battle_id", "battle.id"),
        one_of("audit_event", "side", "a", "b"),
    )
    op.create_index("ix_audit_event_battle_id", "audit_event", ["battle_id"])
    op.create_index("ix_audit_event_created_at", "audit_event", ["created_at"])
    op.create_table(
        "setting",
        need("key", sa.String(32)),
        need("value", sa.Text()),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
