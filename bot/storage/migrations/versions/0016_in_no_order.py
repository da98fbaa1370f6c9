"""What is remembered of people, events and drafts stands in no order, and of nobody's day on Teams"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_YEAR = {
    "sqlite": "UPDATE teams_references SET seen_at = strftime('%Y', seen_at) || '-01-01 00:00:00.000000'",
    "postgresql": "UPDATE teams_references SET seen_at = date_trunc('year', seen_at)",
}


def upgrade() -> None:
    op.execute(_YEAR[op.get_bind().dialect.name])
    _rebuild(with_rowid=False)


def downgrade() -> None:
    _rebuild(with_rowid=True)


def _rebuild(with_rowid: bool) -> None:
    # PostgreSQL has no such order in a table's key, and is left as it is.
    if op.get_bind().dialect.name != "sqlite":
        return
    hidden, moment, some = sa.String(64), sa.DateTime(), sa.LargeBinary()
    op.drop_index("ix_seen_events_expires_at", "seen_events")
    _copy("seen_events", with_rowid, event_hmac=hidden, expires_at=moment)
    op.create_index("ix_seen_events_expires_at", "seen_events", ["expires_at"])
    _copy("submission_keys", with_rowid, key_hmac=hidden, reference=sa.String(16), expires_at=moment)
    sealed = {"key_id": hidden, "wrapped_key": some, "sealed_reference": some}
    _copy("teams_references", with_rowid, name_hmac=hidden, **sealed, seen_at=moment)


def _copy(table: str, with_rowid: bool, **columns: Any) -> None:
    key = next(iter(columns))
    made = op.create_table(
        f"{table}_new",
        *(sa.Column(name, kind, nullable=False) for name, kind in columns.items()),
        sa.PrimaryKeyConstraint(key, name=f"pk_{table}"),
        sqlite_with_rowid=with_rowid,
    )
    kept = sa.table(table, *(sa.column(name) for name in columns))
    op.execute(sa.insert(made).from_select(list(columns), sa.select(kept)))
    op.drop_table(table)
    op.rename_table(f"{table}_new", table)
