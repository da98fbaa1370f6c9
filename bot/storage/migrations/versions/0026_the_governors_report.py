"""The figures of a governors' report, as they were first printed"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "governors_reports",
        sa.Column("term", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term", name="pk_governors_reports"),
    )
    op.create_table(
        "topics_asked",
        sa.Column("term", sa.String(32), nullable=False),
        sa.Column("topic", sa.String(128), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", "topic", name="pk_topics_asked"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("topics_asked")
    op.drop_table("governors_reports")
