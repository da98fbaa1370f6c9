"""Questions that the policy leaves open, and who asked them: sealed, and of the day alone"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("remind_at", sa.DateTime()),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_question", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="pk_gaps"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_gaps_stage", "gaps", ["stage", "since"])
    op.create_index("ix_gaps_remind_at", "gaps", ["remind_at"])
    op.create_table(
        "gap_askers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("gap_id", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(16), nullable=False),
        sa.Column("receipt_hash", sa.String(256), nullable=False),
        sa.Column("asker_hmac", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_asker", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gap_askers"),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name="fk_gap_askers_gap_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_gap_askers_gap_id", "gap_askers", ["gap_id"])
    op.create_index("ix_gap_askers_asker_hmac", "gap_askers", ["asker_hmac"])
    op.create_index("uq_gap_askers_reference", "gap_askers", ["reference"], unique=True)


def downgrade() -> None:
    # What is owed of them is about nothing any more.
    op.execute("DELETE FROM outbox WHERE kind = 'gap'")
    op.drop_table("gap_askers")
    op.drop_table("gaps")
