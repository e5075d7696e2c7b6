"""Studies: their participants, periods and responses; turns and conversations of periods.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(36)
DIGEST = sa.String(64)
WORD = sa.String(24)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _study()
    _participant()
    _period_and_response()
    for table, unique in ((_conversation(), ["period_id"]), (_turn(), ["period_id", "position"])):
        with op.batch_alter_table(table.name, copy_from=table) as batch:
            batch.create_foreign_key(f"fk_{table.name}_period_id", "period", ["period_id"], ["id"])
            batch.create_unique_constraint(f"uq_{table.name}_{'_'.join(unique)}", unique)


def downgrade() -> None:
    op.execute(
        "DELETE FROM answer WHERE conversation_id IN (SELECT id FROM conversation WHERE period_id IS NOT NULL)"
    )
    for table, unique in ((_conversation(), ["period_id"]), (_turn(), ["period_id", "position"])):
        name, unique_name = table.name, f"uq_{table.name}_{'_'.join(unique)}"
        op.execute(f"DELETE FROM {name} WHERE period_id IS NOT NULL")
        table.append_constraint(sa.UniqueConstraint(*unique, name=unique_name))
        table.append_constraint(foreign(name, "period_id", "period.id"))
        with op.batch_alter_table(name, copy_from=table) as batch:
            batch.drop_constraint(unique_name, type_="unique")
            batch.drop_constraint(f"fk_{name}_period_id", type_="foreignkey")
    for table in ("response", "period", "participant_browser", "participant", "study"):
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


EITHER = "(battle_id IS NULL) <> (period_id IS NULL)"


def _conversation() -> sa.Table:
    """As 0001 made it: SQLite's copy of a table would lose its checks."""
    return sa.Table(
        "conversation",
        sa.MetaData(),
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
        check("conversation", "battle_or_period", EITHER),
        check("conversation", "side_of_battle", "(battle_id IS NULL) = (side IS NULL)"),
    )


def _turn() -> sa.Table:
    return sa.Table(
        "turn",
        sa.MetaData(),
        need("id", ID),
        may("battle_id", ID),
        may("period_id", ID),
        need("position", sa.Integer()),
        need("prompt", sa.Text()),
        need("created_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("battle_id", "position", name="uq_turn_battle_id_position"),
        foreign("turn", "battle_id", "battle.id"),
        check("turn", "battle_or_period", EITHER),
    )


def _study() -> None:
    op.create_table(
        "study",
        need("id", ID),
        need("protocol", sa.Text()),
        need("protocol_hash", DIGEST),
        need("source", WORD),
        need("state", WORD),
        need("sequences", sa.Text()),
        may("first_hash", DIGEST),
        may("second_hash", DIGEST),
        need("created_at", TIME),
        may("closed_at", TIME),
        may("published_at", TIME),
        need("closed_early", sa.Boolean()),
        sa.PrimaryKeyConstraint("id", name="pk_study"),
        foreign("study", "first_hash", "contestant.hash"),
        foreign("study", "second_hash", "contestant.hash"),
        one_of("study", "source", "participants", "simulated", "reconstructed"),
        one_of("study", "state", "open", "closed", "published"),
    )


def _participant() -> None:
    op.create_table(
        "participant",
        need("id", ID),
        need("study_id", ID),
        need("number", sa.Integer()),
        may("code_digest", DIGEST),
        need("state", WORD),
        need("step", WORD),
        need("source", WORD),
        may("replaces", sa.Integer()),
        may("place", sa.Integer()),
        may("sequence", WORD),
        need("language", sa.Text()),
        need("consent", sa.Text()),
        may("consented_at", TIME),
        need("resume_digest", DIGEST),
        may("break_until", TIME),
        may("completed_at", TIME),
        may("withdrawn_at", TIME),
        need("erased", sa.Boolean()),
        need("created_at", TIME),
        need("updated_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_participant"),
        foreign("participant", "study_id", "study.id"),
        sa.UniqueConstraint("code_digest", name="uq_participant_code_digest"),
        sa.UniqueConstraint("study_id", "number", name="uq_participant_study_id_number"),
        sa.UniqueConstraint("study_id", "replaces", name="uq_participant_study_id_replaces"),
        one_of("participant", "state", "invited", "in_progress", "completed", "withdrawn", "replaced"),
        one_of("participant", "source", "participants", "simulated", "reconstructed"),
        one_of("participant", "sequence", "AB", "BA"),
        check("participant", "placed", "(place IS NULL) = (sequence IS NULL)"),
    )
    op.create_table(
        "participant_browser",
        need("participant_id", ID),
        need("digest", DIGEST),
        sa.PrimaryKeyConstraint("participant_id", "digest", name="pk_participant_browser"),
        foreign("participant_browser", "participant_id", "participant.id"),
    )
    op.create_index("ix_participant_browser_digest", "participant_browser", ["digest"])


def _period_and_response() -> None:
    op.create_table(
        "period",
        need("id", ID),
        need("participant_id", ID),
        need("number", sa.Integer()),
        need("state", WORD),
        need("active_s", sa.Float()),
        may("running_since", TIME),
        may("seen_at", TIME),
        may("started_at", TIME),
        may("ended_at", TIME),
        need("owner", sa.Text()),
        may("lease_until", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_period"),
        foreign("period", "participant_id", "participant.id"),
        sa.UniqueConstraint("participant_id", "number", name="uq_period_participant_id_number"),
        one_of("period", "state", "open", "streaming", "ready", "failed", "interrupted", "over"),
        check("period", "number", "number IN (1, 2)"),
        check("period", "active_s", "active_s >= 0"),
    )
    op.create_table(
        "response",
        need("participant_id", ID),
        need("question", sa.String(64)),
        need("period", sa.Integer()),
        need("position", sa.Integer()),
        need("value", sa.Text()),
        need("phrase", sa.Text()),
        sa.PrimaryKeyConstraint("participant_id", "question", "period", name="pk_response"),
        foreign("response", "participant_id", "participant.id"),
    )
