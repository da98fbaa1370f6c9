"""Which drawing of its card stands with each recipient: those from before are rewritten by the worker"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posted", sa.Column("drawn", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    # An older version knows nothing of what is owed so.
    op.execute("DELETE FROM outbox WHERE kind = 'redraw'")
    op.drop_column("posted", "drawn")
