"""What takes two people, how things stand for all processes, and notices that are about no report"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("proposed_by", sa.String(64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(64), nullable=False),
        sa.Column("decided_at", sa.DateTime()),
        sa.Column("used_at", sa.DateTime()),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_detail", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_index("uq_approvals_number", "approvals", ["number"], unique=True)
    op.create_index("ix_approvals_kind", "approvals", ["kind", "state"])
    op.create_table(
        "standing",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_standing"),
    )
    _let_report_be_missing(True)


def downgrade() -> None:
    op.execute("DELETE FROM outbox WHERE report_id IS NULL")
    _let_report_be_missing(False)
    op.drop_table("standing")
    op.drop_table("approvals")


def _let_report_be_missing(nullable: bool) -> None:
    with op.batch_alter_table("outbox") as batch:
        batch.alter_column("report_id", existing_type=sa.String(64), nullable=nullable)
