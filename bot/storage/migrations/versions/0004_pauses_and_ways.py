"""Conversations to leave alone for a while, and the platform that a notice was last tried on"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pauses",
        sa.Column("recipient", sa.String(80), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name="pk_pauses"),
    )
    op.add_column("outbox", sa.Column("platform", sa.String(16), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("outbox", "platform")
    op.drop_table("pauses")
