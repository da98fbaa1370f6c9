"""An index over what is owed still, as small with a million delivered rows as with none"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OWED = sa.text("state IN ('pending', 'sending')")


def upgrade() -> None:
    op.drop_index("ix_outbox_state_due_at", "outbox")
    op.create_index(
        "ix_outbox_owed", "outbox", ["due_at", "created_at"], sqlite_where=OWED, postgresql_where=OWED
    )
    op.create_index("ix_seen_events_expires_at", "seen_events", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_seen_events_expires_at", "seen_events")
    op.drop_index("ix_outbox_owed", "outbox")
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
