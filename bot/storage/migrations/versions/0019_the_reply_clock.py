"""Comments on the Federation's accounts that are owed an answer, and by when"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("remind_at", sa.DateTime()),
        sa.Column("settled_at", sa.DateTime()),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )
    op.create_index("ix_replies_remind_at", "replies", ["remind_at"])
    op.create_index("ix_replies_stage", "replies", ["stage", "due_at"])
    op.create_index("ix_replies_due_at", "replies", ["due_at"])


def downgrade() -> None:
    op.drop_table("replies")
