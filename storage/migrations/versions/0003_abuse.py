"""What rules against abuse found on votes, where votes came from (hashed, for two days), counts for limits.

Revision ID: 0003
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "vote_check",
        sa.Column("vote_id", sa.String(36), nullable=False),
        sa.Column("rule", sa.String(24), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("vote_id", "rule", name="pk_vote_check"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_vote_check_vote_id"),
        sa.CheckConstraint("verdict IN ('failed', 'unknown')", name=op.f("ck_vote_check_verdict")),
    )
    op.create_table(
        "vote_address",
        sa.Column("vote_id", sa.String(36), nullable=False),
        sa.Column("address", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("vote_id", name="pk_vote_address"),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name="fk_vote_address_vote_id"),
    )
    op.create_table(
        "request_count",
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_request_count"),
    )
    op.create_index("ix_request_count_expires_at", "request_count", ["expires_at"])


def downgrade() -> None:
    op.drop_table("request_count")
    op.drop_table("vote_address")
    op.drop_table("vote_check")
