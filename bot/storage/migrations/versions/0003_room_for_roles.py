"""Room for somebody with many roles"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _set_width(255)


def downgrade() -> None:
    # What is written already keeps its width: a history is never cut.
    pass


def _set_width(width: int) -> None:
    # SQLite keeps whatever is given, and would copy the whole table for this.
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("report_events", "role", type_=sa.String(length=width), existing_nullable=False)
