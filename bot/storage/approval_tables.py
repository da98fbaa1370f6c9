"""The tables of what takes two people, and of how things stand for all processes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table

from bot.storage.columns import Moment, metadata, new_id_column

# What takes two people. `number` is the order of those that were confirmed: roster changes apply in it.
approvals = Table(
    "approvals",
    metadata,
    new_id_column(),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("number", Integer),
    Column("proposed_by", String(64), nullable=False),
    Column("proposed_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("decided_by", String(64), nullable=False),
    Column("decided_at", Moment),
    Column("used_at", Moment),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("sealed_detail", LargeBinary, nullable=False),
)
Index("uq_approvals_number", approvals.c.number, unique=True)
Index("ix_approvals_kind", approvals.c.kind, approvals.c.state)

standing = Table(
    "standing",
    metadata,
    Column("name", String(16), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
)
