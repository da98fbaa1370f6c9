"""Everybody on the list of staff, sealed, found by the HMAC of their e-mail address"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("left_at", sa.DateTime()),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_detail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_staff_left_at", "staff", ["left_at"])


def downgrade() -> None:
    op.drop_table("staff")
