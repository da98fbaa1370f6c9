"""Campaigns, who is asked in them, and what was confirmed; the accounts of those on the staff list"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_accounts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_accounts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_staff_accounts_staff_id", "staff_accounts", ["staff_id"])
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("schools", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("started_by", sa.String(64), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_index("ix_campaigns_stage", "campaigns", ["stage"])
    op.create_table(
        "asks",
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime()),
        sa.Column("asked_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("campaign", "who", name="pk_asks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_asks_next_at", "asks", ["next_at"])
    op.create_table(
        "attestations",
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("policy", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("gone_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("who", "what", "policy", "version", name="pk_attestations"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_attestations_gone_at", "attestations", ["gone_at"])


def downgrade() -> None:
    op.drop_table("attestations")
    op.drop_table("asks")
    op.drop_table("campaigns")
    op.drop_table("staff_accounts")
