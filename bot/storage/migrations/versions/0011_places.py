"""Where each message in the FLT's channel stands, so that it can be taken away"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("message_id", sa.String(128), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("outbox", "message_id")
