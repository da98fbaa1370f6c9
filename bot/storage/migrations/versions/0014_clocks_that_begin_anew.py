"""From when the steps of a case count: its receipt, or when it was made urgent or went to other people"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("clock_from", sa.DateTime(), nullable=True))
    op.add_column("reports", sa.Column("clock_level", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("reports", "clock_level")
    op.drop_column("reports", "clock_from")
