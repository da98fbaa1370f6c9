"""A report that its reporter gave to somebody else leaves no line where its card stood

What is owed still of such lines is a removal now; those in the leadership team's channel are taken away.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_GONE = """
UPDATE outbox SET kind = 'gone', key = 'gone:card:' || outbox.report_id || ':' || outbox.recipient,
  state = 'pending', lease_until = NULL
WHERE outbox.kind = 'moved' AND (outbox.state IN ('pending', 'sending') OR outbox.recipient = 'flt_channel')
  AND NOT EXISTS (
    SELECT 1 FROM outbox AS other
    WHERE other.key = 'gone:card:' || outbox.report_id || ':' || outbox.recipient
  )
"""
_CALLED_OFF = "UPDATE outbox SET state = 'dead' WHERE kind = 'moved' AND state IN ('pending', 'sending')"


def upgrade() -> None:
    op.execute(_GONE)
    op.execute(_CALLED_OFF)


def downgrade() -> None:
    pass
