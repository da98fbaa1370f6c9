"""Codes that let whoever runs the command line export one case, or what is held of one person"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "export_codes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("target_hmac", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("code_hash", sa.String(256), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export_codes"),
    )
    op.create_index("ix_export_codes_target_hmac", "export_codes", ["target_hmac"])
    op.create_index("ix_export_codes_expires_at", "export_codes", ["expires_at"])


def downgrade() -> None:
    op.drop_index("ix_export_codes_expires_at", "export_codes")
    op.drop_index("ix_export_codes_target_hmac", "export_codes")
    op.drop_table("export_codes")
