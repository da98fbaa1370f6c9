"""When those who work on a case are reminded; of the cases that are open now, counted from this moment"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_NOW = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "postgresql": "timezone('utc', now())"}


def upgrade() -> None:
    op.add_column("reports", sa.Column("work_at", sa.DateTime(), nullable=True))
    op.add_column("reports", sa.Column("work_from", sa.DateTime(), nullable=True))
    op.create_index("ix_reports_work", "reports", ["work_at"])
    now = sa.text(_NOW[op.get_bind().dialect.name])
    reports = sa.table("reports", *map(sa.column, ("stage", "work_at", "work_from")))
    op.execute(sa.update(reports).where(reports.c.stage != "closed").values(work_at=now, work_from=now))


def downgrade() -> None:
    op.drop_index("ix_reports_work", "reports")
    op.drop_column("reports", "work_from")
    op.drop_column("reports", "work_at")
