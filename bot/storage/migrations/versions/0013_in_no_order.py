"""What is remembered of events and drafts stands in no order: SQLite kept it in the order of its coming"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rebuild(with_rowid=False)


def downgrade() -> None:
    _rebuild(with_rowid=True)


def _rebuild(with_rowid: bool) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("ix_seen_events_expires_at", "seen_events")
    _copy("seen_events", with_rowid, _key("event_hmac"))
    op.create_index("ix_seen_events_expires_at", "seen_events", ["expires_at"])
    _copy(
        "submission_keys", with_rowid, _key("key_hmac"), sa.Column("reference", sa.String(16), nullable=False)
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(64), nullable=False)


def _copy(table: str, with_rowid: bool, key: sa.Column[str], *others: sa.Column[str]) -> None:
    columns = (key, *others, sa.Column("expires_at", sa.DateTime(), nullable=False))
    names = ", ".join(column.name for column in columns)
    op.create_table(
        f"{table}_new",
        *columns,
        sa.PrimaryKeyConstraint(key.name, name=f"pk_{table}"),
        sqlite_with_rowid=with_rowid,
    )
    op.execute(f"INSERT INTO {table}_new ({names}) SELECT {names} FROM {table}")  # noqa: S608 - our own names
    op.drop_table(table)
    op.rename_table(f"{table}_new", table)
