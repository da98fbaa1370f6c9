"""When those who were told of a case are reminded next: what waits already is from its next deadline on"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("remind_at", sa.DateTime(), nullable=True))
    op.create_index("ix_reports_remind", "reports", ["remind_at"])
    op.execute("UPDATE reports SET remind_at = due_at WHERE due_at IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_reports_remind", "reports")
    op.drop_column("reports", "remind_at")
