"""What somebody can do who has the database in their hands."""

from __future__ import annotations

from sqlalchemy import text

from bot.storage.database import Transaction
from bot.storage.postgres import is_postgres


def by_force(tx: Transaction, *statements: str) -> None:
    """Run these statements: the audit's triggers are no hindrance."""
    if is_postgres(tx):
        # For this transaction alone: other tests get the same database.
        tx.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        for name in ("changed", "shortened", "replaced"):
            tx.execute(text(f"DROP TRIGGER IF EXISTS audit_is_not_{name}"))
    for statement in statements:
        tx.execute(text(statement))
