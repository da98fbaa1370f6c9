"""When a reporter is asked whether anything has happened since: nobody who reported before is asked"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("check_at", sa.DateTime(), nullable=True))
    op.create_index("ix_reports_check", "reports", ["check_at"])


def downgrade() -> None:
    op.drop_index("ix_reports_check", "reports")
    op.drop_column("reports", "check_at")
