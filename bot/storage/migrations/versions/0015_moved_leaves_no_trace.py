"""A report that its reporter gave to somebody else leaves no line where its card stood

What is owed still of such lines is a removal now; those in the leadership team's channel are taken away.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = "'gone:card:' || outbox.report_id || ':' || outbox.recipient"
_OWED = "outbox.state IN ('pending', 'sending')"


def upgrade() -> None:
    op.execute(
        f"UPDATE outbox SET kind = 'gone', key = {_KEY}, state = 'pending', lease_until = NULL"  # noqa: S608
        f" WHERE outbox.kind = 'moved' AND ({_OWED} OR outbox.recipient = 'flt_channel')"
        f" AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.key = {_KEY})"
    )
    op.execute(f"UPDATE outbox SET state = 'dead' WHERE kind = 'moved' AND {_OWED}")  # noqa: S608


def downgrade() -> None:
    pass
